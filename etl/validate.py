"""Is this batch good enough? Great Expectations decides and counts, inside DuckDB, over the staged rows.

The suites are data: `expectations/<table>.yaml`, whose README says what the keys mean. Every expectation carries the
SQL condition of a failing row beside its Great Expectations type, so that rows can be refused one by one without the
samples of cells that Great Expectations would keep. Only counts leave this module for storage.

Assumes a staged table or view in the cursor's current catalog and schema with every column of the table, cast and with
blanks as NULL, and the technical columns `_row` (the row as Excel numbers it) and `_file`; and `now` in the lake's
local time, without a zone. The cursor must not be inside a transaction: Great Expectations reads in one of its own.

Great Expectations takes seconds to import, so `validate` imports it when it is called; nothing else here needs it.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import yaml

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult

LOG = logging.getLogger(__name__)

SUITES = Path(__file__).parent.parent / "expectations"
TEN_YEARS = timedelta(days=3653)
PARAMETER = re.compile(r"\$([a-z_]+)")
TYPES_OF_ONE_COLUMN = "expect_column_values_"
TYPE_OF_ROWS = "unexpected_rows_expectation"

Severity = Literal["critical", "warning", "info"]

REFUSED = """
SELECT _row, _file, [{tests}] AS failing, [{values}] AS cells
FROM {batch}
WHERE {any_test}
ORDER BY _file, _row
LIMIT $limit
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of a suite; `condition` is the SQL that is true for a failing row."""

    name: str
    column: str
    severity: Severity
    code: str
    type: str
    condition: str
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one expectation came out: `unexpected` of `evaluated` rows failed."""

    name: str
    severity: Severity
    column: str
    code: str
    evaluated: int
    unexpected: int
    success: bool


@dataclass(frozen=True, slots=True)
class Validation:
    """How a batch came out, in the order of its suite. Holds counts only, never a cell."""

    table: str
    outcomes: tuple[Outcome, ...]

    @property
    def success_of_critical(self) -> bool:
        """Whether nothing failed that refuses the batch."""
        return all(outcome.success for outcome in self.outcomes if outcome.severity == "critical")

    def failed(self, *severities: Severity) -> tuple[Outcome, ...]:
        """The outcomes of these severities that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.severity in severities and not outcome.success)

    def to_json(self) -> list[dict[str, Any]]:
        """The outcomes as the batch row keeps them."""
        return [asdict(outcome) for outcome in self.outcomes]


class ValidationError(RuntimeError):
    """The suite could not be run at all, which says nothing about the data."""


def validate(cursor: duckdb.DuckDBPyConnection, relation: str, table: str, *, now: datetime) -> Validation:
    """Run the suite of `table` over the staged `relation`.

    Raises:
        ValidationError: a column is missing, or an expectation could not be computed.
    """
    _require_columns(cursor, relation, table)
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from etl.gx_duckdb import open_batch

    with open_batch(cursor, relation) as batch:
        results = batch.validate(_great_expectations_suite(table, now), result_format="BASIC").results
    by_name = {result.expectation_config.meta["name"]: result for result in results}
    return Validation(table, tuple(_outcome(expected, by_name[expected.name]) for expected in suite(table)))


def refused_rows(
    cursor: duckdb.DuckDBPyConnection, relation: str, table: str, *, now: datetime, limit: int
) -> list[dict[str, Any]]:
    """The rows that break critical expectations, by file and row: `row_number, file_name, column, value, code`.

    A row that breaks several stands once for each. `value` is the staged cell as text, not masked.
    """
    critical = _critical(table)
    tests = [_condition(expected, relation, now) for expected in critical]
    query = REFUSED.format(
        tests=", ".join(f"coalesce({test}, false)" for test in tests),
        values=", ".join(f'CAST("{expected.column}" AS VARCHAR)' for expected in critical),
        batch=f'"{relation}"',
        any_test=critical_condition(table, relation, now=now),
    )
    rows = cursor.execute(query, {"limit": limit}).fetchall()
    refused = [
        {"row_number": number, "file_name": file, "column": expected.column, "value": cell, "code": expected.code}
        for number, file, failing, cells in rows
        for expected, fails, cell in zip(critical, failing, cells, strict=True)
        if fails
    ]
    return refused[:limit]


def critical_condition(table: str, relation: str = "", *, now: datetime) -> str:
    """SQL that is true for a row that must not be loaded, and false, never NULL, for the others.

    `now` stands in it as a literal. `relation` serves conditions that look at the whole batch; no critical one does.
    """
    tests = " OR ".join(f"({_condition(expected, relation, now)})" for expected in _critical(table))
    return f"coalesce({tests}, false)"


@cache
def suite(table: str) -> tuple[Expected, ...]:
    """The expectations of a table, in the order of its file."""
    content = yaml.safe_load((SUITES / f"{table}.yaml").read_text(encoding="utf-8"))
    return tuple(Expected(**entry) for entry in content["expectations"])


def _critical(table: str) -> list[Expected]:
    return [expected for expected in suite(table) if expected.severity == "critical"]


def _moments(now: datetime) -> dict[str, datetime]:
    if now.tzinfo is not None:
        raise ValueError("now must be in the lake's local time, without a time zone")
    return {"now": now, "tomorrow": now + timedelta(days=1), "in_ten_years": now + TEN_YEARS}


def _with_moments(condition: str, now: datetime) -> str:
    moments = _moments(now)
    return PARAMETER.sub(lambda found: f"TIMESTAMP '{moments[found[1]]:%Y-%m-%d %H:%M:%S.%f}'", condition)


def _condition(expected: Expected, relation: str, now: datetime) -> str:
    return _with_moments(expected.condition, now).format(batch=f'"{relation}"')


def _great_expectations_suite(table: str, now: datetime) -> ExpectationSuite:
    from great_expectations import ExpectationSuite

    from etl.gx_duckdb import COUNTED

    return ExpectationSuite(
        name=table,
        expectations=[
            COUNTED[expected.type](meta={"name": expected.name}, severity=expected.severity, **_kwargs(expected, now))
            for expected in suite(table)
        ],
    )


def _kwargs(expected: Expected, now: datetime) -> dict[str, Any]:
    kwargs = {key: _bound(value, now) for key, value in expected.kwargs.items()}
    if expected.type == TYPE_OF_ROWS:
        kwargs["unexpected_rows_query"] = f"SELECT * FROM {{batch}} WHERE {_with_moments(expected.condition, now)}"
    elif expected.type.startswith(TYPES_OF_ONE_COLUMN):
        kwargs["column"] = expected.column
    return kwargs


def _bound(value: object, now: datetime) -> object:
    """A moment for its name, and midnight for a date: Great Expectations compares bounds of one type only."""
    if isinstance(value, str) and value.startswith("$"):
        return _moments(now)[value[1:]]
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value


def _outcome(expected: Expected, result: ExpectationValidationResult) -> Outcome:
    counts = result.result
    if "unexpected_count" not in counts:
        LOG.debug("%s: %s", expected.name, result.exception_info)  # may hold a cell, so the error does not carry it
        raise ValidationError(f"the expectation {expected.name} could not be computed")
    return Outcome(
        name=expected.name,
        severity=expected.severity,
        column=expected.column,
        code=expected.code,
        evaluated=counts["element_count"] - counts.get("missing_count", 0),
        unexpected=counts["unexpected_count"] or 0,  # None for an empty batch
        success=bool(result.success),
    )


def _require_columns(cursor: duckdb.DuckDBPyConnection, relation: str, table: str) -> None:
    present = {column[0] for column in cursor.execute(f'SELECT * FROM "{relation}" LIMIT 0').description or ()}
    missing = sorted({expected.column for expected in suite(table)} - present)
    if missing:
        raise ValidationError(f"{relation} lacks the columns {', '.join(missing)} that {table} is judged by")
