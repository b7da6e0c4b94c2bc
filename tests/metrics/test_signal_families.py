"""Each family of signals with a case that must be raised, its innocent twin, and what it says without data."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

import metrics
from metrics import Scope, Signal
from metrics.integrity import against_fall, audited, draw
from metrics.showing import ask
from tests.metrics.test_signals import DAYS, END, WEEK, fill, raised

WINDOW = END - timedelta(days=182)
CITY = Scope(WEEK.start, WEEK.end, by="city")


@pytest.fixture
def stations(lake: Any) -> list[str]:
    """Twelve stations of district A, without records."""
    codes = [f"S{number:02}" for number in range(12)]
    for code in codes:
        lake.station(code)
    return codes


def one(lake: Any, name: str, unit: str, by: str = "station") -> Signal:
    scope = Scope(WEEK.start, WEEK.end, by=by)  # type: ignore[arg-type]
    return next(signal for signal in metrics.signals(lake, scope) if (signal.id, signal.unit) == (name, unit))


def states(signal: Signal) -> dict[str, str]:
    """The state of each measure; of several rounds or kinds of staff that which is said first."""
    found: dict[str, str] = {}
    for measure in signal.measures:
        order = metrics.integrity.STATES.index
        found[measure.name] = min(found.get(measure.name, measure.state), measure.state, key=order)
    return found


def calls(lake: Any, code: str, number: int, **more: Any) -> None:
    """Add call records of one station, spread over the window; `more` may be functions of the record's number."""
    rows = []
    for place in range(number):
        moment = datetime.combine(WINDOW, datetime.min.time()) + timedelta(
            hours=4368 * place / number, minutes=7, seconds=3
        )
        row = {
            "alert_id": f"{code}-{place}-{len(more)}",
            "reported_at": moment,
            "recorded_at": moment + timedelta(minutes=5),
            "station_code": code,
            "station_code_initial": code,
            "category_group": "help",
            "category_group_initial": "help",
            "link_type": "none",
            "channel": "110",
            "is_invalid": False,
            "is_nuisance": False,
            "is_deleted": False,
        }
        rows.append(row | {name: made(place, moment) if callable(made) else made for name, made in more.items()})
    lake.add("alert", *rows)


def test_a_lake_without_anything_says_of_every_signal_that_it_has_no_data(lake: Any) -> None:
    told = metrics.signals(lake, CITY)
    assert {signal.id: signal.state for signal in told if signal.state == "raised"} == {}
    for name in ("G1", "G5", "G7", "G12", "G13", "G16", "G19", "G21"):
        signal = next(signal for signal in told if signal.id == name)
        assert signal.state == "no_data", name
        assert "signal_needs_data" in [note.code for note in signal.notes]


def test_few_walk_in_reports_are_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        walked = 0 if code == "S03" else 4
        calls(lake, code, 300, channel=lambda n, _, part=walked: "亲临报警" if n % 20 < part else "110")
    signal = one(lake, "G1", "S03")
    assert states(signal)["walk_in_share"] == "raised"
    assert signal.against_fall


def numbered(lake: Any, code: str, day: date, numbers: list[int]) -> None:
    rows = [
        {
            "alert_id": f"330100{day:%Y%m%d}{number:05}",
            "reported_at": datetime.combine(day, datetime.min.time()) + timedelta(minutes=number),
            "station_code": code,
            "is_deleted": False,
            "link_type": "none",
        }
        for number in numbers
    ]
    lake.add("alert", *rows)


def test_missing_numbers_are_raised_for_their_pool(lake: Any, stations: list[str]) -> None:
    lake.district("330100")
    lake.station("330100010000", "330100")
    for week in range(78):
        day = WINDOW - timedelta(days=364) + timedelta(days=7 * week)
        whole = list(range(1, 21))
        numbered(lake, stations[0], day, [n for n in whole if week < 52 or n not in (5, 6)])
    signal = one(lake, "G1", "330100", "district")
    (measure,) = signal.measures
    assert (measure.name, measure.state, measure.value) == ("missing_numbers", "raised", pytest.approx(0.1))


def test_numbers_that_do_not_run_on_say_so(lake: Any, stations: list[str]) -> None:
    calls(lake, "S00", 30)
    city = next(signal for signal in metrics.signals(lake, CITY) if signal.id == "G1")
    assert "numbers_do_not_run_on" in [note.code for note in city.notes]


def test_alerts_sent_away_and_never_taken_in_are_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        calls(lake, code, 200)
        other = stations[(stations.index(code) + 1) % 12]
        calls(lake, code, 6, station_code_initial=other)  # a ring of equal exchange
    calls(lake, "S01", 40, station_code_initial="S05")
    found = raised(lake)
    assert ("G4", "S05") in found
    assert ("G4", "S01") not in found


def test_merges_across_callers_and_days_are_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        calls(lake, code, 60, caller_key=1)
        late = code == "S02"
        calls(
            lake,
            code,
            30,
            alert_id=lambda n, _, unit=code: f"{unit}-merged-{n}",
            main_alert_id=lambda n, _, unit=code, far=late: f"{unit}-{2 * n + (4 if far else 0)}-1",
            link_type="duplicate",
            caller_key=2,
        )
    assert states(one(lake, "G3", "S02"))["distant_merges"] == "raised"
    assert states(one(lake, "G3", "S04"))["distant_merges"] == "quiet"


def test_records_stored_after_the_week_are_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        held = 8 if code == "S07" else 1
        calls(
            lake,
            code,
            200,
            recorded_at=lambda n, at, days=held: at + (timedelta(days=days) if n % 10 == 0 else timedelta()),
        )
    assert states(one(lake, "G6", "S07"))["after_the_week"] == "raised"


def test_times_on_the_full_hour_are_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        calls(lake, code, 200)
    calls(lake, "S08", 40, reported_at=lambda _, at: at.replace(minute=0, second=0))
    assert states(one(lake, "G6", "S08"))["full_hours"] == "raised"


def case_rows(code: str, number: int, delay: timedelta, **more: Any) -> list[dict[str, Any]]:
    opened = [datetime.combine(WINDOW, datetime.min.time()) + timedelta(days=180 * n / number) for n in range(number)]
    return [
        {
            "case_id": f"{code}-{n}",
            "station_code": code,
            "kind": "criminal",
            "accepted_at": at,
            "filed_at": at,
            "cleared_at": at + delay,
            "loss_yuan": 1234.5 + n,
        }
        | more
        for n, at in enumerate(opened)
    ]


def test_cases_filed_when_they_are_solved_are_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        lake.add("case", *case_rows(code, 40, timedelta(hours=3 if code == "S06" else 90)))
    assert states(one(lake, "G7", "S06"))["filed_when_cleared"] == "raised"
    assert states(one(lake, "G7", "S05"))["filed_when_cleared"] == "quiet"


def test_no_filing_line_is_made_up_and_one_that_is_entered_is_looked_at(lake: Any, stations: list[str]) -> None:
    for code in stations:
        lake.add("case", *case_rows(code, 10, timedelta(days=9), loss_yuan=2050))
    assert states(one(lake, "G8", "S00"))["just_under_line"] == "no_data"
    lake.add("case", *case_rows("S00", 30, timedelta(days=9), loss_yuan=1950))
    lake.add(
        "parameter",
        {
            "change_id": 1,
            "name": "filing_line_yuan",
            "value": "2000",
            "previous": "none",
            "valid_from": date(2025, 1, 1),
            "changed_at": datetime(2025, 1, 1),
            "author": "a",
            "reason": "r",
        },
    )
    assert states(one(lake, "G8", "S00"))["just_under_line"] == "raised"
    assert one(lake, "G8", "S00").value == pytest.approx(0.75)


def test_a_ratio_of_exactly_two_month_after_month_is_raised(lake: Any, stations: list[str]) -> None:
    rng = np.random.default_rng(3)
    lake.add("case", *case_rows("S00", 1, timedelta(days=9)))
    for code in stations:
        for month in range(1, 13):
            criminal = int(rng.integers(6, 12))
            other = 2 * criminal if code == "S09" else int(rng.binomial(40, 0.4))
            for kind, filed in (("criminal", criminal), ("administrative", other)):
                lake.add("mart_case_day", {"day": date(2025, month, 5) if month < 12 else date(2024, 12, 5),
                         "station_code": code, "kind": kind, "is_small_livelihood": False, "filed": filed})  # fmt: skip
    found = states(one(lake, "G9", "S09"))
    assert found == {"exactly_two": "raised", "ratio_too_even": "raised"}
    assert "raised" not in states(one(lake, "G9", "S02")).values()


def reported(lake: Any, indicator: str, unit: str, part: float, whole: float, month: int = 11) -> None:
    lake.add(
        "indicator_return",
        {
            "indicator_id": indicator,
            "org_code": unit,
            "period_start": date(2025, month, 1),
            "period_end": date(2025, month + 1, 1),
            "numerator": part,
            "denominator": whole,
            "breakdown": "all",
        },
    )


def test_full_coverage_with_few_visits_is_raised(lake: Any, stations: list[str]) -> None:
    for code in stations:
        reported(lake, "village_officer_coverage", code, 20, 20)
        reported(lake, "household_visits", code, 300 if code == "S04" else 900, 1000)
    assert ("G11", "S04") in raised(lake)


def test_few_warning_letters_are_raised_and_small_cells_are_hidden(lake: Any) -> None:
    for number in range(12):
        lake.district(f"D{number:02}")
        lake.station(f"T{number:02}", f"D{number:02}")
        letters, alerts = {3: (6, 250), 5: (3, 20)}.get(number, (60, 250))
        reported(lake, "domestic_violence_warning", f"D{number:02}", letters, alerts)
    assert one(lake, "G16", "D03", "district").state == "raised"
    hidden = one(lake, "G16", "D05", "district")
    assert (hidden.state, hidden.value, hidden.n) == ("not_enough", None, None)
    assert "cell_under_5" in [note.code for note in hidden.notes]
    assert one(lake, "G16", "D00", "district").n is None  # or the city's letters would tell those of D05
    assert one(lake, "G16", "D01", "district").n == 250


def test_residents_that_change_without_an_event_are_raised(lake: Any) -> None:
    for code, now in (("A", 120_000), ("B", 101_000)):
        lake.add("population", {"org_code": code, "as_of": date(2024, 1, 1), "basis": "resident", "persons": 100_000})
        lake.add("population", {"org_code": code, "as_of": date(2025, 1, 1), "basis": "resident", "persons": now})
    assert one(lake, "G17", "A", "district").state == "raised"
    assert one(lake, "G17", "B", "district").state == "quiet"
    lake.add("event", {"event_id": "1", "starts_on": date(2025, 6, 1), "ends_on": date(2025, 6, 2), "org_code": "A",
             "kind": "boundary", "title_zh": "调整", "title_en": "Boundary"})  # fmt: skip
    assert one(lake, "G17", "A", "district").state == "quiet"


def test_a_turn_is_raised_until_an_event_is_recorded(lake: Any, stations: list[str]) -> None:
    rng = np.random.default_rng(5)
    for code in stations:
        fill(lake, code, rng)
    lake.station("S50")
    fill(lake, "S50", rng, share=0.5)
    half = 175
    lake.connection.execute(
        "UPDATE lake.mart_alert_day SET valid = valid // 3, caller_keyed = caller_keyed // 3 "
        "WHERE station_code = 'S50' AND day >= ?",
        [END - timedelta(days=half)],
    )
    assert states(one(lake, "G20", "S50"))["turn"] == "raised"
    lake.add("event", {"event_id": "1", "starts_on": END - timedelta(days=half), "ends_on": END, "org_code": "S50",
             "kind": "campaign", "title_zh": "整治", "title_en": "Campaign"})  # fmt: skip
    quiet = one(lake, "G20", "S50")
    assert states(quiet)["turn"] == "quiet"
    assert "turn_has_event" in [note.code for note in quiet.notes]


def test_weeks_that_hardly_vary_are_raised(lake: Any, stations: list[str]) -> None:
    rng = np.random.default_rng(6)
    for code in stations[:-1]:
        fill(lake, code, rng)
    lake.alerts("S11", END - timedelta(days=DAYS), DAYS, 5, 10)
    assert ("G18", "S11") in raised(lake)


def round_of_tests(lake: Any, district: int, rng: np.random.Generator, people: int = 60, **more: Any) -> None:
    """Add two rounds of tests of one district's one station; `more` gives what is odd about it in the second."""
    code = f"T{district:02}"
    lake.district(f"D{district:02}")
    lake.station(code, f"D{district:02}")
    lake.add("staff", {"org_code": code, "as_of": date(2025, 1, 1), "eligible_for_training": people})
    skill = rng.normal(70, 8, people)
    rows = []
    for name, day in (("2025-Q2", date(2025, 5, 10)), ("2025-Q3", date(2025, 8, 10))):
        now = name == "2025-Q3"
        away = skill < np.quantile(skill, more.get("weakest_away", 0.0)) if now else np.zeros(people, bool)
        away |= rng.random(people) < 0.05
        score = np.round(skill + rng.normal(0, 4, people))
        if now and more.get("lifted"):
            score[(score < 60) & (score > 48)] = 60
        score = more["scores"](rng, people) if now and "scores" in more else score
        for person in range(people):
            rows.append(
                {
                    "result_id": f"{code}-{name}-{person}",
                    "person_key": district * 1000 + person,
                    "person_kind": "officer",
                    "station_code": code,
                    "ability": "community_work",
                    "event_type": "test",
                    "held_on": day,
                    "round": name,
                    "attempt": more.get("attempt", 1) if now else 1,
                    "score": None if away[person] else float(score[person]),
                    "max_score": 100,
                    "pass_mark": 60,
                }
            )
    lake.add("training_result", *rows)


def test_weak_people_who_stay_away_are_raised_for_their_district(lake: Any) -> None:
    rng = np.random.default_rng(11)
    for district in range(12):
        round_of_tests(lake, district, rng, weakest_away=0.3 if district == 4 else 0.0)
    found = one(lake, "G13", "D04", "district")
    assert states(found)["coverage_low"] == "raised"
    assert found.state == "raised"
    assert ("signal_round", "2025-Q3") in {(n.code, n.values.get("round")) for m in found.measures for n in m.notes}
    assert one(lake, "G13", "D05", "district").state == "quiet"


def test_absent_people_are_compared_by_the_round_before(lake: Any) -> None:
    rng = np.random.default_rng(12)
    for district in range(12):
        round_of_tests(lake, district, rng, weakest_away=0.2)
    assert all(states(one(lake, "G13", f"D{n:02}", "district"))["absent_weaker"] == "raised" for n in range(0, 12, 4))
    assert states(one(lake, "G13", "D00", "district"))["coverage_low"] == "quiet"


def test_scores_lifted_to_the_pass_mark_alike_or_without_a_first_attempt_are_raised(lake: Any) -> None:
    rng = np.random.default_rng(13)
    odd: dict[int, dict[str, Any]] = {
        1: {"lifted": True},
        2: {"scores": lambda rng, people: rng.choice([80.0, 81.0], people)},
        3: {"attempt": 2},
    }
    for district in range(14):
        round_of_tests(lake, district, rng, people=120, **odd.get(district, {}))
    assert states(one(lake, "G13", "D01", "district"))["pass_mark_heap"] == "raised"
    alike = states(one(lake, "G13", "T02"))
    assert (alike["equal_scores"], alike["spread_small"]) == ("raised", "raised")
    assert states(one(lake, "G13", "T03"))["first_missing"] == "raised"
    assert one(lake, "G13", "D09", "district").state == "quiet"


def test_more_tested_than_due_is_raised(lake: Any) -> None:
    rng = np.random.default_rng(14)
    for district in range(3):
        round_of_tests(lake, district, rng, people=30)
    lake.connection.execute("UPDATE lake.staff SET eligible_for_training = 25 WHERE org_code = 'T01'")
    assert states(one(lake, "G13", "D01", "district"))["over_roster"] == "raised"


def loaded(lake: Any, number: int, **more: Any) -> None:
    row = {
        "batch_id": number,
        "table_name": "alert",
        "mapping": "plain",
        "period_start": WEEK.start,
        "period_end": WEEK.end,
        "rows_read": 1000,
        "rows_updated": 0,
        "status": "committed",
        "warnings": "[]",
    }
    lake.add("batch", row | more)


def test_bulk_changes_undone_loads_and_lost_rows_are_raised(lake: Any) -> None:
    loaded(lake, 1)
    assert one(lake, "G21", "city", "city").state == "quiet"
    loaded(lake, 2, rows_updated=400)
    loaded(lake, 3, status="undone")
    loaded(lake, 4, rows_read=500)
    found = one(lake, "G21", "city", "city")
    assert states(found) == {"bulk_updates": "raised", "undone": "raised", "rows_collapsed": "raised"}


def test_a_stated_change_that_is_wrong_and_noise_is_raised(lake: Any) -> None:
    # Changde, criminal alerts 11 → 7: z −0.95, noise (../shared/domain/integrity.md).
    loaded(lake, 1, warnings='[{"code": "published_change_differs", "stated": "-40%", "current": "7", "base": "11"}]')
    found = one(lake, "G19", "city", "city")
    assert states(found) == {"stated_wrongly": "raised", "stated_noise": "raised"}


def test_a_statement_about_other_days_is_not_raised(lake: Any) -> None:
    wrong = '{"code": "published_change_differs", "current": "310", "base": "378", "period_start": "2015-08-01", '
    loaded(lake, 1, warnings="[" + wrong + '"period_end": "2015-09-01"}]')
    assert one(lake, "G19", "city", "city").state == "no_data"
    loaded(
        lake,
        2,
        period_start=date(2015, 8, 1),
        period_end=date(2015, 8, 2),
        warnings='[{"code": "published_change_differs"}]',
    )  # a load from before warnings kept their days
    assert one(lake, "G19", "city", "city").state == "no_data"


def test_a_raised_station_speaks_against_the_fall_of_a_district_that_it_is_large_in(
    lake: Any, stations: list[str]
) -> None:
    rng = np.random.default_rng(8)
    for code in stations:
        fill(lake, code, rng)
    fill(lake, "B1", rng, share=0.5)
    fill(lake, "B1", rng, 182, share=0.1)
    question = ask(lake, "alert_change", Scope(WEEK.start, WEEK.end, by="district"), {})
    assert against_fall(question) == {"B": ("G3",)}
    assert against_fall(ask(lake, "alert_change", CITY, {})) == {}


def test_an_audit_draws_the_same_records_again_and_reads_its_results(lake: Any, stations: list[str]) -> None:
    calls(lake, "S00", 50, reported_at=datetime(2025, 12, 24, 8))
    scope = Scope(WEEK.start, WEEK.end, stations=("S00",))
    first = draw(lake, scope, 20)
    assert len(set(first.numbers)) == 20
    assert first.whole == 50
    assert draw(lake, scope, 20, first.seed).numbers == first.numbers
    assert draw(lake, scope, 20, "another").numbers != first.numbers
    reported(lake, "audited_alerts_correct", "S00", 90, 100)
    (result,) = audited(lake, scope)
    # statistics.md section 6: of 100, 82.6 to 94.5 % around 90 %.
    assert [round(end, 3) for end in result.interval] == [0.826, 0.945]
    with pytest.raises(metrics.MetricError):
        draw(lake, scope, 0)


def test_cities_without_any_oddity_seldom_raise_a_signal(lake: Any, stations: list[str]) -> None:
    """Over 20 cities that differ by chance only, at q = 0.10 some two should raise anything; not more than five do."""
    cities = 0
    for seed in range(20):
        lake.connection.execute("DELETE FROM lake.mart_alert_day")
        rng = np.random.default_rng(1000 + seed)
        for code in stations:
            fill(lake, code, rng, recoded_down=0.02, recoded_up=0.02, recorded_late=0.01)
        cities += bool(raised(lake))
    assert cities <= 5
