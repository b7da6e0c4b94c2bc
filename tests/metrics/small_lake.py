"""A small lake in memory with the warehouse's own columns, so that the figures are tested without loading files.

It answers `frame`, `version` and `setting` as `warehouse.Lake` does. Versions do not exist in it: the `AT` clause is
cut out, after checking that every table is read with one.
"""

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import yaml

ROOT = Path(__file__).resolve().parents[2]
AT = " AT (VERSION => $version)"


class SmallLake:
    """The tables of the marts and of the reference data, empty to begin with."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": "1"})
        self.connection.execute("ATTACH ':memory:' AS lake")
        self.settings = {"city_zh": "枫桥市", "city_en": "Fengqiao", "week_start": "monday"}
        self.queries: list[str] = []
        self.writes = 0
        self.columns, statements = _schema()
        self.connection.execute(statements)

    def version(self) -> int:
        return self.writes

    def setting(self, name: str, default: str | None = None, version: int | None = None) -> str | None:
        return self.settings.get(name, default)

    def frame(self, sql: str, params: dict[str, Any] | None = None) -> pl.DataFrame:
        tables = re.findall(r"FROM (lake\.\S+)(.*)", sql)
        assert tables and all(rest.startswith(AT) for _, rest in tables), sql
        self.queries.append(sql)
        given = {name: value for name, value in (params or {}).items() if name != "version"}
        return self.connection.cursor().execute(sql.replace(AT, ""), given).pl()

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        self.writes += 1
        for row in rows:
            zeros = {name: 0 for name in self.columns[table] if self.columns[table][name] == "BIGINT"}
            cells = (zeros | row) if table.startswith("mart_") else row
            names, marks = ", ".join(f'"{name}"' for name in cells), ", ".join("?" * len(cells))
            self.connection.execute(f'INSERT INTO lake."{table}" ({names}) VALUES ({marks})', list(cells.values()))

    def station(self, code: str, district: str = "A", **more: Any) -> None:
        known = {"station_code": code, "district_code": district, "name_zh": f"{code}所", "kind": "station"}
        self.add("station", known | {"name_en": f"{code} station", "valid_from": date(1900, 1, 1)} | more)

    def district(self, code: str, **more: Any) -> None:
        known = {"district_code": code, "name_zh": f"{code}区", "name_en": code, "valid_from": date(1900, 1, 1)}
        self.add("district", known | more)

    def alerts(
        self, station: str, start: date, days: int, valid: int, received: int | None = None, **more: Any
    ) -> None:
        """The same counts on each of some days; what is received and not valid is nuisance."""
        self.writes += 1
        got = valid if received is None else received
        row = {"station_code": station, "category_group": "help", "valid": valid, "received": got}
        row |= {"excluded_nuisance": got - valid, "caller_keyed": valid, "place_keyed": valid} | more
        zeros = {name: 0 for name, kind in self.columns["mart_alert_day"].items() if kind == "BIGINT"}
        names = ["day", *(zeros | row)]
        frame = pl.DataFrame(
            [[start + timedelta(days=n), *(zeros | row).values()] for n in range(days)], names, orient="row"
        )
        self.connection.register("new_rows", frame.to_arrow())
        listed = ", ".join(f'"{name}"' for name in names)
        self.connection.execute(f"INSERT INTO lake.mart_alert_day ({listed}) SELECT {listed} FROM new_rows")

    def tests(self, round_name: str, day: date, station: str, tested: int, passed: int, **more: Any) -> None:
        row = {"round": round_name, "day": day, "station_code": station, "ability": "community_work"}
        row |= {"person_kind": "officer", "event_type": "test", "listed": tested, "tested": tested}
        self.add("mart_training", row | {"first_taken": tested, "first_passed": passed, "final_passed": passed} | more)


@cache
def _schema() -> tuple[dict[str, dict[str, str]], str]:
    """Return the columns of every table with their types, and the statements that make them all."""
    columns: dict[str, dict[str, str]] = {}
    for name in ("tables.yaml", "system_tables.yaml"):
        tables = yaml.safe_load((ROOT / "warehouse" / name).read_text(encoding="utf-8"))
        columns |= {table: {key: cell[0] for key, cell in spec["columns"].items()} for table, spec in tables.items()}
    cells = {table: ", ".join(f'"{name}" {kind}' for name, kind in held.items()) for table, held in columns.items()}
    return columns, "; ".join(f'CREATE TABLE lake."{table}" ({listed})' for table, listed in cells.items())


def two_districts() -> SmallLake:
    """Return a lake with districts A, with stations A1 and A2, and B, with station B1. No counts."""
    small = SmallLake()
    small.district("A")
    small.district("B")
    small.station("A1")
    small.station("A2")
    small.station("B1", "B")
    return small
