"""Coverage before pass rates, officers apart from auxiliaries, and cases with what became of alerts."""

from datetime import date

import pytest

from metrics import Row, Scope, show

SPRING, AUTUMN = date(2025, 3, 10), date(2025, 9, 10)
QUARTER = Scope(date(2025, 7, 1), date(2025, 10, 1), "previous", "station")


def staff(lake, **people: int) -> None:
    for org, number in people.items():
        row = {"org_code": org, "as_of": date(2025, 1, 1), "eligible_for_training": number, "auxiliaries_eligible": 50}
        lake.add("staff", row)


def rows(lake, indicator: str, scope: Scope = QUARTER, **options) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, indicator, scope, **options).rows}


def by(level: str) -> Scope:
    return Scope(QUARTER.start, QUARTER.end, "previous", level)


def test_a_station_that_sent_nobody_stands_with_none_tested(lake) -> None:
    staff(lake, A1=40, A2=30, B1=20)
    lake.tests("2025-Q3", AUTUMN, "A1", 36, 27)
    lake.tests("2025-Q3", AUTUMN, "B1", 20, 20)
    found = rows(lake, "training_coverage")
    assert {code: (row.numerator, row.denominator) for code, row in found.items()} == {
        "A1": (36, 40),
        "A2": (0, 30),
        "B1": (20, 20),
    }
    assert (found["A1"].value, found["A2"].value) == (0.9, 0)
    assert rows(lake, "training_coverage", by("district"))["A"].denominator == 70
    assert rows(lake, "training_coverage", by("city"))["city"].denominator == 90


def test_a_local_round_is_due_only_where_it_was_held(lake) -> None:
    for number in range(6):
        lake.station(f"C{number}", "B")
        lake.tests("2025-Q1", SPRING, f"C{number}", 20, 10)
    staff(lake, A1=40, A2=30, C0=25)
    lake.tests("extra", AUTUMN, "A1", 30, 20)
    found = rows(lake, "training_coverage")
    assert (found["A1"].denominator, found["C0"].suppressed) == (40, "no_round")


def test_first_attempts_and_their_interval(lake) -> None:
    staff(lake, A1=100)
    lake.tests("2025-Q3", AUTUMN, "A1", 100, 65)
    row = rows(lake, "training_first_pass")["A1"]
    assert (row.numerator, row.denominator, row.value) == (65, 100, 0.65)
    assert row.interval == pytest.approx((0.5525444, 0.7363575), abs=1e-7)  # as published by PHE
    assert row.extra["coverage"] == 1.0


def test_abilities_together_and_apart(lake) -> None:
    staff(lake, A1=40)
    lake.tests("2025-Q3", AUTUMN, "A1", 40, 30)
    lake.tests("2025-Q3", AUTUMN, "A1", 20, 20, ability="dispute_resolution")
    row = rows(lake, "training_coverage")["A1"]
    assert (row.numerator, row.denominator) == (60, 80)
    assert row.extra["abilities"]["dispute_resolution"]["coverage"] == 0.5
    assert rows(lake, "training_coverage", ability="community_work")["A1"].value == 1.0


def test_four_tests_of_one_person_are_one_witness(lake) -> None:
    staff(lake, A1=100)
    for ability in ("community_work", "dispute_resolution", "element_control", "response_casework"):
        lake.tests("2025-Q3", AUTUMN, "A1", 100, 65, ability=ability)
    row = rows(lake, "training_first_pass")["A1"]
    assert (row.numerator, row.denominator) == (260, 400)
    assert row.interval == pytest.approx((0.5525444, 0.7363575), abs=1e-7)  # as of 65 of 100, not of 260 of 400


@pytest.mark.parametrize(("tested", "differs"), [(92, False), (20, True)])
def test_a_unit_differs_only_beyond_what_units_differ_anyway(lake, tested: int, differs: bool) -> None:
    for number in range(12):
        lake.station(f"C{number}", "B")
        staff(lake, **{f"C{number}": 100})
        lake.tests("2025-Q3", AUTUMN, f"C{number}", tested if number == 0 else 88 + number, 60 if number else 10)
    found = rows(lake, "training_coverage")
    assert [code for code, row in found.items() if row.extra.get("differs")] == (["C0"] if differs else [])


def test_officers_and_auxiliaries_are_never_pooled(lake) -> None:
    staff(lake, A1=40)
    lake.tests("2025-Q3", AUTUMN, "A1", 40, 40)
    lake.tests("2025-Q3", AUTUMN, "A1", 50, 10, person_kind="auxiliary")
    assert rows(lake, "training_first_pass")["A1"].value == 1.0
    assert rows(lake, "training_first_pass", person_kind="auxiliary")["A1"].value == 0.2
    assert rows(lake, "training_coverage", person_kind="auxiliary")["A1"].denominator == 50


def test_courses_and_contests_are_no_tests(lake) -> None:
    staff(lake, A1=40)
    lake.tests("2025-Q3", AUTUMN, "A1", 40, 40, event_type="contest")
    assert rows(lake, "training_coverage")["A1"].suppressed == "no_round"


def test_no_round_in_the_week_shows_the_latest_before_it(lake) -> None:
    staff(lake, A1=40)
    lake.tests("2025-Q1", SPRING, "A1", 30, 15)
    lake.tests("2025-Q3", AUTUMN, "A1", 40, 30)
    row = rows(lake, "training_coverage", Scope(date(2025, 12, 22), date(2025, 12, 29), by="station"))["A1"]
    assert row.extra["rounds"] == ["2025-Q3"]
    assert row.has_note("round_before_period")
    assert row.base_numerator is None  # no round a year before
    previous = Scope(date(2025, 12, 22), date(2025, 12, 29), "previous", "station")
    assert rows(lake, "training_coverage", previous)["A1"].base_numerator == 30


def test_a_roster_that_is_missing_or_too_small_is_said(lake) -> None:
    lake.tests("2025-Q3", AUTUMN, "A1", 40, 30)
    assert rows(lake, "training_coverage")["A1"].suppressed == "no_roster"
    assert rows(lake, "training_first_pass")["A1"].value == 0.75
    staff(lake, A1=30)
    assert rows(lake, "training_coverage")["A1"].suppressed == "roster_too_small"


def test_a_better_pass_rate_of_fewer_people_is_not_established(lake) -> None:
    staff(lake, A1=200, B1=200)
    for station, tested in (("A1", 120), ("B1", 200)):
        lake.tests("2025-Q1", SPRING, station, 200, 120)
        lake.tests("2025-Q3", AUTUMN, station, tested, tested * 9 // 10)
    found = rows(lake, "training_first_pass")
    assert (found["A1"].verdict, found["A1"].has_note("coverage_fell")) == ("not_established", True)
    assert (found["B1"].verdict, found["B1"].change) == ("confirmed", pytest.approx(0.3))


def test_a_merged_station_keeps_its_roster(lake) -> None:
    lake.station("A0", "A", valid_to=date(2025, 6, 1), successor_code="A1")
    staff(lake, A0=20, A1=30)
    lake.tests("2025-Q3", AUTUMN, "A1", 45, 30)
    row = rows(lake, "training_coverage")["A1"]
    assert (row.numerator, row.denominator) == (45, 50)


def test_cases_with_the_transfer_share_beside_them(lake) -> None:
    for day, filed in ((date(2024, 12, 23), 30), (date(2025, 12, 22), 60), (date(2025, 12, 28), 0)):
        row = {"day": day, "station_code": "A1", "kind": "criminal", "is_small_livelihood": False, "filed": filed}
        lake.add("mart_case_day", row)
    lake.add("mart_case_day", row | {"day": date(2025, 12, 22), "kind": "administrative", "filed": 40})
    lake.alerts("A1", date(2025, 12, 22), 7, 10, transferred=3)
    week = Scope(date(2025, 12, 22), date(2025, 12, 29), by="station")
    found = rows(lake, "cases_filed", week)["A1"]
    assert (found.value, found.base_numerator, found.verdict) == (100, 30, "possible")
    assert found.extra["transfer_share"] == pytest.approx(0.3)
    assert rows(lake, "cases_filed", week, kind="criminal")["A1"].change == 1.0
