"""The staged rows as one relation inside DuckDB: one row a key, judged by Great Expectations, ready to be committed.

The relation is a view over the Parquet parts in the in-memory database, named so that no two loads meet. Refused
rows stay out of `good`; a row that a newer one of the same files replaces counts as repeated.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from etl.errors import Refusal
from etl.mapping import Mapping
from etl.plan import LISTED_LIMIT
from etl.report import LoadReport
from etl.stage import Staged
from warehouse import Lake

MEANINGS = {"category_map": ("name", "category_group", "is_police_matter")}
"""What the rows of one key must agree in: a code that one file gives two meanings has none."""
DATED = {"alert": "reported_at", "case": "reported_at", "training_result": "held_on", "staff": "as_of",
         "population": "as_of", "indicator_return": "period_start"}  # fmt: skip


class Relation:
    """The rows of one load as views of a cursor; `close` drops them."""

    def __init__(self, lake: Lake, mapping: Mapping, folder: Path, sheets: dict[str, str | None]) -> None:
        """Nothing is made yet. `sheets`: which sheet was read of each file."""
        self.sheets = sheets
        self.lake = lake
        self.mapping = mapping
        self.folder = folder
        self.cursor = lake.cursor()
        self.name = f"stage_{mapping.table.name}_{uuid4().hex[:12]}"
        self.good = self.name
        self.at_odds: Path | None = None
        self.now = lake.now()

    def close(self) -> None:
        """Drop the views."""
        self.cursor.execute(f"DROP VIEW IF EXISTS memory.main.{self.name}_good")
        self.cursor.execute(f"DROP VIEW IF EXISTS memory.main.{self.name}")
        self.cursor.close()

    @property
    def select(self) -> str:
        """SQL: all rows that may be committed."""
        return f"SELECT * FROM memory.main.{self.good}"

    def _one(self, sql: str) -> tuple[Any, ...]:
        row = self.cursor.execute(sql).fetchone()
        assert row is not None, "an aggregate always has a row"
        return tuple(row)

    def contradictions(self, staged: Staged) -> list[Refusal]:
        """The rows that give one key several meanings, each refused; `arrange` leaves them out."""
        meanings = MEANINGS.get(self.mapping.table.name)
        if meanings is None:
            return []
        key = ", ".join(f'"{name}"' for name in self.mapping.table.key)
        said = ", ".join(f'"{name}"' for name in meanings)
        at_odds = self.folder / "at-odds.parquet"
        self.cursor.execute(
            f"""COPY (SELECT _part, _row, _file, code FROM ({self._staged(staged)})
            QUALIFY count(DISTINCT hash({said})) OVER (PARTITION BY {key}) > 1 ORDER BY _part, _row)
            TO '{at_odds}' (FORMAT parquet)"""
        )
        rows = self.cursor.execute(f"SELECT _row, _file, code FROM read_parquet('{at_odds}')").fetchall()
        if rows:
            self.at_odds = at_odds
        return [
            self._refusal(
                {"column": "code", "value": code, "file_name": file, "code": "two_meanings", "row_number": row}
            )
            for row, file, code in rows
        ]

    def _staged(self, staged: Staged) -> str:
        """SQL: the rows without a bad cell."""
        parts = ", ".join("'" + str(path).replace("'", "''") + "'" for path in staged.parts)
        return f"SELECT * EXCLUDE (_bad) FROM read_parquet([{parts}]) WHERE NOT _bad"

    def arrange(self, staged: Staged) -> int:
        """Of the rows that may be loaded one a key; give the number that a newer one replaces.

        Every row is judged by itself: one that the expectations refuse replaces none, and stays in to be named.
        """
        from etl.validate import critical_condition

        good = self._staged(staged)
        if self.at_odds:
            good = f"SELECT * FROM ({good}) ANTI JOIN read_parquet('{self.at_odds}') USING (_part, _row)"
        table = self.mapping.table
        key = ", ".join(f'"{name}"' for name in table.key)
        rows, distinct = self._one(f"SELECT count(*), count(DISTINCT hash({key})) FROM ({good})")
        repeated = 0
        if rows != distinct:
            order = ", ".join([f'"{name}" DESC NULLS LAST' for name in table.newest_by] + ["_part DESC", "_row DESC"])
            one = "_part, _row" + (f", {key}" if self.mapping.wide else "")  # a line of a wide table is several records
            self.cursor.execute(
                f"""CREATE OR REPLACE TEMP TABLE loser AS SELECT {one} FROM ({good})
                WHERE NOT {critical_condition(table.name, now=self.now)}
                QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) > 1"""
            )
            losers = self.folder / "losers.parquet"
            self.cursor.execute(f"COPY loser TO '{losers}' (FORMAT parquet)")
            (repeated,) = self._one("SELECT count(*) FROM loser")
            good = f"SELECT * FROM ({good}) ANTI JOIN read_parquet('{losers}') USING ({one})"
        self.cursor.execute(f"CREATE OR REPLACE VIEW memory.main.{self.name} AS {good}")
        return int(repeated)

    def validate(self, report: LoadReport) -> int:
        """Let Great Expectations decide; give the number of rows that fail a critical expectation."""
        from etl.validate import critical_condition, refused_rows, validate

        table = self.mapping.table.name
        validation = validate(self.cursor, self.name, table, now=self.now)
        report.validation = validation.to_json()
        report.warnings += [
            {"code": "expectation", "name": outcome.name, "severity": outcome.severity, "column": outcome.column,
             "unexpected": outcome.unexpected, "evaluated": outcome.evaluated}
            for outcome in validation.outcomes
            if not outcome.success and outcome.severity != "critical"
        ]  # fmt: skip
        if validation.success_of_critical:
            return 0
        for row in refused_rows(self.cursor, self.name, table, now=self.now, limit=LISTED_LIMIT):
            report.refusals.append(self._refusal(row))
        condition = critical_condition(table, self.name, now=self.now)
        (failing,) = self._one(f"SELECT count(*) FROM memory.main.{self.name} WHERE {condition}")
        self.good = f"{self.name}_good"
        self.cursor.execute(
            f"CREATE OR REPLACE VIEW memory.main.{self.good} AS "
            f"SELECT * FROM memory.main.{self.name} WHERE NOT {condition}"
        )
        return int(failing)

    def _refusal(self, row: dict[str, Any]) -> Refusal:
        rule = self.mapping.rule(str(row["column"]))
        columns = [column for column in rule.columns if not column.startswith("_")] if rule else []
        named = " + ".join(columns) or row["column"]
        value = None if row["value"] is None else str(row["value"])
        file = str(row["file_name"])
        return Refusal(file, str(row["code"]), int(row["row_number"]), named, value, self.sheets.get(file))

    def outside(self, number: int, stated: tuple[date, date]) -> tuple[int, date, date] | None:
        """How many rows of a table lie outside of a period, and the first and last day of all; None where all fit."""
        column = DATED.get(self.mapping.table.name)
        if column is None:
            return None
        sql = f"""SELECT count(*) FILTER ({column}::DATE < $first OR {column}::DATE >= $after), min({column})::DATE,
            max({column})::DATE FROM memory.main.{self.name} WHERE _part = $number"""
        values = {"first": stated[0], "after": stated[1], "number": number}
        found = self.cursor.execute(sql, values).fetchone()
        return found if found and found[0] else None

    def period(self) -> tuple[date, date] | None:
        """First day and the day after the last of the rows, where the table is dated."""
        column = DATED.get(self.mapping.table.name)
        if column is None:
            return None
        first, after = self._one(f"SELECT min({column})::DATE, max({column})::DATE + 1 FROM memory.main.{self.good}")
        return (first, after) if first else None
