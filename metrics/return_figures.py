"""What numerator and denominator of a return make: share, ratio of amounts, count, rate, mean, value or grade.

Figures that somebody reports scatter more than binomial or Poisson counts do, so their verdicts go no further than
possible, and a stock has none. A total says nothing about its scatter: means and ratios have no interval.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from metrics.counting import Question
from metrics.definitions import Upload
from metrics.returned import Returns, Tally
from metrics.rows import BASE_UNDER_20, NO_DATA, share_row
from metrics.standing import Unit
from metrics.statistics import Interval, count_limits
from metrics.types import Note, Period, Row
from metrics.verdicts import POSSIBLE, Evidence, compare_counts, count_verdict

PART_ABOVE_WHOLE, INCOMPLETE = "part_above_whole", "returns_incomplete"
SCALES = {"per_10000": 10_000, "per_1000": 1_000, "per_100": 100}


@dataclass(frozen=True)
class Line:
    """One unit with its returns of the period and of the base, and what must be said about them."""

    question: Question
    upload: Upload
    unit: Unit
    now: Tally
    before: Tally | None
    notes: tuple[Note, ...]
    extra: Mapping[str, Any]
    found: Returns

    @property
    def smallest(self) -> int:
        """The smallest base of a percentage."""
        return self.question.indicator.smallest_base

    @property
    def broken(self) -> bool:
        """Whether an event breaks the series."""
        return any(note.code == "series_break" for note in self.notes)

    def row(self, more: Mapping[str, Any] | None = None, **cells: Any) -> Row:  # noqa: ANN401 - fields of a Row
        """Return a row of the line with some cells, and more in its extra."""
        return Row(
            unit=self.unit.code,
            name_zh=self.unit.name_zh,
            name_en=self.unit.name_en,
            unit_of_value=self.question.indicator.unit,
            notes=self.notes,
            extra=dict(self.extra) | dict(more or {}),
            **cells,
        )


def share(line: Line) -> Row:
    """Return part ÷ whole with Wilson's limits."""
    pair = pair_of(line.now)
    base = pair_of(line.before) if line.before else None
    reason = PART_ABOVE_WHOLE if not 0 <= pair[0] <= pair[1] else None
    if base and not 0 <= base[0] <= base[1]:
        base = None
    return share_row(
        line.question,
        line.unit,
        pair,
        base,
        list(line.notes),
        line.extra,
        highest=POSSIBLE,
        reason=reason,
        broken=line.broken,
    )


def count(line: Line) -> Row:
    """Return a count with its limits and its change."""
    number, base = round(line.now.numerator), round(line.before.numerator) if line.before else None
    cells: dict[str, Any] = {"value": line.now.numerator, "numerator": number, "base_numerator": base}
    cells["interval"] = count_limits(number) if number >= 0 else None
    if line.before is None or base is None:
        return line.row(**cells)
    return line.row({"difference": number - base}, **(cells | _compared(line, number, base)))


def _compared(line: Line, number: int, base: int) -> dict[str, Any]:
    """Return change and verdict of a count, or why there is none."""
    if line.before is None or line.now.reporters != line.before.reporters:
        return {"suppressed": INCOMPLETE}
    if base < line.smallest or number < 0:
        return {"suppressed": BASE_UNDER_20}
    if line.upload.stock:
        return {"change": number / base - 1}
    days, base_days = _days(line.found.periods), _days(line.found.base_periods)
    return {"change": (number / days) / (base / base_days) - 1} | _judged(line, number, base, days, base_days)


def _judged(line: Line, number: int, base: int, exposure: int, base_exposure: int) -> dict[str, Any]:
    test = compare_counts(line.question.rule, number, base, exposure, base_exposure, None)
    verdict = count_verdict(line.question.rule, test, None, Evidence(broken=line.broken))
    return {"p": test.p, "verdict": verdict}


def rate(line: Line) -> Row:
    """Return numerator ÷ denominator × 10,000 (1,000, 100) with the limits of the numerator."""
    scale = SCALES[line.question.indicator.unit]
    number, whole = pair_of(line.now)
    if not whole:
        return line.row(numerator=number, denominator=whole, suppressed=NO_DATA)
    low, high = count_limits(number)
    cells: dict[str, Any] = {"value": scale * number / whole, "numerator": number, "denominator": whole}
    cells["interval"] = Interval(scale * low / whole, scale * high / whole)
    base, base_whole = pair_of(line.before) if line.before else (0, 0)
    if not base_whole:
        return line.row(**cells)
    cells |= {"base_numerator": base, "base_denominator": base_whole}
    if base >= line.smallest:
        cells["change"] = (number / whole) / (base / base_whole) - 1
        cells |= {} if line.upload.stock else _judged(line, number, base, whole, base_whole)
    return line.row({"base_value": scale * base / base_whole}, **cells)


def ratio(line: Line) -> Row:
    """Return a mean or a ratio of amounts."""
    number, whole = pair_of(line.now)
    if whole < line.smallest:
        return line.row(numerator=number, denominator=whole, suppressed=BASE_UNDER_20 if whole else NO_DATA)
    value = line.now.numerator / line.now.denominator
    cells: dict[str, Any] = {"value": value, "numerator": number, "denominator": whole}
    if line.before is None or line.before.denominator < line.smallest:
        return line.row(**cells)
    base, base_whole = pair_of(line.before)
    earlier = line.before.numerator / line.before.denominator
    cells |= {"base_numerator": base, "base_denominator": base_whole}
    in_points = line.question.indicator.unit == "percent"
    cells["change"] = value - earlier if in_points else value / earlier - 1 if earlier else None
    return line.row({"base_value": earlier}, **cells)


def value(line: Line) -> Row:
    """Return what the units computed themselves, averaged by their number of records where there are several."""
    now, before = line.now, line.before
    more = {"base_value": before.weighted / before.denominator} if before and before.denominator else {}
    found = now.weighted / now.denominator if now.denominator else None
    reason = NO_DATA if found is None else None
    return line.row(more, value=found, denominator=round(now.denominator), suppressed=reason)


def grade(line: Line) -> Row:
    """Return the grade that a station was awarded."""
    more = {"base_value": line.before.numerator} if line.before else {}
    return line.row(more, value=line.now.numerator)


FIGURES: Mapping[str, Callable[[Line], Row]] = {
    "share": share,
    "count": count,
    "rate": rate,
    "ratio": ratio,
    "mean": ratio,
    "value": value,
    "grade": grade,
}
"""What `upload.figure` of an entry may be; registers stand in `registers.py`."""


def pair_of(tally: Tally) -> tuple[int, int]:
    """Return numerator and denominator as whole numbers."""
    return round(tally.numerator), round(tally.denominator)


def _days(periods: Iterable[Period]) -> int:
    return sum((end - start).days for start, end in periods)
