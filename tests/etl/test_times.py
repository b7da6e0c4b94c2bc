"""Every usual way to write a moment reads back as that moment in the lake's time zone; nothing is guessed.

Forms of domain/import-formats.md 4.3, F7. The counter-check reads the digits of a cell in plain Python: what is
accepted must be spelt by them.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.cast import MISSING, cast
from warehouse import Column

SHANGHAI = "Asia/Shanghai"
SECOND = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 29)).map(lambda moment: moment.replace(microsecond=0))
RECENT = st.datetimes(datetime(1993, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
"""China kept summer time until 1991, and Excel's serial days are read from 1954 to 2091."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(
    cells: list[str], sql_type: str = "TIMESTAMP", zone: str = SHANGHAI, **source: object
) -> list[tuple[datetime | date | None, bool]]:
    """Each cell's value, and whether it is named bad."""
    result = cast(pl.Series("cell", cells), Column("cell", sql_type, "", ""), zone=zone, **source)
    bad = [False] * len(cells) if result.bad is None else result.bad.to_list()
    return list(zip(result.values.to_list(), bad, strict=True))


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def to_the_second(m: datetime) -> list[str]:
    year, clock, loose = f"{m.year:04d}", f"{m:%H:%M:%S}", f"{m.hour}:{m.minute}:{m.second}"
    iso = f"{year}-{m:%m-%d}"
    forms = [f"{iso} {clock}", f"{iso}T{clock}", f"{year}-{m.month}-{m.day} {loose}", f"{iso} {clock}.000"]
    forms += [f"{year}/{m.month}/{m.day} {clock}", f"{year}.{m.month}.{m.day} {clock}", f"{year}{m:%m%d%H%M%S}"]
    chinese = f"{year}年{m.month}月{m.day}日"
    forms += [f"{chinese} {m.hour}时{m.minute}分{m.second}秒", f"{chinese}{m.hour}时{m.minute}分{m.second}秒"]
    forms += [f"{chinese} {clock}", f" {iso} {clock}\t", f"{iso}　{clock}"]
    return forms + [full_width(form) for form in forms[:6]]


def to_the_day(day: date) -> list[str]:
    year = f"{day.year:04d}"
    forms = [
        f"{year}-{day:%m-%d}",
        f"{year}/{day.month}/{day.day}",
        f"{year}.{day.month}.{day.day}",
        f"{year}{day:%m%d}",
    ]
    return [*forms, f"{year}年{day.month}月{day.day}日", f"{year}年{day:%m月%d日}", f" {year}-{day:%m-%d} "]


@given(SECOND)
@example(datetime(2024, 2, 29, 23, 59, 59))
def test_every_way_to_write_a_moment(moment: datetime):
    assert read(to_the_second(moment)) == [(moment, False)] * len(to_the_second(moment))


@given(SECOND)
def test_every_way_to_write_a_moment_without_seconds(moment: datetime):
    m = moment.replace(second=0)
    year = f"{m.year:04d}"
    forms = [f"{year}-{m:%m-%d %H:%M}", f"{year}-{m:%m-%dT%H:%M}", f"{year}/{m.month}/{m.day} {m:%H:%M}"]
    forms += [f"{year}.{m.month}.{m.day} {m:%H:%M}", f"{year}年{m.month}月{m.day}日{m.hour}时{m.minute}分"]
    hour = m.replace(minute=0)
    assert read(forms) == [(m, False)] * len(forms)
    assert (
        read([f"{year}年{m.month}月{m.day}日{m.hour}时", f"{year}年{m.month}月{m.day}日 {m:%H}时"])
        == [(hour, False)] * 2
    )


@given(SECOND)
@example(datetime(2024, 12, 31))
def test_every_way_to_write_a_day_and_its_end(moment: datetime):
    day = moment.date()
    midnight, next_day = datetime(day.year, day.month, day.day), day + timedelta(days=1)
    forms = to_the_day(day)
    assert read(forms) == [(midnight, False)] * len(forms)
    assert read([*forms, *to_the_second(moment)], "DATE") == [(day, False)] * (len(forms) + len(to_the_second(moment)))
    ends = [f"{forms[0]} 24:00:00", f"{forms[0]} 24:00", f"{forms[2]} 24:00", f"{forms[4]}24时", f"{forms[4]} 24时00分"]
    assert read(ends) == [(midnight + timedelta(days=1), False)] * len(ends)
    assert read(ends, "DATE") == [(next_day, False)] * len(ends)


@given(moment=RECENT, hours=st.integers(-12, 14), zone=st.sampled_from([SHANGHAI, "America/Chicago", "Asia/Kolkata"]))
def test_an_offset_or_a_count_is_turned_into_the_lakes_time(moment: datetime, hours: int, zone: str):
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    local = aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    offset = f"{hours:+03d}"
    stem, utc = f"{moment:%Y-%m-%d %H:%M:%S}", aware.astimezone(UTC)
    forms = [f"{stem}{offset}:00", f"{stem}{offset}00", f"{stem} {offset}:00", f"{stem.replace(' ', 'T')}{offset}:00"]
    forms += [f"{stem}.000{offset}:00", f"{stem}{offset}", f"{utc:%Y-%m-%dT%H:%M:%SZ}"]
    assert read(forms, zone=zone) == [(local, False)] * len(forms)
    count = int((aware - EPOCH).total_seconds())
    assert read([str(count), f"{count}.0"], zone=zone, parse="epoch_s") == [(local, False)] * 2
    assert read([f"{count}000", f"{count}000.0"], zone=zone, parse="epoch_ms") == [(local, False)] * 2


@given(RECENT)
def test_excels_serial_days(moment: datetime):
    since = moment - datetime(1899, 12, 30)
    assert read([str(since.days)]) == [(datetime(moment.year, moment.month, moment.day), False)]
    assert read([f"{since.days + since.seconds / 86400:.8f}"]) == [(moment, False)]


@pytest.mark.parametrize(
    "cell",
    ["01/05/2024", "12/31/2024", "31.12.2024", "1月5日", "24-01-05", "0024-01-05", "0024-01-05 08:30:00", "2024-02-30",
     "2023-02-29", "2024-13-01", "2024-01-05 25:00", "2024-01-05 24:30", "2024-01-05 8:30 PM", "2024-01", "2024",
     "2024年1月", "2024年1月5日下午3时", "2024-01-05-06", "2024-01-05 08:30:00 CST", "0000-00-00",
     "+12024-01-05 08:30:00", "-2024-01-05 08:30:00", "9999-12-31 24:00:00", "2024-01-05T08:30:00+99:99", "99999999",
     "202401050830", "昨天"],
)  # fmt: skip
def test_what_would_be_a_guess_is_named_and_raises_nothing(cell: str):
    assert read([cell, "2024-01-05 08:30:00"]) == [(None, True), (datetime(2024, 1, 5, 8, 30), False)]
    assert read([cell], "DATE") == [(None, True)]


@pytest.mark.parametrize(
    "count", ["1e400", "1e18", "9223372036854775807", "-9223372036854775808", "253402300800000", "12.34.56", "昨天"]
)
@pytest.mark.parametrize("parse", ["epoch_ms", "epoch_s"])
def test_a_count_that_leads_out_of_the_calendar_is_named(count: str, parse: str):
    assert read([count, "0"], parse=parse) == [(None, True), (datetime(1970, 1, 1, 8), False)]


def test_the_sources_own_format_comes_before_a_guess_and_keeps_to_four_digits():
    american = ("%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p")
    cells = ["01/05/2024", " 01/05/2024 01:02:03 PM", "01/05/24", "2024-01-06", "13/05/2024"]
    assert read(cells, formats=american) == [
        (datetime(2024, 1, 5), False),
        (datetime(2024, 1, 5, 13, 2, 3), False),
        (None, True),
        (datetime(2024, 1, 6), False),
        (None, True),
    ]


PIECES = st.sampled_from(
    [
        "2024",
        "1",
        "05",
        "13",
        "24",
        "8",
        "30",
        "60",
        "-",
        "/",
        ".",
        ":",
        "年",
        "月",
        "日",
        "时",
        "分",
        "秒",
        " ",
        "T",
        "０",
    ]
)


def spelt(cell: str) -> datetime | None:
    """The moment that the groups of digits spell: year, month, day, hour, minute, second; 24 and 60 carry over."""
    groups = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", cell))
    whole = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?", groups[0]) if len(groups) == 1 else None
    year, month, day, *clock = (int(group or 0) for group in (whole.groups() if whole else groups))
    clock += [0] * (3 - len(clock))
    return datetime(year, month, day) + timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2])


@given(st.lists(st.lists(PIECES, min_size=1, max_size=12).map("".join), min_size=1, max_size=6))
@example(["2024-1-05 8:30:60", "2024年1月05日24时", "20240513", "2024.1.05 8:30", "2024-1-05 24:30"])
def test_what_is_accepted_is_spelt_by_its_digits(cells: list[str]):
    serial = re.compile(r"\s*[2-6]\d{4}(\.\d+)?\s*")
    cells = [cell for cell in cells if not serial.fullmatch(unicodedata.normalize("NFKC", cell))] or ["-"]
    together = read(cells)
    assert together == [read([cell, "x"])[0] for cell in cells]
    for cell, (value, bad) in zip(cells, together, strict=True):
        assert bad == (value is None and cell.strip() not in MISSING)
        assert value is None or re.search(r":\d+\.", cell) or value == spelt(cell)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_text_raises(cells: list[str]):
    for cell, (value, bad) in zip(cells, read(cells), strict=True):
        assert (value is None) or not bad, cell
    read(cells, parse="epoch_ms")
    read(cells, formats=("%m/%d/%Y",))
