"""Reads the many ways in which files write a date or a time; what cannot be read without guessing stays empty.

The plain form is tried on the whole series, then the source's own formats, and only what is left goes the slow way.
Day and month are never guessed (01/05/2024), nor is a century (24-01-05). A year that is not written (1月5日) is
that of the period above the table, where the day lies within it.
A year outside 1000 to 9999 is a slip of the pen. A 60th second is the first of the next minute.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from etl.reading.periods import find_period

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
OFFSET_FORMATS = ("%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z")
EPOCH = datetime(1970, 1, 1)
MICROSECONDS = 1_000_000
FIRST, LAST = (int((day - EPOCH).total_seconds()) for day in (datetime(1000, 1, 1), datetime(9999, 12, 30)))
"""Seconds since 1970; the last day is left out so that no time zone carries a time into the year 10000."""
WHOLE_YEAR = r"^\d{4}\D|^\d{8}$|^\d{14}$"
EXCEL_EPOCH = pl.datetime(1899, 12, 30)
MAC_EPOCH = pl.datetime(1904, 1, 1)
EXCEL_SERIAL = r"^[2-6][0-9]{4}(\.[0-9]+)?$"
MIDNIGHT = r"[ T日]24(:00(:00)?|时(0{1,2}分(0{1,2}秒)?)?)$"
WHOLE_HOUR = r"(\d时)$"
NO_YEAR = r"^\s*[0-9０-９]{1,2}\s*月\s*[0-9０-９]{1,2}\s*[日号]"
MONTH_DAY = re.compile(r"\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
Period = tuple[date, date]
OFFSET = r"([+-][0-9]{2}(:?[0-9]{2})?|Z)$"


def read_times(
    text: pl.Series,
    zone: str,
    formats: tuple[str, ...] = (),
    parse: str | None = None,
    date_system: int = 1900,
    period: Period | None = None,
) -> pl.Series:
    """Local times of text cells; null where a cell is empty or cannot be read.

    Args:
        text: cells as the file has them.
        zone: where wall clocks are read; times with an offset and counts since 1970 are turned into it.
        formats: the source's own formats, tried before any other but the plain one.
        parse: `epoch_ms` or `epoch_s` for counts since 1970 in UTC.
        date_system: 1900 or 1904: from which year a workbook counts its days.
        period: what the lines above the table name, half-open; gives days without a year theirs.
    """
    if parse in ("epoch_ms", "epoch_s"):
        return _since_1970(text, zone, 1_000 if parse == "epoch_ms" else 1)
    values = _parsed(text, PLAIN_TIME)
    for form in formats:
        todo = _left(text, values)
        if not todo.any():
            return values
        values = values.scatter(todo.arg_true(), _parsed(text.filter(todo).str.strip_chars(), form))
    if values.null_count() == text.null_count():
        return values
    todo = _left(text, values)
    left = _with_year(text.filter(todo), period)
    return values.scatter(todo.arg_true(), _in_range(_odd_times(left, zone, date_system)))


def _with_year(text: pl.Series, period: Period | None) -> pl.Series:
    """Days without a year get the only one with which they lie in the period; others stay as they are."""
    if period is None or not text.str.contains(NO_YEAR).any():
        return text
    found = {}
    for cell in text.filter(text.str.contains(NO_YEAR)).unique().to_list():
        match = MONTH_DAY.match(cell)
        years = [year for year in range(period[0].year, period[1].year + 1) if match and _lies_in(year, match, period)]
        if len(years) == 1:
            found[cell] = f"{years[0]}年{cell.strip()}"
    return text.replace(found)


def _lies_in(year: int, match: re.Match[str], period: Period) -> bool:
    try:
        day = date(year, int(match[1]), int(match[2]))
    except ValueError:
        return False
    return period[0] <= day < period[1]


def _left(text: pl.Series, values: pl.Series) -> pl.Series:
    return values.is_null() & text.is_not_null()


def read_days(
    text: pl.Series,
    parse: str,
    zone: str,
    formats: tuple[str, ...],
    date_system: int,
    period: Period | None = None,
) -> pl.Series:
    """Days that bound a period; null where a cell names none.

    Args:
        text: cells as the file has them: periods, or for `last_day` the days themselves.
        parse: `period_start`, `period_end` (the first day after it), or `last_day` (kept as the day after it).
        zone: as for `read_times`.
        formats: as for `read_times`.
        date_system: as for `read_times`.
        period: as for `read_times`.
    """
    if parse == "last_day":
        return read_times(text, zone, formats, None, date_system, period).dt.date().dt.offset_by("1d")
    at = 0 if parse == "period_start" else 1
    cells = text.unique().drop_nulls().to_list()
    days = {cell: found[at] for cell in cells if (found := find_period(cell) or find_period(f"{cell.strip()}年"))}
    return text.replace_strict(days, default=None, return_dtype=pl.Date)


def _parsed(text: pl.Series, form: str) -> pl.Series:
    return _in_range(text.str.to_datetime(form, strict=False, time_unit="us"))


def _in_range(values: pl.Series) -> pl.Series:
    """Without years of other than four digits. Compares counts: Python has no datetime for what they may be."""
    counts = values.to_physical()
    low, high = counts.min(), counts.max()
    if not isinstance(low, int) or not isinstance(high, int):
        return values
    if low >= FIRST * MICROSECONDS and high < LAST * MICROSECONDS:
        return values
    kept = counts.is_between(FIRST * MICROSECONDS, LAST * MICROSECONDS, closed="left")
    return pl.DataFrame({"v": values, "k": kept}).select(pl.when("k").then("v").alias(values.name)).to_series()


def _since_1970(text: pl.Series, zone: str, a_second: int) -> pl.Series:
    """Local times of counts in UTC; the range is looked at first, for the turning would wrap around."""
    count = pl.col("c").cast(pl.Float64, strict=False)
    usable = count.is_finite() & (count >= FIRST * a_second) & (count < LAST * a_second)
    micro = (pl.when(usable).then(count) * (MICROSECONDS // a_second)).round().cast(pl.Int64)
    moments = text.alias("c").to_frame().select(micro.cast(pl.Datetime("us")).alias(text.name)).to_series()
    return moments.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _odd_times(text: pl.Series, zone: str, date_system: int) -> pl.Series:
    """The rarer ways to write a date: other separators, Chinese units, 24时, offsets, Excel's serial days."""
    ZoneInfo(zone)
    cell = pl.col("c")
    frame = text.alias("c").to_frame().with_columns(cell.str.normalize("NFKC").str.strip_chars())
    frame = frame.with_columns(midnight=cell.str.contains(MIDNIGHT), offset=cell.str.contains(r"[T ].*" + OFFSET))
    day = cell.str.replace(MIDNIGHT, "").str.replace(r"(\d年\d{1,2}月\d{1,2})$", "${1}日")
    days = [cell.str.to_date(form, strict=False).cast(pl.Datetime("us")) for form in DAY_FORMATS]
    at_midnight = [
        day.str.to_date(form, strict=False).cast(pl.Datetime("us")) + pl.duration(days=1) for form in DAY_FORMATS
    ]
    hour = cell.str.replace(WHOLE_HOUR, "${1}00分")
    whole = [hour.str.to_datetime(form, strict=False, time_unit="us") for form in TIME_FORMATS]
    seconds = (cell.cast(pl.Float64, strict=False) * 86_400).round().cast(pl.Int64, strict=False)
    epoch = EXCEL_EPOCH if date_system == 1900 else MAC_EPOCH
    serial = epoch.cast(pl.Datetime("us")) + pl.duration(seconds=seconds)
    return frame.select(
        pl.when(cell.str.contains(EXCEL_SERIAL))
        .then(serial)
        .when(~cell.str.contains(WHOLE_YEAR))
        .then(None)
        .when("midnight")
        .then(pl.coalesce(at_midnight))
        .when("offset")
        .then(_with_offset(cell, zone))
        .otherwise(pl.coalesce([*whole, *days]))
        .alias(text.name)
    ).to_series()


def _with_offset(cell: pl.Expr, zone: str) -> pl.Expr:
    bare = cell.str.replace("T", " ").str.replace(r"Z$", "+00:00")
    bare = bare.str.replace(r"([+-]\d{2})(\d{2})$", "$1:$2").str.replace(r"(:\d{2} ?[+-]\d{2})$", "$1:00")
    moment = [bare.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC") for form in OFFSET_FORMATS]
    return pl.coalesce(moment).dt.convert_time_zone(zone).dt.replace_time_zone(None)
