"""Reads the period that a title or a line above a table names.

2024年1月1日0时至1月7日24时, 2024年第1周, 2024年8月, 2017-01-09/15, April 2003 to March 2004, and 201904
where it stands alone.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

DAY = timedelta(days=1)
ONE_DAY = (
    r"(?:(?P<y{0}>\d{{4}})\s*[年\-/.])?\s*(?P<m{0}>\d{{1,2}})\s*[月\-/.]\s*(?P<d{0}>\d{{1,2}})\s*日?"
    r"(?:\s*(?P<h{0}>\d{{1,2}})\s*[时:](?:\s*\d{{1,2}}\s*分?)?)?"
)
SPAN = re.compile(ONE_DAY.format(1) + r"\s*(?:至|到|—+|–|-|~|～)\s*" + ONE_DAY.format(2))
WEEK = re.compile(r"(?P<year>\d{4})\s*年?\s*第\s*(?P<week>\d{1,2})\s*周")
COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})\s*(?:至|到|—+|–|-|~|～)\s*(20\d{2})(\d{2})(\d{2})(?!\d)")
SHORTENED = re.compile(
    r"(?<!\d)((?:19|20)\d{2})-(\d{2})-(\d{2})/(?:(\d{2})-)?(\d{2})(?!\d|-)"
)  # ISO 8601: 2017-01-09/15
YEARS = re.compile(r"(?<!\d)(?P<first>(?:19|20)\d{2})\s*年?\s*(?:至|到|—+|–|-|~|～)\s*(?P<last>(?:19|20)\d{2})\s*年")
PART = re.compile(r"(?P<year>(?:19|20)\d{2})\s*年\s*(?P<part>上半年|下半年|前三季度)")
PARTS = {"上半年": (1, 7), "下半年": (7, 13), "前三季度": (1, 10)}
MONTHS = re.compile(r"(?P<year>\d{4})\s*年\s*(?P<first>\d{1,2})\s*(?:月)?\s*(?:至|到|-|—|~)\s*(?P<last>\d{1,2})\s*月")
MONTH = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[年\-/.]\s*(?P<month>\d{1,2})\s*(?:月(?!\s*\d)|(?![\d月日号\-/.]))"
)
QUARTER = re.compile(r"(?P<year>\d{4})\s*年\s*第?\s*(?P<quarter>[1-4一二三四])\s*季度")
YEAR = re.compile(r"(?P<year>(?:19|20)\d{2})\s*年(?:度|全年)?")
ONE = re.compile(ONE_DAY.format(1))
NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
NAMED = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in NAMES)
NAMED_MONTHS = re.compile(
    rf"\b(?P<first>{NAMED})\.?\s+(?P<year>(?:19|20)\d{{2}})(?:\s*(?:to|until|–|-)\s*(?P<last>{NAMED})\.?\s+(?P<end>(?:19|20)\d{{2}}))?\b",
    re.IGNORECASE,
)
WHOLE_MONTH = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])")
QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


def find_period(text: str) -> tuple[date, date] | None:
    """The half-open period that a text names, or None; a day named without its year takes that of the other end."""
    plain = unicodedata.normalize("NFKC", text)
    try:
        return _span(plain) or _weeks(plain) or _months(plain) or _years(plain) or _day_or_year(plain)
    except ValueError:  # 31 February
        return None


def _span(text: str) -> tuple[date, date] | None:
    if compact := COMPACT.search(text):
        first, last = [int(part) for part in compact.groups()[:3]], [int(part) for part in compact.groups()[3:]]
        return date(*first), date(*last) + DAY
    if shortened := SHORTENED.search(text):
        year, month, day, last_month, last_day = shortened.groups()
        start = date(int(year), int(month), int(day))
        end = date(int(year), int(last_month or month), int(last_day)) + DAY
        return (start, end) if start < end else None
    found = SPAN.search(text)
    if found is None or not (found["y1"] or found["y2"]):
        return None
    first_year = int(found["y1"] or found["y2"])
    last_year = int(found["y2"] or first_year)
    start = date(first_year, int(found["m1"]), int(found["d1"]))
    end = date(last_year, int(found["m2"]), int(found["d2"]))
    if not found["y2"] and end < start:
        end = end.replace(year=last_year + 1)
    if not found["h2"] or int(found["h2"]) > 0:
        end += DAY
    return (start, end) if start < end else None


def _weeks(text: str) -> tuple[date, date] | None:
    found = WEEK.search(text)
    if found is None:
        return None
    start = date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
    return start, start + 7 * DAY


def _month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _number(name: str) -> int:
    """The number of a month by its English name, whole or its first three letters."""
    return next(at for at, known in enumerate(NAMES, 1) if known.startswith(name.lower()[:3]))


def _months(text: str) -> tuple[date, date] | None:
    if alone := WHOLE_MONTH.fullmatch(text.strip()):
        start = _month(int(alone["year"]), int(alone["month"]))
        return start, _month(start.year, start.month + 1)
    if named := NAMED_MONTHS.search(text):
        start = _month(int(named["year"]), _number(named["first"]))
        end = _month(int(named["end"] or named["year"]), _number(named["last"] or named["first"]) + 1)
        return (start, end) if start < end else None
    found = QUARTER.search(text)
    if found:
        quarter = QUARTERS.get(found["quarter"]) or int(found["quarter"])
        return _month(int(found["year"]), quarter * 3 - 2), _month(int(found["year"]), quarter * 3 + 1)
    found = MONTHS.search(text)
    if found and 1 <= int(found["first"]) <= int(found["last"]) <= 12:
        return _month(int(found["year"]), int(found["first"])), _month(int(found["year"]), int(found["last"]) + 1)
    found = MONTH.search(text)
    if found and 1 <= int(found["month"]) <= 12:
        return _month(int(found["year"]), int(found["month"])), _month(int(found["year"]), int(found["month"]) + 1)
    return None


def _years(text: str) -> tuple[date, date] | None:
    if part := PART.search(text):
        first, after = PARTS[part["part"]]
        return _month(int(part["year"]), first), _month(int(part["year"]), after)
    found = YEARS.search(text)
    if found is None or int(found["last"]) <= int(found["first"]):
        return None
    return date(int(found["first"]), 1, 1), date(int(found["last"]) + 1, 1, 1)


def _day_or_year(text: str) -> tuple[date, date] | None:
    found = ONE.search(text)
    if found and found["y1"]:
        day = date(int(found["y1"]), int(found["m1"]), int(found["d1"]))
        return day, day + DAY
    found = YEAR.search(text)
    return (date(int(found["year"]), 1, 1), date(int(found["year"]) + 1, 1, 1)) if found else None
