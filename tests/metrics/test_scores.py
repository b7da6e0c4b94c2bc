"""Scores, people of both rounds, hours, taking part, contests: small literal rounds, by hand or by scipy."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from metrics import Row, Scope, series, show

SPRING, AUTUMN = date(2025, 3, 10), date(2025, 9, 10)
QUARTER = (date(2025, 7, 1), date(2025, 10, 1))


def take(lake, station: str, round_name: str, scores: dict[int, float | None], **more) -> None:
    """One row a person, and the mart's row beside them."""
    day = SPRING if round_name.endswith("Q1") else AUTUMN
    row = {"station_code": station, "round": round_name, "held_on": day, "ability": "community_work", "attempt": 1}
    row |= {"person_kind": "officer", "event_type": "test", "max_score": 100, "pass_mark": 60} | more
    for person, score in scores.items():
        key = f"{round_name}-{station}-{person}-{row['ability']}-{row['attempt']}-{row['event_type']}"
        lake.add("training_result", row | {"result_id": key, "person_key": person, "score": score})
    if row["event_type"] == "test":
        taken = [score for score in scores.values() if score is not None]
        passed = sum(score >= row["pass_mark"] for score in taken)
        more = {"ability": row["ability"], "person_kind": row["person_kind"]}
        lake.tests(round_name, day, station, len(taken), passed, **more)


def staff(lake, **people: int) -> None:
    for org, number in people.items():
        lake.add("staff", {"org_code": org, "as_of": date(2025, 1, 1), "eligible_for_training": number})


def rows(lake, indicator: str, by: str = "station", comparison: str = "previous", **options) -> dict[str, Row]:
    found = show(lake, indicator, Scope(*QUARTER, comparison, by), **options)
    return {row.unit: row for row in found.rows}


def test_the_mean_is_over_people_with_students_limits(lake) -> None:
    take(lake, "A1", "2025-Q3", {1: 50, 2: 60, 3: 70, 4: 80, 5: 90, 6: None})
    take(lake, "A1", "2025-Q3", {1: 35}, ability="dispute_resolution", max_score=50)  # 85 of 150 in all
    row = rows(lake, "training_mean_score")["A1"]
    scores = [100 * 85 / 150, 60, 70, 80, 90]
    assert (row.value, row.numerator) == (pytest.approx(np.mean(scores)), 5)
    assert row.interval == pytest.approx(stats.t.interval(0.95, 4, np.mean(scores), stats.sem(scores)))


def test_resits_courses_and_the_other_kind_of_staff_do_not_count(lake) -> None:
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(5), 60))
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(5), 100), attempt=2, event_type="course")
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(5), 100), person_kind="auxiliary")
    assert rows(lake, "training_mean_score")["A1"].value == 60
    assert rows(lake, "training_mean_score", person_kind="auxiliary")["A1"].value == 100


def test_fewer_than_five_people_give_no_score_and_no_number(lake) -> None:
    take(lake, "A1", "2025-Q3", {1: 50, 2: 60, 3: 70, 4: 80})
    for name in ("training_mean_score", "training_p10", "training_change"):
        row = rows(lake, name)["A1"]
        assert (row.value, row.numerator, row.interval) == (None, None, None)
    assert rows(lake, "training_mean_score")["A1"].suppressed == "few_people"


def test_the_tenth_percentile_and_its_order_statistics(lake) -> None:
    take(lake, "A1", "2025-Q3", {n: float(n) for n in range(1, 101)})
    row = rows(lake, "training_p10")["A1"]
    assert row.value == pytest.approx(np.quantile(np.arange(1, 101), 0.1))
    low, high = row.interval
    # P(low ≤ the tenth percentile < high) from the binomial number of scores below it
    assert stats.binom.cdf(high - 1, 100, 0.1) - stats.binom.cdf(low - 1, 100, 0.1) >= 0.95


def test_stations_are_drawn_to_the_common_mean_and_have_ranges_of_ranks(lake) -> None:
    for number, code in enumerate(("A1", "A2", "B1")):
        take(lake, code, "2025-Q3", {100 * number + n: 60.0 + 5 * number + n for n in range(8)})
    found = rows(lake, "training_mean_score")
    assert [row.value for row in found.values()] == [63.5, 68.5, 73.5]
    assert 63.5 < found["A1"].extra["shrunken"] < found["A2"].extra["shrunken"] < 73.5
    for row in found.values():
        assert 1 <= row.extra["rank_low"] <= row.extra["rank_high"] <= row.extra["units"] == 3
    assert found["A1"].extra["lowest_fifth"] > 0.9
    assert "rank_low" not in rows(lake, "training_mean_score", "city")["city"].extra


def test_only_people_of_both_rounds_are_compared_and_the_others_are_told(lake) -> None:
    before, after = [50, 55, 58, 62, 70, 40], [56, 57, 61, 60, 78]
    take(lake, "A1", "2025-Q1", dict(enumerate(before)))
    take(lake, "A1", "2025-Q3", dict(enumerate(after)) | {77: 95, 78: 97})
    row = rows(lake, "training_change")["A1"]
    paired = stats.ttest_rel(after, before[:5])
    assert row.value == pytest.approx(np.mean(np.subtract(after, before[:5])))
    assert row.interval == pytest.approx(tuple(paired.confidence_interval(0.95)))
    assert row.p == pytest.approx(paired.pvalue)
    assert (row.numerator, row.extra["only_before"], row.extra["only_after"]) == (5, 1, 2)
    assert (row.extra["gained"], row.extra["lost"], row.extra["pass_p"], row.extra["pass_exact"]) == (1, 0, 1.0, True)
    assert (row.extra["rounds"], row.extra["base_rounds"]) == (["2025-Q3"], ["2025-Q1"])
    assert row.has_note("regression_to_mean")


def test_a_change_is_never_called_more_than_possible(lake) -> None:
    take(lake, "A1", "2025-Q1", {n: 50.0 + n for n in range(30)})
    take(lake, "A1", "2025-Q3", {n: 60.0 + n + n % 2 for n in range(30)})
    assert rows(lake, "training_change")["A1"].verdict == "possible"
    assert rows(lake, "training_change", comparison="none")["A1"].extra["base_rounds"] == ["2025-Q1"]


def test_without_an_earlier_round_there_is_no_change(lake) -> None:
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(5), 60))
    assert rows(lake, "training_change")["A1"].suppressed == "no_earlier_round"


def test_no_row_of_any_figure_of_training_holds_a_person(lake) -> None:
    take(lake, "A1", "2025-Q1", {987654321 + n: 60.0 + n for n in range(6)})
    take(lake, "A1", "2025-Q3", {987654321 + n: 61.0 + n for n in range(6)})
    staff(lake, A1=6)
    for name in ("training_mean_score", "training_p10", "training_change", "training_hours", "training_participation"):
        assert "98765432" not in str(show(lake, name, Scope(*QUARTER, "previous", "station")).to_json())


def test_hours_and_taking_part_are_over_a_year_and_people_without_count_with_none(lake) -> None:
    staff(lake, A1=25, A2=4)
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(20), 60.0), hours=10)
    take(lake, "A1", "2025-Q1", dict.fromkeys(range(10), None), event_type="course", hours=5)
    take(lake, "A1", "2025-Q1", {30: None})  # on the list, and absent
    assert rows(lake, "training_hours")["A1"].value == 10.0  # 250 ÷ 25
    assert rows(lake, "training_hours")["A2"].suppressed == "few_people"
    row = rows(lake, "training_participation")["A1"]
    assert (row.numerator, row.denominator) == (20, 25)
    assert rows(lake, "training_hours_met")["A1"].suppressed == "no_required_hours"


def test_once_the_required_hours_are_entered_the_share_is_shown(lake) -> None:
    staff(lake, A1=25)
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(20), 60.0), hours=10)
    take(lake, "A1", "2025-Q1", dict.fromkeys(range(10), None), event_type="course", hours=5)
    change = {"change_id": 1, "name": "required_hours", "value": "15", "previous": "none", "valid_from": SPRING}
    lake.add("parameter", change | {"author": "王", "reason": "年度计划"})
    row = rows(lake, "training_hours_met")["A1"]
    assert (row.numerator, row.denominator) == (10, 25)
    assert show(lake, "training_hours_met", Scope(*QUARTER)).definition_text == "1.1"


def test_places_are_the_best_three_with_ties_and_none_without_a_contest(lake) -> None:
    assert rows(lake, "training_contest_places")["A1"].suppressed == "no_contest"
    take(lake, "A1", "2025-Q3", {1: 90, 2: 80, 3: 70}, event_type="contest")
    take(lake, "B1", "2025-Q3", {4: 80, 5: 60}, event_type="contest")
    found = rows(lake, "training_contest_places")
    assert {code: row.value for code, row in found.items()} == {"A1": 2.0, "A2": 0.0, "B1": 1.0}


def test_the_trend_of_a_mean_is_the_figure_of_each_round(lake) -> None:
    take(lake, "A1", "2025-Q1", dict.fromkeys(range(5), 60.0))
    take(lake, "A1", "2025-Q3", dict.fromkeys(range(5), 70.0))
    trend = series(lake, "training_mean_score", Scope(date(2025, 1, 1), date(2026, 1, 1)), "month")
    assert trend["value"].to_list() == [60.0, 70.0]
    passed = series(lake, "training_final_pass", Scope(date(2025, 1, 1), date(2026, 1, 1)), "month")
    assert passed["numerator"].to_list() == [5, 5]
