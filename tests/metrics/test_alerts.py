"""Counts, waterfall and the verdict on a change, on a lake small enough to do the sums in one's head."""

from datetime import date

import pytest

from metrics import Row, Scope, show

MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
YEAR_AGO = date(2024, 12, 23)


def scope(**more) -> Scope:
    return Scope(MONDAY, END, **more)


def only(lake, indicator: str, **more) -> Row:
    (row,) = show(lake, indicator, scope(**more)).rows
    return row


def rows(lake, indicator: str, **more) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, indicator, scope(**more)).rows}


def test_received_and_valid_with_the_whole_waterfall(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10, 16, excluded_nuisance=1, excluded_deleted=2, excluded_invalid=3)
    row = only(lake, "alerts_valid")
    assert (row.unit, row.name_zh, row.name_en, row.value) == ("city", "枫桥市", "Fengqiao", 70)
    assert row.interval == pytest.approx((54.57, 88.44), abs=0.01)  # Byar
    assert list(row.extra["waterfall"].values()) == [112, 14, 0, 0, 0, 7, 21, 70]
    assert next(iter(row.extra["waterfall"])) == "received"
    assert only(lake, "alerts_received").numerator == 112
    assert not row.has_note("waterfall_broken")


def test_what_is_not_valid_stands_with_its_reasons_and_its_change(lake) -> None:
    """Ankang's bulletin (p21), as if of each day: 8,061 of 9,654 calls against 8,516 of 10,374; −5.3 %."""
    lake.alerts("A1", MONDAY, 7, 1593, 9654, excluded_nuisance=8000, excluded_invalid=61)
    lake.alerts("A1", date(2025, 12, 15), 7, 1858, 10374, excluded_nuisance=8516)
    row = only(lake, "alerts_excluded", comparison="previous")
    assert (row.numerator, row.base_numerator) == (7 * 8061, 7 * 8516)
    assert row.change == pytest.approx(-0.0534, abs=1e-4)
    assert {name: count for name, count in row.extra["reasons"].items() if count} == {
        "excluded_nuisance": 56000,
        "excluded_invalid": 427,
    }
    lake.alerts("B1", MONDAY, 7, 5, 5)
    by_district = rows(lake, "alerts_excluded", by="district")
    assert {unit: row.numerator for unit, row in by_district.items()} == {"A": 56427, "B": 0}
    assert show(lake, "alerts_excluded", scope(comparison="previous")).rows[0].change == pytest.approx(
        -0.0534, abs=1e-4
    )


def test_a_waterfall_that_does_not_add_up_says_so(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10, 16, excluded_nuisance=5)
    assert only(lake, "alerts_valid").notes[0].to_json() == {"code": "waterfall_broken", "difference": 7}


def test_signed_contributions_are_summed(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    lake.alerts("A1", MONDAY, 2, -3, -3)
    assert only(lake, "alerts_valid").value == 64


def test_a_class_restricts_what_is_counted(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    lake.alerts("A1", MONDAY, 7, 4, category_group="dispute")
    assert only(lake, "alerts_valid", groups=("dispute",)).value == 28


def test_a_true_fall_is_confirmed(lake, history) -> None:
    history("A1", 100, 80, 150, 120)
    row = only(lake, "alert_change")
    assert row.verdict == "confirmed"
    assert row.change == row.value == pytest.approx(-0.20)
    assert (row.numerator, row.base_numerator) == (560, 700)
    assert row.interval.low < -0.2 < row.interval.high < 0
    assert row.extra["received_change"] == pytest.approx(-0.20)
    assert row.extra["log_share"] == pytest.approx(0, abs=1e-12)
    assert row.extra["z"] == pytest.approx(2**0.5 * (560**0.5 - 700**0.5), abs=0.02)
    assert row.extra["adjusted_change"] == pytest.approx(-0.20, abs=0.005)


def test_a_rise_is_judged_by_the_same_rule(lake, history) -> None:
    history("A1", 80, 100)
    row = only(lake, "alert_change")
    assert (row.verdict, row.change) == ("confirmed", pytest.approx(0.25))


def test_a_small_fall_is_possible_and_noise_is_not_established(lake, history) -> None:
    history("A1", 60, 52)
    assert only(lake, "alert_change").verdict == "possible"  # z = -2.9
    lake.alerts("B1", YEAR_AGO, 7, 3)
    lake.alerts("B1", MONDAY, 7, 4)
    assert rows(lake, "alert_change", by="district")["B"].verdict == "not_established"


def test_a_fall_that_comes_from_the_valid_share_is_contradicted(lake, history) -> None:
    history("A1", 100, 80, 150, 145)
    row = only(lake, "alert_change")
    assert row.verdict == "contradicted"
    assert row.extra["share_part_of_change"] > 0.5


def test_valid_falls_while_received_rises(lake, history) -> None:
    history("A1", 100, 80, 150, 160)
    assert only(lake, "alert_change").verdict == "contradicted"


def test_bulletin_of_ankang_is_contradicted_by_its_own_table(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 1, 1858, 10374)
    lake.alerts("A1", MONDAY, 1, 1593, 9654)
    row = only(lake, "alert_change")
    assert row.change == pytest.approx(-0.143, abs=5e-4)
    assert row.extra["share_part_of_change"] == pytest.approx(0.53, abs=0.005)
    assert row.verdict == "contradicted"


def test_a_short_history_confirms_nothing(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 7, 100)
    lake.alerts("A1", MONDAY, 7, 70)
    row = only(lake, "alert_change")
    assert (row.verdict, row.extra["dispersion"]) == ("possible", None)


def test_restless_history_takes_a_confirmation_back(lake) -> None:
    for day in range(413):
        lake.alerts("A1", date.fromordinal(date(2024, 11, 4).toordinal() + day), 1, 40 if day % 2 else 160)
    lake.alerts("A1", MONDAY, 7, 80)
    row = only(lake, "alert_change")
    assert row.extra["dispersion"] > 30
    assert row.verdict == "not_established"


def test_no_percentage_on_a_base_under_twenty(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 1, 19)
    lake.alerts("A1", MONDAY, 1, 5)
    row = only(lake, "alert_change")
    assert (row.value, row.change, row.interval, row.verdict) == (None, None, None, None)
    assert row.suppressed == "base_under_20"
    assert (row.numerator, row.base_numerator, row.extra["difference"]) == (5, 19, -14)
    received = only(lake, "alerts_received")
    assert (received.value, received.change, received.suppressed) == (5, None, "base_under_20")


def test_no_base_is_never_infinity(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 7, 50)
    lake.alerts("A1", MONDAY, 7, 50)
    lake.alerts("A2", MONDAY, 7, 9)
    row = rows(lake, "alert_change", by="station")["A2"]
    assert (row.change, row.suppressed, row.has_note("no_base")) == (None, "no_base", True)


def test_missing_days_are_left_out_on_both_sides(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 7, 50)
    lake.alerts("A1", MONDAY, 5, 50)
    result = show(lake, "alert_change", scope())
    assert (result.rows[0].numerator, result.rows[0].base_numerator, result.rows[0].change) == (250, 250, 0)
    assert result.notes[0].to_json() == {"code": "days_compared", "compared": 5, "days": 7}


def test_days_of_unequal_number_are_compared_by_the_day(lake) -> None:
    lake.alerts("A1", date(2023, 1, 1), 800, 10)
    result = show(lake, "alert_change", Scope(date(2024, 2, 1), date(2024, 3, 1)))
    assert (result.rows[0].numerator, result.rows[0].base_numerator) == (290, 280)
    assert result.rows[0].change == pytest.approx(0)
    assert result.notes[0].code == "unequal_days"


def test_without_a_base_the_count_stands_and_the_change_does_not(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 50)
    assert only(lake, "alerts_valid").value == 350
    assert only(lake, "alert_change").suppressed == "no_base_data"
    assert only(lake, "alert_change", comparison="none").suppressed == "no_comparison"


def test_an_empty_lake_answers_without_a_figure(lake) -> None:
    for name in ("alerts_received", "alert_change", "valid_share", "repeat_share", "alert_rate", "cases_filed"):
        row = only(lake, name)
        assert row.value is None and row.suppressed, name


def test_false_discoveries_are_held_down_over_a_table(lake) -> None:
    for number in range(40):
        lake.station(f"C{number:02}", "B")
        lake.alerts(f"C{number:02}", date(2024, 11, 4), 413, 20)
        lake.alerts(f"C{number:02}", MONDAY, 7, 20 if number else 15)
    alone = rows(lake, "alert_change", by="station", stations=("C00",))["C00"]
    among = rows(lake, "alert_change", by="station")["C00"]
    assert alone.p == among.p
    assert alone.verdict == among.verdict == "possible"


def test_shares_that_guard_the_figures(lake, history) -> None:
    history("A1", 100, 80, 150, 145)
    valid = only(lake, "valid_share")
    assert (valid.value, valid.denominator) == (pytest.approx(80 / 145), 7 * 145)
    assert valid.change == pytest.approx(80 / 145 - 100 / 150)
    assert valid.verdict == "possible"
    lake.alerts("A1", MONDAY, 7, 0, recoded_down=8, caller_keyed=-20)
    assert only(lake, "recoded_down_share").value == pytest.approx(0.1)
    assert only(lake, "missing_caller_share").value == pytest.approx(0.25)
    assert only(lake, "alert_change").extra["recoded_down_share"] == pytest.approx(0.1)
