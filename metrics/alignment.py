"""Which day of last year is comparable with a day: 同比 on days of the same kind (docs/decisions/0030).

- Within 14 days before and 15 after the first day of the lunar year: the same day counted from that first day.
- A public holiday: the same day of the same holiday, counted from the day that it celebrates; where last year's
  holiday had no such day, a day of it that is left over.
- A make-up working day (调休): last year's make-up day of the same holiday, by its order.
- Any other day: the same weekday 364 days before; where that day is not a plain one, the nearest plain day of the
  same weekday that no other day takes.

No day is taken twice, and none of the period itself. A day without a partner is left out of both sides. Where neither
the period nor its plain base holds anything special, the plain rule of `periods` stands, so nothing changes there.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from metrics.calendars import (
    SPRING_FESTIVAL,
    celebrated,
    days_made_up,
    days_off,
    is_special,
    kind_of,
    knows,
    spring_festival,
    to_spring_festival,
    year_of,
)

YEAR_OF_WEEKS = timedelta(days=364)
FURTHEST_WEEKS = 5
"""Spring Festival moves by up to 30 days; a partner further away would lie in another season."""


def needs_alignment(days: Iterable[date]) -> bool:
    """Return whether any of these days is no plain day, so that plain dates would not compare like with like."""
    return any(is_special(day) for day in days)


def all_known(days: Iterable[date]) -> bool:
    """Return whether the public holidays of all these days are known."""
    return all(knows(day.year) for day in days)


@lru_cache(maxsize=256)
def partners(start: date, end: date) -> dict[date, date | None]:
    """Return for each day of `[start, end)` its comparable day a year before, None where there is none."""
    days = [start + timedelta(days=count) for count in range((end - start).days)]
    found: dict[date, date | None] = {day: _special_partner(day, start) for day in days}
    plain = [day for day in days if not is_special(day)]
    found |= {day: day - YEAR_OF_WEEKS for day in plain if _is_free(day - YEAR_OF_WEEKS, start)}
    taken = {partner for partner in found.values() if partner is not None}
    for day in plain:
        if found[day] is None:
            found[day] = _nearest(day, start, taken)
            taken.add(found[day] or day)
    return found


def _special_partner(day: date, start: date) -> date | None:
    """Return the partner of a special day, None for plain days and where none lies before the period."""
    partner = _partner_by_kind(day)
    return partner if partner is not None and partner < start else None


def _partner_by_kind(day: date) -> date | None:
    since = to_spring_festival(day)
    if since is not None:
        first = spring_festival(day.year - 1)
        return first + timedelta(days=since) if first else None
    kind = kind_of(day)
    if kind.name is None or kind.name == SPRING_FESTIVAL:
        return None
    year = year_of(kind.name, day)
    if year is None:
        return None
    paired = _paired_days_off(kind.name, year) if kind.kind == "holiday" else _paired_made_up(kind.name, year)
    return paired.get(day)


@lru_cache(maxsize=256)
def _paired_days_off(name: str, year: int) -> dict[date, date]:
    """Return the days off of a holiday with those of the year before: by their place first, then what is left."""
    now, before = days_off(name, year), days_off(name, year - 1)
    offset = _turn(name, year) - _turn(name, year - 1)
    paired = {day: day - offset for day in now if day - offset in before}
    left = [day for day in before if day not in paired.values()]
    return paired | dict(zip((day for day in now if day not in paired), left, strict=False))


@lru_cache(maxsize=256)
def _paired_made_up(name: str, year: int) -> dict[date, date]:
    return dict(zip(days_made_up(name, year), days_made_up(name, year - 1), strict=False))


def _turn(name: str, year: int) -> date:
    return celebrated(name, year) or date(year, 1, 1)


def _is_free(candidate: date, start: date) -> bool:
    """Return whether a day is plain and not itself in the period."""
    return candidate < start and not is_special(candidate)


def _nearest(day: date, start: date, taken: set[date]) -> date | None:
    """Return the plain day of the same weekday nearest to 364 days before that is still free."""
    for weeks in range(1, FURTHEST_WEEKS + 1):
        for sign in (-1, 1):
            candidate = day - YEAR_OF_WEEKS + sign * timedelta(weeks=weeks)
            if _is_free(candidate, start) and candidate not in taken:
                return candidate
    return None


def ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return days as runs, each with its first and last day."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and (day - runs[-1][1]).days == 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
