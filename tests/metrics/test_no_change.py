"""Where nothing changes, nothing is called confirmed; where something was planted, it is found, and nothing else."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.no_change import CASES, MadeLake, draw, quiet_city, rate
from etl.demo.rhythm import day_number, day_weights
from metrics import Scope, show
from metrics.periods import days_of

YEAR = (date(2025, 1, 1), date(2026, 1, 1))


def test_eight_cities_without_change_have_no_confirmed_fall() -> None:
    """Two hundred are asked in `benchmarks/no_change.py`: 3 % with seeds 1 to 200. These eight are among them."""
    falls, _, told = rate(8, 1, CASES)
    assert (falls, told) == (0, [])


def test_a_quiet_city_has_no_trend_by_itself() -> None:
    counts = draw(3)
    years = counts.group_by(pl.col("day").dt.year()).agg(pl.col("valid").sum()).sort("day")["valid"].to_list()
    assert years[1] / years[0] == pytest.approx(1, abs=0.03)
    assert years[2] / years[1] == pytest.approx(1, abs=0.03)


@pytest.fixture(scope="module")
def planted() -> MadeLake:
    """Three districts of eight stations; from 2025 on A falls by 18 %, B by as much for its valid share alone."""
    chance = np.random.default_rng(20)
    days = days_of((date(2023, 1, 1), date(2026, 1, 1)))
    busy = day_weights(np.array([day_number(day) for day in days]), 20)
    late = np.array([day >= YEAR[0] for day in days])
    stations = {f"{district}{number}": district for district in "ABC" for number in range(8)}
    parts = []
    for code, district in stations.items():
        mean = 10 * busy * np.where(late & (district == "A"), 0.82, 1)
        received = chance.negative_binomial(mean / 0.4, 1 / 1.4)
        valid = chance.binomial(received, np.where(late & (district == "B"), 0.42 * 0.82, 0.42))
        parts.append(
            pl.DataFrame(
                {
                    "day": days,
                    "station_code": code,
                    "category_group": "help",
                    "received": received,
                    "valid": valid,
                    "excluded_invalid": received - valid,
                    "recoded_down": 0,
                }
            )
        )
    return MadeLake(pl.concat(parts), stations)


def verdicts(lake: MadeLake, start: date, end: date, by: str, comparison: str = "yoy") -> dict[str, str | None]:
    return {row.unit: row.verdict for row in show(lake, "alert_change", Scope(start, end, comparison, by)).rows}


@pytest.mark.parametrize(("start", "end"), [YEAR, (date(2025, 10, 1), date(2026, 1, 1))])
def test_a_planted_fall_is_confirmed_and_one_of_the_valid_share_is_contradicted(planted, start, end) -> None:
    assert verdicts(planted, start, end, "district") == {"A": "confirmed", "B": "contradicted", "C": "not_established"}


def test_no_station_without_a_fall_is_called_confirmed(planted) -> None:
    found = verdicts(planted, *YEAR, "station")
    assert {code[0] for code, verdict in found.items() if verdict == "confirmed"} == {"A"}
    assert sum(verdict == "confirmed" for verdict in found.values()) >= 5


def test_a_fall_of_long_ago_is_no_fall_against_last_week(planted) -> None:
    week = date(2025, 12, 22), date(2025, 12, 29)
    assert set(verdicts(planted, *week, "district", "previous").values()) == {"not_established"}


def test_spring_festival_is_no_fall_against_the_weeks_before() -> None:
    """Raw 环比 falls by a quarter in every city; adjusted, no city and no district falls."""
    city = quiet_city(5)
    week = Scope(date(2025, 1, 27), date(2025, 2, 3), "previous")
    (row,) = show(city, "alert_change", week).rows
    assert row.change is not None and row.change < -0.15
    assert row.extra["adjusted_change"] == pytest.approx(0, abs=0.08)
    assert row.verdict == "not_established"
    assert row.has_note("calendar_explains")


def test_the_model_knows_nothing_of_what_came_later() -> None:
    """Figures of a period are the same whether or not later days are in the lake."""
    counts = draw(9)
    stations = {code: code[:6] for code in counts["station_code"].unique()}
    end = date(2025, 7, 7)
    whole, early = MadeLake(counts, stations), MadeLake(counts.filter(pl.col("day") < end), stations)
    week = Scope(end - timedelta(days=7), end, "previous", "district")
    assert show(whole, "alert_change", week).rows == show(early, "alert_change", week).rows
