"""Which returns answer a question: the periods that they cover, and the units that they count for.

A return covers a month, a quarter or a year and seldom the days that a reader has chosen. Those that lie wholly in the
period are taken, the shortest first and none over another; where there is none, the latest that ended before the
period's end, and the answer says so. Of a stock (villages, volunteers) only the last of them counts.

A district's own return comes before the sum of its stations, because the bureau has read it. Units that reported
before and did not report now are named, and a count is then not compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from metrics.counting import Question
from metrics.definitions import Upload
from metrics.periods import year_before
from metrics.remembering import Memory
from metrics.types import Period
from metrics.units import Units, resolve

RETURNS_SQL = """
SELECT
    indicator_id,
    breakdown,
    org_code,
    period_start,
    period_end,
    numerator::DOUBLE AS numerator,
    denominator::DOUBLE AS denominator
FROM lake.indicator_return AT (VERSION => $version)
ORDER BY ALL
"""
"""In order, because sums of numbers with fractions depend on it in their last digits."""
LONGEST_CHAIN = 20
Numbers = tuple[str, float, float, float]
_tables: Memory[dict[tuple[str, str], "Table"]] = Memory(2)
_units: Memory[Units] = Memory(16)


@dataclass(frozen=True)
class Tally:
    """What the returns of one row add up to.

    Attributes:
        weighted: numerators times denominators, for medians that are averaged by their number of records.
        reporters: the units that reported.
    """

    numerator: float = 0.0
    denominator: float = 0.0
    weighted: float = 0.0
    reporters: frozenset[str] = field(default_factory=frozenset)

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum of two tallies."""
        return Tally(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.weighted + other.weighted,
            self.reporters | other.reporters,
        )


@dataclass(frozen=True)
class Table:
    """Every return of one indicator and part, and what each question wants of them, made once."""

    frame: pl.DataFrame

    @cached_property
    def periods(self) -> list[Period]:
        """Their periods, see `periods_in`."""
        return periods_in(self.frame)

    @cached_property
    def lines(self) -> dict[Period, list[Numbers]]:
        """Code, numerator, denominator and their product by period."""
        found: dict[Period, list[Numbers]] = {}
        columns = ("period_start", "period_end", "org_code", "numerator", "denominator")
        for start, end, code, numerator, denominator in self.frame.select(columns).iter_rows():
            part, whole = numerator or 0.0, denominator or 0.0
            found.setdefault((start, end), []).append((code, part, whole, part * whole))
        return found


@dataclass(frozen=True)
class Returns:
    """The returns of one indicator that answer a question.

    Attributes:
        periods: the periods that are used, oldest first; empty where there is no return at all.
        inside: whether they lie in the period that was asked for.
        now, before: tallies by row; a row without returns is missing.
    """

    units: Units
    periods: tuple[Period, ...]
    base_periods: tuple[Period, ...]
    inside: bool
    now: Mapping[str, Tally]
    before: Mapping[str, Tally]


def returns_of(question: Question, upload: Upload, breakdown: str) -> Returns:
    """Return what the returns of an indicator say about a question."""
    table = table_of(question, upload.indicator_id or question.indicator.id, breakdown)
    units, known = units_of(question), table.periods
    periods, inside = chosen(known, question.compared.period, stock=upload.stock)
    base = base_of(periods, known, question.scope.comparison)
    return Returns(
        units, periods, base, inside, tallies(question, table, units, periods), tallies(question, table, units, base)
    )


def table_of(question: Question, indicator_id: str, breakdown: str) -> Table:
    """Return every return of one indicator and part; the table is read once a version."""
    tables = _tables.of(question.lake, question.version, lambda: _read(question))
    return tables.get((indicator_id, breakdown), _EMPTY)


_EMPTY = Table(
    pl.DataFrame(
        schema={
            "org_code": pl.String,
            "period_start": pl.Date,
            "period_end": pl.Date,
            "numerator": pl.Float64,
            "denominator": pl.Float64,
        }
    )
)


def _read(question: Question) -> dict[tuple[str, str], Table]:
    frame = question.lake.frame(RETURNS_SQL, {"version": question.version})
    parts = frame.partition_by("indicator_id", "breakdown", as_dict=True, include_key=False)
    return {(str(name), str(part)): Table(rows) for (name, part), rows in parts.items()}


def units_of(question: Question) -> Units:
    """Return the units of the scope, resolved once for all indicators of a page."""
    scope = question.scope
    key = (question.version, scope.by, scope.districts, scope.stations, scope.end)
    return _units.of(question.lake, key, lambda: resolve(question.reference, scope, set()))


def periods_in(frame: pl.DataFrame) -> list[Period]:
    """Return the periods of returns, the shortest first and none over another that was taken already."""
    pairs = frame.select("period_start", "period_end").unique().rows()
    taken: list[Period] = []
    for start, end in sorted(pairs, key=lambda pair: (pair[1] - pair[0], pair[0])):
        if not any(start < other[1] and end > other[0] for other in taken):
            taken.append((start, end))
    return sorted(taken)


def chosen(known: Iterable[Period], period: Period, *, stock: bool) -> tuple[tuple[Period, ...], bool]:
    """Return the periods that answer for a period, and whether they lie in it."""
    ended = [found for found in known if found[1] <= period[1]]
    inside = [found for found in ended if found[0] >= period[0]]
    if not inside:
        return tuple(ended[-1:]), False
    return tuple(inside[-1:] if stock else inside), True


def base_of(periods: tuple[Period, ...], known: list[Period], comparison: str) -> tuple[Period, ...]:
    """Return the periods to compare with: a year before, or as many just before; none unless all are there."""
    if not periods or comparison == "none":
        return ()
    if comparison == "yoy":
        wanted = [(year_before(start), year_before(end)) for start, end in periods]
        return tuple(wanted) if all(found in known for found in wanted) else ()
    earlier = [found for found in known if found[1] <= periods[0][0]][-len(periods) :]
    same = len(earlier) == len(periods) and earlier[-1][1] == periods[0][0]
    return tuple(earlier) if same else ()


def tallies(question: Question, table: Table, units: Units, periods: Iterable[Period]) -> dict[str, Tally]:
    """Return the sums of some periods by row."""
    return rolled(question, units, [line for period in periods for line in table.lines.get(period, [])])


def rolled(question: Question, units: Units, lines: Iterable[Numbers]) -> dict[str, Tally]:
    """Return lines of org code, numerator, denominator and weighted sum by row of the table."""
    stations: dict[str, Tally] = {}
    districts: dict[str, Tally] = {}
    successors = _successors(question)
    for code, numerator, denominator, weighted in lines:
        home = _follow(code, successors) if code in successors else code
        where, name = (districts, home) if home in units.districts else (stations, units.station_of(code))
        found = Tally(numerator, denominator or 0.0, weighted or 0.0, frozenset((name,)))
        where[name] = where.get(name, Tally()).plus(found)
    return _by_row(question, units, stations, districts)


def _by_row(
    question: Question, units: Units, stations: Mapping[str, Tally], districts: Mapping[str, Tally]
) -> dict[str, Tally]:
    rows: dict[str, Tally] = {}
    own = {} if question.scope.by == "station" or question.scope.stations else districts
    for code, tally in own.items():
        if question.scope.districts and code not in question.scope.districts:
            continue
        row = units.rows[0].code if units.by == "city" else code
        rows[row] = rows.get(row, Tally()).plus(tally)
    for code, tally in stations.items():
        row_of = units.row_of(code)
        if row_of is not None and units.parent_of(code) not in own:
            rows[row_of] = rows.get(row_of, Tally()).plus(tally)
    return rows


def _successors(question: Question) -> dict[str, str]:
    frame = question.reference.districts
    return {
        code: after
        for code, after, end in frame.select("district_code", "successor_code", "valid_to").iter_rows()
        if after and end and end < question.scope.end
    }


def _follow(code: str, successors: Mapping[str, str]) -> str:
    for _ in range(LONGEST_CHAIN):
        if code not in successors:
            break
        code = successors[code]
    return code
