"""Which days are compared with which.

Periods are half-open `[start, end)`. Against last year (同比) means the same calendar dates, 29 February
becoming the 28th; a period of whole weeks is moved by 364 days instead, so that both sides hold the
same weekdays. In a Chinese lake, where either side holds a festival, a holiday or a make-up working day, the
days are paired by their kind instead (`alignment`); `Scope.alignment = "calendar"` keeps the plain rule.
Against the previous period (环比) means the window of equal length before it. Weeks are keyed by their first
day, because the ISO year of 2025-12-31 is 2026.

Only days that the lake knows are compared: a day without any record in the whole lake is missing data,
not a quiet day, and it is left out together with its partner. Assumes that the last day with records is
a complete one.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from metrics.alignment import all_known, needs_alignment, partners, ranges
from metrics.errors import MetricError
from metrics.types import Comparison, Period, Scope, Step

DAY = timedelta(days=1)
YEAR_OF_WEEKS = timedelta(days=364)
WEEK = 7
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Compared:
    """The two periods of a question and the days of each that are left out.

    Attributes:
        left_out: days of the period that are not counted.
        base_left_out: days of the base period that are not counted.
        days: days of the period that are counted, `base_days` of the base period.
        has_base: whether any day of the base period can be compared.
        aligned: whether days are paired by their kind; the base then need not be a window without gaps.
        unmatched: how many days of the period no day of last year is comparable with.
        calendar_known: whether the public holidays of both sides are known.
    """

    period: Period
    base: Period | None
    left_out: tuple[date, ...]
    base_left_out: tuple[date, ...]
    days: int
    base_days: int
    aligned: bool = False
    unmatched: int = 0
    calendar_known: bool = True

    @property
    def has_base(self) -> bool:
        """Return whether there is something to compare with."""
        return self.base is not None and self.base_days > 0

    @property
    def whole_days(self) -> int:
        """Return how many days the period has in the calendar."""
        return (self.period[1] - self.period[0]).days

    def counted_days(self) -> list[date]:
        """Return the days of the period that are counted."""
        left_out = set(self.left_out)
        return [day for day in days_of(self.period) if day not in left_out]

    def counted_base_days(self) -> list[date]:
        """Return the days of the base that are counted."""
        left_out = set(self.base_left_out)
        return [day for day in days_of(self.base) if day not in left_out] if self.base and self.has_base else []

    def base_runs(self) -> list[Period]:
        """Return the counted days of the base as runs, each with its first and last day."""
        return ranges(self.counted_base_days())


def check(scope: Scope) -> None:
    """Refuse a period that has no days or lies outside what a calendar here means.

    Raises:
        MetricError: with the sentence for the reader.
    """
    for day in (scope.start, scope.end):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise MetricError("bad_date", day)
    if scope.end <= scope.start:
        raise MetricError("empty_period", f"{scope.start} – {scope.end - DAY}")
    if scope.comparison not in ("yoy", "previous", "none"):
        raise MetricError("unknown_comparison", scope.comparison)
    if scope.alignment not in ("aligned", "calendar"):
        raise MetricError("unknown_alignment", scope.alignment)


def base_period(start: date, end: date, comparison: Comparison, week_start: int = 0) -> Period | None:
    """Return the period to compare with, None for no comparison."""
    if comparison == "none":
        return None
    length = end - start
    if comparison == "previous":
        return start - length, start
    if is_whole_weeks(start, end, week_start):
        return start - YEAR_OF_WEEKS, end - YEAR_OF_WEEKS
    return year_before(start), year_before(end - DAY) + DAY


def is_whole_weeks(start: date, end: date, week_start: int = 0) -> bool:
    """Return whether the period consists of whole weeks."""
    return start.weekday() == week_start and (end - start).days % WEEK == 0


def year_before(day: date) -> date:
    """Return the same calendar date last year; 29 February becomes the 28th."""
    if (day.month, day.day) == (2, 29):
        return day.replace(year=day.year - 1, day=28)
    return day.replace(year=day.year - 1)


def compare(scope: Scope, known: Collection[date], week_start: int = 0, *, chinese: bool = False) -> Compared:
    """Pair the days of the period with those of its base and leave out what the lake does not know.

    Where no day of the base is known at all, there is nothing to compare: the period then keeps all of
    its own known days. `chinese` says whether the Chinese calendar of holidays applies.
    """
    period = (scope.start, scope.end)
    base = base_period(scope.start, scope.end, scope.comparison, week_start)
    days = days_of(period)
    if chinese and base and scope.comparison == "yoy" and scope.alignment == "aligned":
        calendar_known = all_known((scope.start, scope.end - DAY, base[0], base[1] - DAY))
        if needs_alignment((*days, *days_of(base))):
            return replace(_compare_aligned(period, base, known), calendar_known=calendar_known)
        return replace(_compare_plain(scope, period, base, known), calendar_known=calendar_known)
    return _compare_plain(scope, period, base, known)


def _compare_aligned(period: Period, plain_base: Period, known: Collection[date]) -> Compared:
    """Pair days by their kind; the base reaches from its first to its last day that is taken."""
    days, paired = days_of(period), partners(*period)
    absent = {day for day in days if day not in known}
    kept = {day: partner for day, partner in paired.items() if partner in known and day not in absent}
    if not kept:
        return Compared(period, plain_base, tuple(sorted(absent)), (), len(days) - len(absent), 0)
    taken = {partner for partner in kept.values() if partner is not None}
    base = (min(taken), max(taken) + DAY)
    return Compared(
        period=period,
        base=base,
        left_out=tuple(day for day in days if day not in kept),
        base_left_out=tuple(day for day in days_of(base) if day not in taken),
        days=len(kept),
        base_days=len(taken),
        aligned=True,
        unmatched=sum(partner is None for partner in paired.values()),
    )


def _compare_plain(scope: Scope, period: Period, base: Period | None, known: Collection[date]) -> Compared:
    days = days_of(period)
    absent = {day for day in days if day not in known}
    if base is None or not any(day in known for day in days_of(base)):
        return Compared(period, base, tuple(sorted(absent)), (), len(days) - len(absent), 0)
    partner = _partners(days, base, scope.comparison)
    left_out = absent | {day for day in days if partner[day] not in known}
    base_left_out = {day for day in days_of(base) if day not in known} | {partner[day] for day in left_out}
    if len(left_out) == len(days):
        return Compared(period, base, tuple(sorted(absent)), (), len(days) - len(absent), 0)
    kept = (len(days) - len(left_out), len(days_of(base)) - len(base_left_out))
    return Compared(period, base, tuple(sorted(left_out)), tuple(sorted(base_left_out)), *kept)


def _partners(days: list[date], base: Period, comparison: Comparison) -> dict[date, date]:
    """Return for each day of the period the day of the base that it is compared with."""
    offset = days[0] - base[0]
    calendar = comparison == "yoy" and offset != YEAR_OF_WEEKS
    return {day: year_before(day) if calendar else day - offset for day in days}


def days_of(period: Period) -> list[date]:
    """Return every day of a period."""
    return [period[0] + DAY * count for count in range((period[1] - period[0]).days)]


def step_start(day: date, step: Step, week_start: int = 0) -> date:
    """Return the first day of the day, week or month that a day lies in."""
    if step == "day":
        return day
    if step == "month":
        return day.replace(day=1)
    return day - DAY * ((day.weekday() - week_start) % WEEK)


def next_step(first: date, step: Step) -> date:
    """Return the first day of the step after the one that begins on `first`."""
    if step == "month":
        return (first + DAY * 32).replace(day=1)
    return first + DAY * (WEEK if step == "week" else 1)


def whole_steps(start: date, end: date, step: Step, week_start: int = 0) -> list[Period]:
    """Return the steps that lie wholly inside `[start, end)`."""
    first = step_start(start, step, week_start)
    if first < start:
        first = next_step(first, step)
    steps: list[Period] = []
    while next_step(first, step) <= end:
        steps.append((first, next_step(first, step)))
        first = next_step(first, step)
    return steps


def last_whole_week(known: Collection[date], week_start: int = 0) -> Period | None:
    """Return the latest week of which every day is known, None when there is none."""
    for first in sorted({step_start(day, "week", week_start) for day in known}, reverse=True):
        week = (first, first + DAY * WEEK)
        if all(day in known for day in days_of(week)):
            return week
    return None


def last_known_days(known: Collection[date]) -> Period | None:
    """Return the latest known days in a row, at most a week of them, None when there are none."""
    if not known:
        return None
    last = first = max(known)
    while first - DAY in known and (last - first).days < WEEK - 1:
        first -= DAY
    return first, last + DAY
