"""Casts text to the types of the schema, and marks every cell that cannot be cast.

Each caster tries the plain form for the whole series first, and only the cells that it leaves empty go the slow way
(full-width digits, thousands, dashes that mean "missing", the many ways to write a date). A dash is missing, not zero.
Assumes words have been stripped of white space at both ends; times and numbers are stripped on the slow way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from warehouse import Column

MISSING = ["", "-", "--", "—", "——", "－", "/", "空", "无", "NULL", "null", "None", "N/A", "NaN", "nan"]
TRUE = ["1", "true", "t", "yes", "y", "是", "有"]
FALSE = ["0", "false", "f", "no", "n", "否", "没有"]
NOT_DIGITS = r"\p{No}"  # superscripts, fractions, circled numbers: normalising would make digits of them
THOUSANDS = r"^-?\d{1,3}(,\d{3})+(\.\d+)?$"
UNITS = r"(起|件|人次|人|次|分|元|户|名|宗)$"
INTEGERS: dict[str, type[pl.DataType]] = {"BIGINT": pl.Int64, "INTEGER": pl.Int32, "SMALLINT": pl.Int16}
TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **INTEGERS,
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date,
    "BOOLEAN": pl.Boolean,
}
PLAIN_TIME = "%Y-%m-%d %H:%M:%S"
TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y%m%d%H%M%S",
)
DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
FIRST_YEAR = datetime(1000, 1, 1)
WHOLE_YEAR = r"^\d{4}\D|^\d{8}$|^\d{14}$"
EXCEL_EPOCH = pl.datetime(1899, 12, 30)
EXCEL_SERIAL = r"^[2-6][0-9]{4}(\.[0-9]+)?$"
MIDNIGHT = r"[ T日]24(时|:00(:00)?)(0{0,2}分?(0{0,2}秒)?)?$"
OFFSET = r"([+-][0-9]{2}:?[0-9]{2}|Z)$"


@dataclass(frozen=True, slots=True)
class Cast:
    """A cast series, and a mask that is true where a cell was there but could not be cast (None: nowhere)."""

    values: pl.Series
    bad: pl.Series | None
    code: str


def cast(
    text: pl.Series, column: Column, *, zone: str, formats: tuple[str, ...] = (), parse: str | None = None
) -> Cast:
    """Cast a text series to the type of a column.

    Args:
        text: cells, stripped.
        column: what they should become.
        zone: the lake's time zone; times with an offset and epochs are turned into it.
        formats: the source's own date formats, tried first.
        parse: `epoch_ms` or `epoch_s` for counts since 1970 in UTC.
    """
    if column.type != "VARCHAR" and text.null_count() == len(text):
        return Cast(text.cast(TYPES.get(column.type, pl.Float64)), None, "required")
    if column.type == "TIMESTAMP":
        return _finish(text, _times(text, zone, formats, parse), "not_a_time")
    if column.type == "DATE":
        return _finish(text, _times(text, zone, formats, parse).dt.date(), "not_a_date")
    if column.type == "BOOLEAN":
        return _finish(text, _yes_no(text), "not_yes_no")
    if column.type == "VARCHAR":
        return _words(text, column)
    return _finish(text, _numbers(text, column.type), "not_a_number")


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
    wanted = INTEGERS.get(sql_type, pl.Float64)
    values = text.cast(wanted, strict=False)
    todo = _slow(text, values)
    if todo.any():
        slow = text.filter(todo)
        tidy = slow.str.normalize("NFKC").str.strip_chars().str.replace(UNITS, "")
        tidy = _where(tidy, ~slow.str.contains(NOT_DIGITS))
        tidy = _unless(tidy.str.contains(THOUSANDS), tidy, tidy.str.replace_all(",", "", literal=True))
        tidy = tidy.str.replace(r"^(-?\d+)\.0+$", "$1")
        values = _fill(values, todo, tidy.cast(wanted, strict=False))
    if sql_type.startswith("DECIMAL"):
        scale = int(sql_type.rstrip(")").split(",")[1])
        return values.round(scale).cast(pl.Decimal(38 if scale > 6 else 18, scale), strict=False)
    if wanted == pl.Float64:
        return values.to_frame("v").select(pl.when(pl.col("v").is_finite()).then("v").alias(text.name)).to_series()
    return values


def _yes_no(text: pl.Series) -> pl.Series:
    lowered = text.str.to_lowercase()
    yes, no = lowered.is_in(TRUE), lowered.is_in(FALSE)
    return (
        pl.DataFrame({"y": yes, "n": no})
        .select(pl.when("y").then(True).when("n").then(False).alias(text.name))
        .to_series()
    )


def _times(text: pl.Series, zone: str, formats: tuple[str, ...], parse: str | None) -> pl.Series:
    if parse in ("epoch_ms", "epoch_s"):
        count = text.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
        moments = pl.from_epoch(count, time_unit="ms") if parse == "epoch_ms" else pl.from_epoch(count, time_unit="s")
        return _local(moments.cast(pl.Datetime("us")), zone)
    values = _four_digits(text.str.to_datetime(PLAIN_TIME, strict=False, time_unit="us"))
    for form in formats:
        todo = _slow(text, values)
        if not todo.any():
            return values
        values = _fill(values, todo, text.filter(todo).str.to_datetime(form, strict=False, time_unit="us"))
    if values.null_count() == text.null_count():
        return values
    todo = _slow(text, values)
    return _fill(values, todo, _odd_times(text.filter(todo), zone))


def _four_digits(values: pl.Series) -> pl.Series:
    """Without the years that were written with less than four digits: nobody knows the century."""
    earliest = values.min()
    if not isinstance(earliest, datetime) or earliest >= FIRST_YEAR:
        return values
    return _where(values, values >= FIRST_YEAR)


def _local(moments: pl.Series, zone: str) -> pl.Series:
    return moments.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _odd_times(text: pl.Series, zone: str) -> pl.Series:
    """The rarer ways to write a date: other separators, Chinese units, 24时, offsets, Excel's serial days."""
    ZoneInfo(zone)
    cell = pl.col("c")
    frame = text.alias("c").to_frame().with_columns(cell.str.normalize("NFKC").str.strip_chars())
    frame = frame.with_columns(midnight=cell.str.contains(MIDNIGHT), offset=cell.str.contains(r"[T ].*" + OFFSET))
    day = cell.str.replace(MIDNIGHT, "").str.replace(r"(\d年\d{1,2}月\d{1,2})$", "${1}日")
    whole = [cell.str.to_datetime(form, strict=False, time_unit="us") for form in TIME_FORMATS]
    days = [cell.str.to_date(form, strict=False).cast(pl.Datetime("us")) for form in DAY_FORMATS]
    at_midnight = [
        day.str.to_date(form, strict=False).cast(pl.Datetime("us")) + pl.duration(days=1) for form in DAY_FORMATS
    ]
    bare = cell.str.replace(r"Z$", "+00:00").str.replace(r"([+-]\d{2})(\d{2})$", "$1:$2").str.replace("T", " ")
    moment = [
        bare.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        for form in ("%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z")
    ]
    offset = pl.coalesce(moment).dt.convert_time_zone(zone).dt.replace_time_zone(None)
    seconds = (cell.cast(pl.Float64, strict=False) * 86_400).round().cast(pl.Int64, strict=False)
    serial = EXCEL_EPOCH.cast(pl.Datetime("us")) + pl.duration(seconds=seconds)
    return frame.select(
        pl.when(cell.str.contains(EXCEL_SERIAL))
        .then(serial)
        .when(~cell.str.contains(WHOLE_YEAR))
        .then(None)
        .when("midnight")
        .then(pl.coalesce(at_midnight))
        .when("offset")
        .then(offset)
        .otherwise(pl.coalesce([*whole, *days]))
        .alias(text.name)
    ).to_series()
