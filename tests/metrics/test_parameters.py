"""Parameters reach the figures, revise definitions, mark charts, and can neither fall nor rise."""

from dataclasses import fields
from datetime import date, datetime

import pytest

from metrics import MetricError, Parameters, Scope, indicator, parameters, series, show
from metrics.parameter_table import default_parameters
from warehouse import parameter_rules

WEEK = (date(2025, 12, 22), date(2025, 12, 29))


def change(lake, name: str, value: str, previous: str, day: date = date(2025, 11, 3)) -> None:
    number = lake.connection.execute("SELECT count(*) + 1 FROM lake.parameter").fetchone()[0]
    row = {"change_id": number, "name": name, "value": value, "previous": previous, "valid_from": day}
    row |= {"changed_at": datetime(2025, 11, 3, 9), "author": "王", "reason": "试点"}
    lake.add("parameter", row)


def test_every_parameter_has_a_typed_field_and_the_other_way_round() -> None:
    assert {field.name for field in fields(Parameters)} - {"changes"} == set(parameter_rules())


def test_without_changes_the_defaults_hold(lake) -> None:
    assert parameters(lake) == default_parameters()
    assert (default_parameters().smallest_base, default_parameters().required_hours) == (20, None)


def test_the_last_change_holds_and_is_named(lake) -> None:
    change(lake, "repeat_cluster_n", "5", "3")
    change(lake, "repeat_cluster_n", "4", "5")
    found = parameters(lake)
    assert found.repeat_cluster_n == 4
    assert [c.value for c in found.changes] == ["5", "4"]
    assert found.last_change("quiet_days") is None


def test_a_version_from_before_the_table_has_its_settings(lake) -> None:
    lake.settings |= {"schema_version": "3", "merge_gap_minutes": "60"}
    assert parameters(lake).merge_gap_minutes == 60


def test_a_change_revises_the_definitions_that_it_concerns_and_no_other(lake, history) -> None:
    history("A1", 10, 10)
    change(lake, "look_back_gap", "0.2", "0.1")
    share, alerts = (show(lake, name, Scope(*WEEK)) for name in ("repeat_share", "alert_change"))
    own = indicator("repeat_share").definition
    assert (share.definition, share.definition_text) == (own, f"{own}.1")
    assert (alerts.provenance["definition_revision"], alerts.definition_text) == (0, f"{alerts.definition}")
    assert share.provenance["parameters"]["look_back_gap"] == 0.2
    assert "repeat_cluster_n" not in alerts.provenance["parameters"]


def test_a_change_marks_the_chart_and_breaks_no_series(lake, history) -> None:
    history("A1", 100, 60)
    change(lake, "verdict_z", "3.5", "3")
    found = show(lake, "alert_change", Scope(*WEEK))
    note = next(note for note in found.notes if note.code == "parameter_changed")
    assert note.values["starts_on"] == date(2025, 11, 3)
    assert note.values["title_zh"] == "确认门槛 z 3→3.5"
    assert not found.rows[0].has_note("series_break")
    assert found.rows[0].verdict == "confirmed"
    lake.add("parameter")  # a new version, nothing else
    assert series(lake, "alerts_valid", Scope(*WEEK))["value"].to_list() == [420.0]


def test_a_change_long_before_the_chart_is_not_marked(lake, history) -> None:
    history("A1", 10, 10)
    change(lake, "verdict_z", "3.5", "3", date(2023, 1, 1))
    assert "parameter_changed" not in [note.code for note in show(lake, "alert_change", Scope(*WEEK)).notes]


def test_the_verdict_reads_z_and_the_smallest_base_is_the_larger_of_the_two(lake, history) -> None:
    history("A1", 8, 4)
    assert show(lake, "alert_change", Scope(*WEEK)).rows[0].verdict == "confirmed"
    change(lake, "verdict_z", "5", "3")
    assert show(lake, "alert_change", Scope(*WEEK)).rows[0].verdict == "possible"
    change(lake, "smallest_base", "100", "20")
    row = show(lake, "alert_change", Scope(*WEEK)).rows[0]
    assert (row.suppressed, row.change, row.extra["difference"]) == ("base_under_20", None, -28)


def test_the_window_of_repeats_is_the_offices_unless_the_reader_chooses(lake, history) -> None:
    history("A1", 10, 10)
    assert show(lake, "repeat_share", Scope(*WEEK)).provenance["options"]["window"] == 30
    change(lake, "repeat_window_days", "7", "30")
    assert show(lake, "repeat_share", Scope(*WEEK)).provenance["options"]["window"] == 7
    assert show(lake, "repeat_share", Scope(*WEEK), window=90).provenance["options"]["window"] == 90
    with pytest.raises(MetricError):
        show(lake, "repeat_share", Scope(*WEEK), window=60)
