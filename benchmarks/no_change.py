"""How often a city in which nothing changes is told of a confirmed fall: at most 5 % of cities may be.

Cities of 24 stations in 4 districts over three years are made in memory, without files: weekdays, season, Spring
Festival and National Day as in the demonstration city, weather that the whole city shares, and counts that scatter more
than Poisson's because calls come in bunches. No level ever changes. Each city is asked the question of a Monday
morning: its last whole week, and a quarter, against last year and against the period before, for the city, its
districts and its stations. One confirmed fall anywhere makes the city count.

    python -m benchmarks.no_change [--cities 200] [--first-seed 1] [--cases week,quarter]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import yaml

import metrics
from etl.demo.rhythm import day_number, day_weights
from metrics import Scope
from metrics.periods import days_of

START, END = date(2023, 1, 1), date(2026, 1, 1)
DISTRICTS, STATIONS = 4, 24
DAILY_VALID = 4.0
VALID_SHARE = 0.42
SIZE_SPREAD = 0.5
BUNCHED = 1.4
"""Variance over Poisson variance of calls received, as measured in the demonstration city."""
WAREHOUSE = Path(__file__).resolve().parent.parent / "warehouse"
AT = " AT (VERSION => $version)"
WEEK = (date(2025, 12, 22), date(2025, 12, 29))
QUARTER = (date(2025, 10, 1), date(2026, 1, 1))
CASES = {"week": WEEK, "quarter": QUARTER}
LEVELS = ("city", "district", "station")
COMPARISONS = ("yoy", "previous")
MOST = 0.05


DISTRICT_SQL = """
INSERT INTO lake.district (district_code, name_zh, name_en, valid_from) VALUES (?, ?, ?, '1900-01-01')
"""
STATION_SQL = """
INSERT INTO lake.station (station_code, district_code, name_zh, name_en, kind, valid_from)
VALUES (?, ?, ?, ?, 'station', '1900-01-01')
"""


class MadeLake:
    """Stations and counts by day in memory, answering as a lake does."""

    def __init__(self, counts: pl.DataFrame, stations: Mapping[str, str]) -> None:
        """Take counts in the columns of the day mart that matter here, and the district of each station."""
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        self.connection.execute("ATTACH ':memory:' AS lake")
        for name, columns in _tables():
            cells = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self.connection.execute(f'CREATE TABLE lake."{name}" ({cells})')
        self.connection.register("given", counts.to_arrow())
        self.connection.execute("INSERT INTO lake.mart_alert_day BY NAME SELECT * FROM given")
        self.connection.execute(f"UPDATE lake.mart_alert_day SET {_zeros(counts)}")
        for code in sorted(set(stations.values())):
            self.connection.execute(DISTRICT_SQL, [code, f"{code}区", f"District {code}"])
        for code, district in stations.items():
            self.connection.execute(STATION_SQL, [code, district, f"{code}所", f"Station {code}"])

    def version(self) -> int:
        """Return the only version."""
        return 1

    def frame(self, sql: str, params: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """Return the answer to one query."""
        given = {name: value for name, value in (params or {}).items() if name != "version"}
        return self.connection.cursor().execute(sql.replace(AT, ""), given).pl()

    def setting(self, name: str, default: str | None = None, version: int | None = None) -> str | None:
        """Return the settings of a Chinese city."""
        return {"time_zone": "Asia/Shanghai", "week_start": "monday"}.get(name, default)


def quiet_city(seed: int) -> MadeLake:
    """Return a city without any change."""
    return MadeLake(draw(seed), {_station(number): f"99{number % DISTRICTS:04}" for number in range(STATIONS)})


def _tables() -> list[tuple[str, dict[str, str]]]:
    """Return the columns of every table of a lake with their kinds."""
    found = []
    for name in ("tables.yaml", "system_tables.yaml"):
        entries = yaml.safe_load((WAREHOUSE / name).read_text(encoding="utf-8"))
        found += [(table, {c: kind[0] for c, kind in entry["columns"].items()}) for table, entry in entries.items()]
    return found


def _zeros(counts: pl.DataFrame) -> str:
    """Return what sets every count that is not given to nothing."""
    columns = dict(_tables())["mart_alert_day"]
    return ", ".join(
        f'"{name}" = 0' for name, kind in columns.items() if kind == "BIGINT" and name not in counts.columns
    )


def _station(number: int) -> str:
    return f"99{number % DISTRICTS:04}{number:02}0000"


def draw(seed: int) -> pl.DataFrame:
    """Return the day mart of a city: received by a bunched count, valid a share of it that never changes."""
    chance = np.random.default_rng(seed)
    days = days_of((START, END))
    busy = day_weights(np.array([day_number(day) for day in days]), seed)
    size = np.exp(chance.normal(0, SIZE_SPREAD, STATIONS))
    mean = DAILY_VALID / VALID_SHARE * size[:, None] / size.mean() * busy[None, :]
    received = chance.negative_binomial(mean / (BUNCHED - 1), 1 / BUNCHED)
    valid = chance.binomial(received, VALID_SHARE)
    down, up = (chance.binomial(valid, 0.01) for _ in range(2))
    return pl.DataFrame(
        {
            "day": days * STATIONS,
            "station_code": [_station(number) for number in range(STATIONS) for _ in days],
            "category_group": ["help"] * (len(days) * STATIONS),
            "received": received.ravel(),
            "valid": valid.ravel(),
            "excluded_invalid": (received - valid).ravel(),
            "recoded_down": down.ravel(),
            "recoded_up": up.ravel(),
        }
    )


def confirmed(seed: int, cases: Mapping[str, tuple[date, date]]) -> Iterator[tuple[str, str, str, str, bool]]:
    """Yield every confirmed change of a city: case, comparison, level, unit, and whether it is a fall."""
    city = quiet_city(seed)
    for case, (start, end) in cases.items():
        for comparison in COMPARISONS:
            for level in LEVELS:
                result = metrics.show(city, "alert_change", Scope(start, end, comparison, level))  # type: ignore[arg-type]
                for row in result.rows:
                    if row.verdict == "confirmed":
                        yield case, comparison, level, row.unit, (row.change or 0) < 0


def rate(
    cities: int, first_seed: int = 1, cases: Mapping[str, tuple[date, date]] = CASES
) -> tuple[int, int, list[str]]:
    """Return in how many cities a fall, and in how many a rise is called confirmed, and the falls by name."""
    falls, rises, told = 0, 0, []
    for seed in range(first_seed, first_seed + cities):
        found = list(confirmed(seed, cases))
        falls += any(fell for *_, fell in found)
        rises += any(not fell for *_, fell in found)
        told += [f"city {seed}: {' '.join(names)}" for *names, fell in found if fell]
    return falls, rises, told


def main() -> int:
    """Print the rate; exit status 1 where it is above 5 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--cases", default=",".join(CASES))
    chosen = parser.parse_args()
    started = time.perf_counter()
    cases = {name: CASES[name] for name in chosen.cases.split(",")}
    falls, rises, told = rate(chosen.cities, chosen.first_seed, cases)
    print("\n".join(told))
    share = falls / chosen.cities
    print(
        f"cities without any change: {chosen.cities}; with a confirmed fall: {falls} ({share:.1%}, at most {MOST:.0%})"
    )
    print(f"with a confirmed rise: {rises} ({rises / chosen.cities:.1%}); {time.perf_counter() - started:.0f} s")
    return int(share > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
