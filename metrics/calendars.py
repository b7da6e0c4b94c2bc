"""What kind of day a day is in China: working day, make-up working day (调休), weekend, or a holiday by its name.

Public holidays come from `chinesecalendar`, which knows the years 2004 to 2026 as the State Council announced them;
lunar dates from `lunardate` (1900 to 2099). Outside 2004 to 2026 only Spring Festival and weekends are known, no other
holiday and no make-up day, and `knows` says so: a figure that touches such a year carries a note. Around Spring
Festival the days count from the first day of the lunar year, from 14 days before to 15 days after.

Only for lakes in a Chinese time zone; everywhere else days differ by their weekday alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from chinese_calendar.constants import holidays, workdays
from lunardate import LunarDate

Kind = Literal["workday", "weekend", "makeup", "holiday"]

TIME_ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "Asia/Kashgar", "PRC")
FIRST_KNOWN, LAST_KNOWN = 2004, 2026
FIRST_LUNAR, LAST_LUNAR = 1900, 2099
WINDOW = (-14, 15)
"""Days from the first day of the lunar year that life is not as usual."""
BLOCK_REACH = timedelta(days=15)
"""No day off lies further from the day that it celebrates."""
MAKEUP_REACH = timedelta(days=25)
SATURDAY = 5

NEW_YEAR, SPRING_FESTIVAL, LABOUR, NATIONAL = "New Year's Day", "Spring Festival", "Labour Day", "National Day"
TOMBS, BOATS, MID_AUTUMN = "Tomb-sweeping Day", "Dragon Boat Festival", "Mid-autumn Festival"


@dataclass(frozen=True)
class Day:
    """The kind of a day; `name` is the holiday, or the holiday that a make-up day pays for."""

    kind: Kind
    name: str | None = None


def is_chinese(time_zone: str | None) -> bool:
    """Return whether the Chinese calendar of holidays applies to a lake in this time zone."""
    return time_zone in TIME_ZONES


def knows(year: int) -> bool:
    """Return whether the public holidays of a year are known."""
    return FIRST_KNOWN <= year <= LAST_KNOWN


@lru_cache(maxsize=8192)
def kind_of(day: date) -> Day:
    """Return the kind of a day; in a year that is not known, only weekdays and weekends."""
    if day in holidays:
        return Day("holiday", holidays[day])
    if day in workdays:
        return Day("makeup", workdays[day])
    return Day("weekend" if day.weekday() >= SATURDAY else "workday")


@lru_cache(maxsize=256)
def spring_festival(year: int) -> date | None:
    """Return the first day of the lunar year that begins in a year, None outside 1900 to 2099."""
    return _solar(year, 1, 1) if FIRST_LUNAR <= year <= LAST_LUNAR else None


@lru_cache(maxsize=8192)
def to_spring_festival(day: date) -> int | None:
    """Return the days since the first day of the lunar year, −14 to +15; None outside this window."""
    first = spring_festival(day.year)
    count = (day - first).days if first else None
    return count if count is not None and WINDOW[0] <= count <= WINDOW[1] else None


def is_special(day: date) -> bool:
    """Return whether a day is anything but a plain working day or weekend."""
    return to_spring_festival(day) is not None or kind_of(day).kind in ("holiday", "makeup")


def celebrated(name: str, year: int) -> date | None:
    """Return the day that a holiday celebrates in a year, None for one that has no such day."""
    fixed = {NEW_YEAR: (1, 1), LABOUR: (5, 1), NATIONAL: (10, 1)}
    lunar = {SPRING_FESTIVAL: (1, 1), BOATS: (5, 5), MID_AUTUMN: (8, 15)}
    if name in fixed:
        return date(year, *fixed[name])
    if name in lunar and FIRST_LUNAR <= year <= LAST_LUNAR:
        return _solar(year, *lunar[name])
    return _clear_and_bright(year) if name == TOMBS else None


def _solar(year: int, month: int, day: int) -> date:
    """Return a day of the lunar calendar as a date."""
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


def _clear_and_bright(year: int) -> date:
    """Return 清明, the 4th or 5th of April: the usual rule for the years 2000 to 2099."""
    past = year % 100
    return date(year, 4, int(past * 0.2422 + 4.81) - past // 4)


def year_of(name: str, day: date) -> int | None:
    """Return the year whose holiday a day off or a make-up day belongs to: 31 December may be next year's."""
    for year in (day.year, day.year + 1):
        turn = celebrated(name, year)
        if turn is not None and abs(day - turn) <= MAKEUP_REACH:
            return year
    return None


@lru_cache(maxsize=512)
def days_off(name: str, year: int) -> tuple[date, ...]:
    """Return the days off of a holiday in their order."""
    turn = celebrated(name, year)
    if turn is None:
        return ()
    return tuple(day for day in _around(turn, BLOCK_REACH) if holidays.get(day) == name)


@lru_cache(maxsize=512)
def days_made_up(name: str, year: int) -> tuple[date, ...]:
    """Return the make-up working days of a holiday in their order."""
    turn = celebrated(name, year)
    if turn is None:
        return ()
    return tuple(day for day in _around(turn, MAKEUP_REACH) if workdays.get(day) == name)


def _around(turn: date, reach: timedelta) -> list[date]:
    return [turn + timedelta(days=count) for count in range(-reach.days, reach.days + 1)]
