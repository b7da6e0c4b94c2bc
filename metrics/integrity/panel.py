"""The panel: every check at every unit, judged together, and put to the units that were asked for.

All p-values of the panel are one family (Benjamini-Hochberg at the rate of `signals.yaml`): a publication that
looks at 120 stations in 50 ways would otherwise find a dozen by chance. A rule that is met or not (an undone load,
another population base) has no p and stands by itself. The panel is kept by version and window, because every
page that shows a verdict asks for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metrics.integrity import casework, coding, courses, loads, moving, recording, reports, training
from metrics.integrity.reading import Looking, looking
from metrics.integrity.signal import STATES, Finding, Measured, Signal, State, signal_entries
from metrics.periods import check
from metrics.remembering import Memory
from metrics.standing import Unit
from metrics.statistics import benjamini_hochberg
from metrics.types import Note, Period, Scope, Warehouse
from metrics.units import CITY, resolve

CHECKS: tuple[Callable[[Looking], Iterator[Finding]], ...] = (
    recording.check,
    coding.check,
    moving.check,
    casework.check,
    reports.check,
    training.check,
    courses.check,
    loads.check,
)
LEVELS = ("station", "district", "city")

Judged = dict[tuple[str, str], list[Measured]]
"""Signal and unit → its measures."""


def signals(lake: Warehouse, scope: Scope, q: float | None = None) -> tuple[Signal, ...]:
    """Return every signal at every unit that a scope lists, in the order of the catalogue and of the units.

    Args:
        lake: the warehouse.
        scope: the question; classes and comparison do not matter here, `by` says at which level.
        q: the false discovery rate, where it is not the catalogue's.

    Raises:
        MetricError: for a period that is none, or a unit that does not exist.
    """
    check(scope)
    looked = looking(lake, scope)
    found = judged(looked, q)
    units = resolve(looked.reference, replace(scope, comparison="none"), set())
    inside: dict[str, list[str]] = {unit.code: [] for unit in units.rows}
    for code in looked.place:
        if (row := units.row_of(code)) is not None:
            inside[row].append(code)
    return tuple(
        _signal(looked, found, name, unit, scope, inside[unit.code]) for name in signal_entries() for unit in units.rows
    )


@dataclass(frozen=True)
class Census:
    """How many measures the panel holds, how many of them were tested, how many are raised, and at which rate."""

    measures: int
    tested: int
    raised: int
    rate: float
    period: Period


def census(lake: Warehouse, scope: Scope) -> Census:
    """Return what the panel of a question consists of; always the whole city."""
    looked = looking(lake, scope)
    everything = [measure for measures in judged(looked).values() for measure in measures]
    return Census(
        measures=sum(measure.state != "no_data" for measure in everything),
        tested=sum(measure.p is not None for measure in everything),
        raised=sum(measure.state == "raised" for measure in everything),
        rate=looked.parameters.false_discovery_rate,
        period=looked.window,
    )


def judged(looked: Looking, q: float | None = None) -> Judged:
    """Return every measure of the whole city, judged as one family; kept by version and window."""
    rate = looked.parameters.false_discovery_rate if q is None else q
    key = (looked.version, looked.window, rate)
    return _memory.of(looked.lake, key, lambda: _judge(looked, rate))


def _judge(looked: Looking, rate: float) -> Judged:
    findings = [finding for family in CHECKS for finding in family(looked)]
    tested = [finding.p for finding in findings if finding.p is not None]
    adjusted = iter(benjamini_hochberg(tested))
    critical = _critical(tested, rate)
    found: Judged = {}
    for finding in findings:
        again = next(adjusted) if finding.p is not None else None
        measured = _measured(finding, again, rate, critical)
        found.setdefault((finding.signal, finding.unit), []).append(measured)
    return found


def _critical(tested: Sequence[float], rate: float) -> float:
    """Return the p at and below which a check is raised in this publication."""
    ordered = sorted(tested)
    met = [rank for rank, p in enumerate(ordered, start=1) if p <= rank * rate / len(ordered)]
    return (max(met) if met else 1) * rate / len(ordered) if ordered else rate


def _measured(finding: Finding, adjusted: float | None, rate: float, critical: float) -> Measured:
    entry = signal_entries()[finding.signal].measures.get(finding.measure)
    state: State = finding.missing or "quiet"
    if finding.missing is None and finding.odd and (adjusted is None or adjusted <= rate):
        state = "raised"
    return Measured(
        name=finding.measure,
        level=finding.level,
        unit_of_value=entry.unit if entry else "",
        state=state,
        value=finding.value,
        expected=finding.expected,
        threshold=_threshold(finding, critical),
        interval=finding.interval,
        n=finding.n,
        p=finding.p,
        adjusted_p=adjusted,
        against_fall=bool(entry and entry.against_fall),
        band=finding.band,
        notes=finding.notes,
    )


def _threshold(finding: Finding, critical: float) -> float | None:
    """Return the value from which a measure is raised; none for one that lies on the other side."""
    if finding.threshold is not None or finding.limit is None:
        return finding.threshold
    return finding.limit(critical) if finding.odd else None


def _signal(looked: Looking, found: Judged, name: str, unit: Unit, scope: Scope, inside: Sequence[str]) -> Signal:
    """Return one signal at one unit: its own measures, and at which of its stations it is raised."""
    entry = signal_entries()[name]
    own = list(found.get((name, unit.code), ()))
    parts = [] if scope.by == "station" else [(code, found.get((name, code), [])) for code in inside]
    if unit.kind == CITY:
        parts += [(district.code, found.get((name, district.code), [])) for district in looked.districts]
    raised_at = tuple(code for code, measures in parts if _state(measures) == "raised")
    states = [_state(measures) for measures in (own, *(measures for _, measures in parts)) if measures]
    state = min(states, key=STATES.index) if states else "no_data"
    above = None if states else _above(found, name, unit)
    if above is not None and above.values["state"] != "no_data":
        state = "not_enough"
    shown = own or [measure for _, measures in parts for measure in measures]
    lead = min(shown, key=_order) if shown else None
    signal = Signal(
        id=name,
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        level=scope.by,
        state=state,
        family=entry.family,
        period=looked.window,
        look_at=name,
        measures=tuple(own),
        raised_at=raised_at,
        notes=_notes(own, state, raised_at, above),
        against_fall=any(measure.state == "raised" and measure.against_fall for measure in shown),
    )
    return replace(signal, **_leading(lead)) if lead else signal


def _order(measure: Measured) -> tuple[int, float]:
    return STATES.index(measure.state), 1.0 if measure.p is None else measure.p


def _state(measures: Sequence[Measured]) -> State:
    return min((measure.state for measure in measures), key=STATES.index) if measures else "no_data"


def _leading(lead: Measured) -> Mapping[str, Any]:
    names = ("value", "expected", "threshold", "interval", "n", "p", "unit_of_value")
    return {name: getattr(lead, name) for name in names} | {"measure": lead.name or None}


def _above(found: Judged, name: str, unit: Unit) -> Note | None:
    """Return for a unit that a signal does not look at by itself how it stands for the district or the city."""
    for code, level in ((unit.district, "district"), (CITY, "city")):
        measures = found.get((name, code or ""))
        if measures and code != unit.code:
            return Note("checked_above", {"level": level, "state": _state(measures)})
    return None


def _notes(own: Sequence[Measured], state: State, raised_at: Sequence[str], above: Note | None) -> tuple[Note, ...]:
    notes: list[Note] = [] if above is None else [above]
    for note in (note for measure in own for note in measure.notes):
        if note not in notes:
            notes.append(note)
    if raised_at:
        notes.append(Note("raised_at_stations", {"units": list(raised_at)}))
    if state == "no_data":
        notes.append(Note("signal_needs_data"))
    return tuple(notes)


_memory: Memory[Judged] = Memory(8)
