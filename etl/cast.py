"""Casts text to the types of the schema, and marks every cell that cannot be cast.

Each caster tries the plain form for the whole series first, and only the cells that it leaves empty go the slow way
(full-width digits, thousands, dashes that mean "missing"; dates and times: etl/times.py). A dash is missing, not zero.
A decimal is rounded to the places that its column keeps, half to even; every other value is read as written or is bad.
Assumes words have been stripped of white space at both ends; times and numbers are stripped on the slow way.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from etl.times import Period, read_days, read_times
from warehouse import Column

MISSING = ["", "-", "--", "—", "——", "－", "/", "空", "无", "NULL", "null", "None", "N/A", "NaN", "nan"]
TRUE = ["1", "1.0", "true", "t", "yes", "y", "是", "有"]
FALSE = ["0", "0.0", "false", "f", "no", "n", "否", "没有"]
NOT_DIGITS = r"\p{No}"  # superscripts, fractions, circled numbers: normalising would make digits of them
THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
WHOLE = r"^([+-]?\d+)\.0*$"
UNITS = r"\s*(起|件|人次|人|次|分|元|户|名|宗)$"
DECIMAL_DIGITS = 18
"""Digits that every decimal is staged with; none of tables.yaml has more."""
INTEGERS: dict[str, type[pl.DataType]] = {"BIGINT": pl.Int64, "INTEGER": pl.Int32, "SMALLINT": pl.Int16}
TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **INTEGERS,
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date,
    "BOOLEAN": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class Cast:
    """A cast series, and a mask that is true where a cell was there but could not be cast (None: nowhere)."""

    values: pl.Series
    bad: pl.Series | None
    code: str


def cast(
    text: pl.Series,
    column: Column,
    *,
    zone: str,
    formats: tuple[str, ...] = (),
    parse: str | None = None,
    date_system: int = 1900,
    period: Period | None = None,
) -> Cast:
    """Cast a text series to the type of a column.

    Args:
        text: cells, stripped.
        column: what they should become.
        zone: the lake's time zone; times with an offset and epochs are turned into it.
        formats: the source's own date formats, tried first.
        parse: `epoch_ms` or `epoch_s` for counts since 1970 in UTC.
        date_system: 1900 or 1904: from which year a workbook counts its days.
        period: what the lines above the table name, for days without a year.
    """
    if column.type != "VARCHAR" and text.null_count() == len(text):
        return Cast(pl.Series(text.name, [None] * len(text), dtype=polars_type(column.type)), None, "required")
    if parse in ("period_start", "period_end", "last_day"):
        return _finish(text, read_days(text, parse, zone, formats, date_system, period), "not_a_date")
    if column.type == "TIMESTAMP":
        return _finish(text, read_times(text, zone, formats, parse, date_system, period), "not_a_time")
    if column.type == "DATE":
        return _finish(text, read_times(text, zone, formats, parse, date_system, period).dt.date(), "not_a_date")
    if column.type == "BOOLEAN":
        return _finish(text, _yes_no(text), "not_yes_no")
    if column.type == "VARCHAR":
        return _words(text, column)
    return _finish(text, _numbers(text, column.type), "not_a_number")


def polars_type(sql_type: str) -> pl.DataType | type[pl.DataType]:
    """The Polars type of a number, date, time or yes/no column; all batches of a load must agree on it."""
    if sql_type.startswith("DECIMAL"):
        return pl.Decimal(DECIMAL_DIGITS, int(sql_type.rstrip(")").split(",")[1]))
    return TYPES.get(sql_type, pl.Float64)


def _finish(text: pl.Series, values: pl.Series, code: str) -> Cast:
    if values.null_count() == text.null_count():
        return Cast(values, None, code)
    bad = values.is_null() & text.is_not_null() & ~text.str.strip_chars().is_in(MISSING)
    return Cast(values, bad if bad.any() else None, code)


def _words(text: pl.Series, column: Column) -> Cast:
    missing = text.is_in(MISSING)
    values = _where(text, ~missing) if missing.any() else text
    if not column.enum:
        return Cast(values, None, "required")
    bad = values.is_not_null() & ~values.is_in(list(column.enum))
    return Cast(values, bad, "not_in_list") if bad.any() else Cast(values, None, "not_in_list")


def _where(values: pl.Series, keep: pl.Series) -> pl.Series:
    return pl.DataFrame({"v": values, "k": keep}).select(pl.when("k").then("v").alias(values.name)).to_series()


def _unless(met: pl.Series, values: pl.Series, otherwise: pl.Series) -> pl.Series:
    """`values`, but `otherwise` where a condition is met."""
    frame = pl.DataFrame({"m": met, "v": values, "o": otherwise})
    return frame.select(pl.when("m").then("o").otherwise("v").alias(values.name)).to_series()


def _fill(values: pl.Series, todo: pl.Series, found: pl.Series) -> pl.Series:
    """`values` with `found` (one a true cell of `todo`) put in where `todo` is true."""
    return values.scatter(todo.arg_true(), found)


def _slow(text: pl.Series, values: pl.Series) -> pl.Series:
    return values.is_null() & text.is_not_null()


def _numbers(text: pl.Series, sql_type: str) -> pl.Series:
    wanted = polars_type(sql_type)
    values = text.cast(wanted, strict=False)
    todo = _slow(text, values)
    if todo.any():
        slow = text.filter(todo)
        tidy = slow.str.normalize("NFKC").str.strip_chars().str.replace(UNITS, "")
        tidy = _where(tidy, ~slow.str.contains(NOT_DIGITS))
        tidy = _unless(tidy.str.contains(THOUSANDS), tidy, tidy.str.replace_all(",", "", literal=True))
        tidy = tidy.str.replace(WHOLE, "$1")
        values = _fill(values, todo, tidy.cast(wanted, strict=False))
    if wanted == pl.Float64:
        return values.to_frame("v").select(pl.when(pl.col("v").is_finite()).then("v").alias(text.name)).to_series()
    return values


def _yes_no(text: pl.Series) -> pl.Series:
    lowered = text.str.to_lowercase()
    if not lowered.drop_nulls().is_in(TRUE + FALSE).all():
        lowered = lowered.str.normalize("NFKC").str.strip_chars()
    yes, no = lowered.is_in(TRUE), lowered.is_in(FALSE)
    return (
        pl.DataFrame({"y": yes, "n": no})
        .select(pl.when("y").then(True).when("n").then(False).alias(text.name))
        .to_series()
    )
