"""Parameters: what may be set, what a lake keeps of a change, and that the marts follow in the same commit."""

from datetime import date, timedelta

import pytest

import warehouse
from warehouse import Lake, parameter_rules, set_parameter, values_of
from warehouse.__main__ import main
from warehouse.errors import BadDay, BadParameter, NoReason, ParameterUnchanged, UnknownParameter

from .facts import assert_marts_equal_rebuild, load, row

PARAMETER_SQL = "SELECT change_id, name, value, previous, valid_from, author, reason FROM lake.parameter"
REPEATS_SQL = "SELECT sum(caller_repeat_7)::INT, sum(caller_duplicate)::INT FROM lake.mart_alert_day"


@pytest.mark.parametrize("name", parameter_rules())
def test_every_parameter_says_what_it_is_and_keeps_to_its_own_range(name: str) -> None:
    rule = parameter_rules()[name]
    for text in (rule.name, rule.meaning, rule.consequence):
        assert text["zh"] and text["en"]
    assert rule.concerns
    assert rule.default is None or rule.read(f"{rule.default}") == rule.default


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("repeat_cluster_n", "4", 4),
        ("repeat_cluster_n", "4.5", None),
        ("repeat_cluster_n", "1", None),
        ("repeat_cluster_n", "four", None),
        ("repeat_window_days", "90", 90),
        ("repeat_window_days", "60", None),
        ("confidence", "0.9", 0.9),
        ("confidence", "nan", None),
        ("smallest_base", "10", None),  # no percentage on a base under 20, whoever asks
        ("required_hours", "120", 120.0),
    ],
)
def test_values_outside_the_range_are_refused(name: str, text: str, value: float | None) -> None:
    rule = parameter_rules()[name]
    if value is not None:
        assert rule.read(text) == value
    else:
        with pytest.raises(BadParameter, match="cannot be set"):
            rule.read(text)


def test_only_a_parameter_without_default_can_be_unset() -> None:
    assert parameter_rules()["required_hours"].read("none") is None
    with pytest.raises(BadParameter):
        parameter_rules()["quiet_days"].read("none")


def test_a_change_is_one_commit_with_author_reason_and_the_value_before(lake: Lake) -> None:
    before = lake.version()
    assert set_parameter(lake, "repeat_cluster_n", "4", reason="试点", author="王") == before + 1
    day = lake.now().date() - timedelta(days=9)
    set_parameter(lake, "repeat_cluster_n", "5", reason="again", author="Li", valid_from=day)
    assert lake.frame(PARAMETER_SQL + " ORDER BY change_id").rows() == [
        (1, "repeat_cluster_n", "4", "3", lake.now().date(), "王", "试点"),
        (2, "repeat_cluster_n", "5", "4", day, "Li", "again"),
    ]
    at = f"SELECT value FROM lake.parameter AT (VERSION => {before + 1})"
    assert lake.frame(at).rows() == [("4",)]


@pytest.mark.parametrize(
    ("name", "value", "reason", "day", "error"),
    [
        ("no_such", "4", "why", None, UnknownParameter),
        ("quiet_days", "5", "why", None, BadParameter),
        ("quiet_days", "30", "why", None, ParameterUnchanged),
        ("quiet_days", "60", " ", None, NoReason),
        ("quiet_days", "60", "why", date(2999, 1, 1), BadDay),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    lake: Lake, name: str, value: str, reason: str, day: date | None, error: type[Exception]
) -> None:
    before = lake.version()
    with pytest.raises(error) as raised:
        set_parameter(lake, name, value, reason=reason, author="Li", valid_from=day)
    assert lake.version() == before
    for language in ("en", "zh"):
        assert "{" not in raised.value.sentence(language)


def test_a_new_merge_gap_counts_the_repeats_anew_in_the_same_commit(lake: Lake) -> None:
    load(
        lake,
        "A",
        row(alert_id="a", caller_key=7, reported_at="2024-01-01 10:00:00"),
        row(alert_id="b", caller_key=7, reported_at="2024-01-01 12:30:00"),  # 150 minutes after
    )
    assert lake.frame(REPEATS_SQL).rows() == [(1, 0)]
    version = set_parameter(lake, "merge_gap_minutes", "180", reason="一警多报", author="Li")
    assert lake.frame(REPEATS_SQL).rows() == [(0, 1)]
    assert_marts_equal_rebuild(lake, ["alert"])
    load(lake, "B", row(alert_id="c", caller_key=7, reported_at="2024-01-01 15:00:00"))  # 150 minutes again
    assert lake.frame(REPEATS_SQL).rows() == [(0, 2)]
    assert lake.version() == version + 1


def test_a_lake_with_values_of_another_program_opens() -> None:
    assert values_of({"quiet_days": "3", "gone": "1", "confidence": "0.9"})["quiet_days"] == 30
    assert values_of({"confidence": "0.9"})["confidence"] == 0.9


def test_the_command_line_sets_and_refuses_in_sentences(
    stocked: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(stocked.home))
    words = ["set-parameter", "quiet_days", "60", "--reason", "因", "--author", "王"]
    assert main(words) == 0
    assert "quiet_days is 60" in capsys.readouterr().out
    assert main(words) == 2
    assert "quiet_days = 60 holds already" in capsys.readouterr().err
    assert warehouse.values_of(dict(stocked.frame("SELECT name, value FROM lake.parameter").rows()))["quiet_days"] == 60
