"""Case figures by rows 19, 27, 31, 33 and 49: cohorts old enough, medians, escalation, records."""

from datetime import date, datetime, timedelta

import pytest

from metrics import Row, Scope, show
from metrics.causes import median_limits
from metrics.cohorts import mature

WEEK = Scope(date(2025, 12, 22), date(2025, 12, 29), "none", "station")


def rows(lake, name: str, scope: Scope = WEEK, **options) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, name, scope, **options).rows}


def filed(lake, day: date, filed: int, cleared_30: int, small: bool = True) -> None:
    row = {"day": day, "station_code": "A1", "kind": "criminal", "is_small_livelihood": small, "filed": filed}
    lake.add("mart_case_day", row | {"cleared": cleared_30, "cleared_30": cleared_30, "cleared_90": cleared_30 + 2})


def case(lake, number: int, accepted: datetime, closed: datetime | None = None, **more) -> None:
    row = {
        "case_id": f"C{number}",
        "station_code": "A1",
        "kind": "criminal",
        "cause": "盗窃案",
        "accepted_at": accepted,
    }
    lake.add("case", row | {"filed_at": accepted, "closed_at": closed, "is_preventable": True} | more)


@pytest.mark.parametrize(
    ("asked", "maturity", "shown"),
    [
        ((date(2025, 12, 22), date(2025, 12, 29)), 30, (date(2025, 11, 24), date(2025, 12, 1))),
        ((date(2025, 11, 24), date(2025, 12, 1)), 30, (date(2025, 11, 24), date(2025, 12, 1))),
        ((date(2025, 11, 3), date(2025, 11, 10)), 90, (date(2025, 9, 22), date(2025, 9, 29))),
        ((date(2025, 12, 1), date(2025, 12, 31)), 30, (date(2025, 11, 2), date(2025, 12, 2))),
    ],
)
def test_the_latest_window_that_is_old_enough(asked, maturity: int, shown) -> None:
    assert mature(asked, date(2026, 1, 1), maturity) == shown


def test_a_young_cohort_is_not_judged_and_the_one_shown_is_named(lake) -> None:
    lake.alerts("A1", date(2025, 1, 1), 365, 5)
    filed(lake, date(2024, 12, 1), 1, 0)
    filed(lake, date(2025, 11, 25), 40, 22)
    filed(lake, date(2025, 12, 23), 40, 0)  # a fall to nothing, if it were judged
    row = rows(lake, "small_cases_cleared")["A1"]
    assert (row.numerator, row.denominator, row.value) == (22, 40, 0.55)
    (note,) = [note for note in row.notes if note.code == "cohort_immature"]
    assert (note.values["from"], note.values["to"]) == (date(2025, 11, 24), date(2025, 11, 30))


def test_an_old_cohort_is_shown_as_asked_with_its_maturity(lake) -> None:
    lake.alerts("A1", date(2025, 1, 1), 365, 5)
    filed(lake, date(2025, 5, 1), 1, 0)
    filed(lake, date(2025, 6, 3), 40, 22)
    scope = Scope(date(2025, 6, 2), date(2025, 6, 9), "none", "station")
    assert rows(lake, "small_cases_cleared", scope)["A1"].numerator == 22
    assert rows(lake, "small_cases_cleared", scope, maturity=90)["A1"].numerator == 24
    assert not rows(lake, "small_cases_cleared", scope)["A1"].has_note("cohort_immature")


def test_rates_of_cases_and_of_those_that_could_be_prevented(lake) -> None:
    lake.add("population", {"org_code": "A1", "as_of": date(2025, 1, 1), "basis": "resident", "persons": 50_000})
    filed(lake, date(2025, 12, 23), 40, 0)
    for number in range(30):
        case(lake, number, datetime(2025, 12, 23, 12), is_preventable=number < 25)
    case(lake, 99, datetime(2025, 12, 23, 12), merged_into="C1")
    assert rows(lake, "case_rate")["A1"].value == 8
    assert rows(lake, "preventable_case_rate")["A1"].value == 5
    assert rows(lake, "case_rate")["A2"].suppressed == "no_population"


def test_three_causes_concluded_and_the_days_that_it_took(lake) -> None:
    filed(lake, date(2025, 12, 1), 1, 0)
    filed(lake, date(2025, 12, 31), 1, 0)
    closed = datetime(2025, 12, 23, 12)
    for number in range(21):
        case(lake, number, closed - timedelta(days=10 + number), closed)
    case(lake, 50, closed - timedelta(days=99), closed, cause="赌博")
    assert rows(lake, "three_causes_concluded")["A1"].value == 21
    assert rows(lake, "three_causes_concluded", cause="injury")["A1"].value == 0
    row = rows(lake, "three_causes_days")["A1"]
    assert (row.value, row.denominator) == (20, 21)
    assert row.interval == (15, 25)  # ranks 6 and 16 of 21, as tabled by Campbell and Gardner (1988)
    assert rows(lake, "three_causes_days")["B1"].suppressed == "no_data"


def test_limits_of_a_median_stay_inside_the_values() -> None:
    assert median_limits([1.0, 2.0, 3.0]) == (1.0, 3.0)


def test_the_share_concluded_in_30_days_follows_acceptance(lake) -> None:
    lake.alerts("A1", date(2025, 1, 1), 365, 5)
    filed(lake, date(2025, 1, 1), 1, 0)
    accepted = datetime(2025, 6, 3, 12)
    for number in range(20):
        case(lake, number, accepted, accepted + timedelta(days=20 if number < 15 else 40))
    scope = Scope(date(2025, 6, 2), date(2025, 6, 9), "none", "station")
    assert rows(lake, "three_causes_within_30", scope)["A1"].value == 0.75


def alert(lake, number: int, moment: datetime, group: str, caller: int | None, place: int | None, **more) -> None:
    row = {"alert_id": f"J{number}", "reported_at": moment, "station_code": "A1", "category_group": group}
    row |= {"caller_key": caller, "place_key": place, "link_type": "none", "is_deleted": False, "is_invalid": False}
    row |= {"is_nuisance": False, "is_service_caller": False, "is_service_place": False, "recorded_at": moment}
    lake.add("alert", row | {"result_code": "1"} | more)


def test_a_crime_after_a_dispute_of_the_same_number_or_place(lake) -> None:
    filed(lake, date(2025, 6, 1), 1, 0)
    filed(lake, date(2025, 12, 31), 1, 0)
    crime = datetime(2025, 12, 23, 12)
    for number, caller, place in ((1, 11, 21), (2, 12, 22), (3, None, None), (4, 14, 24), (5, 15, 25)):
        alert(lake, number, crime, "criminal", caller, place, case_id=f"C{number}")
        case(lake, number, crime + timedelta(hours=3), alert_id=f"J{number}")
    alert(lake, 10, crime - timedelta(days=100), "dispute", 11, None)  # same number
    alert(lake, 11, crime - timedelta(days=150), "dispute", None, 22)  # same place
    alert(lake, 12, crime - timedelta(days=200), "dispute", 14, 24)  # too long ago
    alert(lake, 13, crime - timedelta(days=10), "help", 15, 25)  # no dispute
    alert(lake, 14, crime - timedelta(days=10), "dispute", 15, None, is_service_caller=True)  # an institution
    row = show(lake, "escalated_cases", Scope(WEEK.start, WEEK.end, "none", "district")).rows[0]
    assert (row.numerator, row.denominator, row.suppressed) == (2, 4, "base_under_20")


def test_alerts_with_all_key_fields_and_those_stored_in_time(lake) -> None:
    lake.alerts("A1", date(2025, 12, 22), 7, 10, recorded_late=1)
    for number in range(40):
        alert(lake, number, datetime(2025, 12, 23, 8), "help" if number < 30 else "unmapped", 1, 2)
    alert(lake, 90, datetime(2025, 12, 23, 8), "help", 1, None, is_invalid=True)
    assert rows(lake, "complete_fields")["A1"].value == 0.75
    assert rows(lake, "loaded_within_24h")["A1"].value == pytest.approx(0.9)
