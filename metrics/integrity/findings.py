"""From counts to findings: the same few comparisons, whatever is counted.

A finding is odd only on the side that its signal is about; a unit with too little to judge says so.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import chdtr, chdtrc, chdtri

from metrics.integrity.judging import Judged, against_past, against_peers, split_limit, split_p
from metrics.integrity.reading import Floats, Looking
from metrics.integrity.signal import Finding, State, signal_entries
from metrics.standing import Unit
from metrics.statistics import wilson
from metrics.types import Note


def nothing(
    signal: str, units: Sequence[Unit], level: str, *measures: str, missing: State = "no_data", code: str | None = None
) -> Iterator[Finding]:
    """Yield findings that say that there is nothing to judge, for some measures (all of the signal without names)."""
    notes = (Note(code),) if code else ()
    for measure in measures or tuple(signal_entries()[signal].measures) or ("",):
        for unit in units:
            yield Finding(signal, measure, unit.code, level, missing=missing, notes=notes)


def judged(
    signal: str, measure: str, unit: Unit, level: str, found: Judged, part: float | None, whole: float | None
) -> Finding:
    """Return the finding of a judged value."""
    high = signal_entries()[signal].measures[measure].high
    share = part is not None and whole is not None and 0 <= part <= whole and whole > 0
    return Finding(
        signal,
        measure,
        unit.code,
        level,
        value=float(found.value),
        expected=float(found.expected),
        interval=wilson(float(part or 0), float(whole or 0)) if share else None,
        n=None if whole is None else int(whole),
        p=float(found.p),
        odd=bool(found.value > found.expected if high else found.value < found.expected),
        limit=found.limit,
        band=found.band(),
    )


def share_against_peers(
    looked: Looking,
    signal: str,
    measure: str,
    units: Sequence[Unit],
    level: str,
    parts: Floats,
    wholes: Floats,
) -> Iterator[Finding]:
    """Yield for each unit how its share stands among all units (proportion funnel)."""
    parts = np.clip(parts, 0, wholes)  # counts of a damaged mart must not end the page
    enough = wholes >= looked.parameters.smallest_base
    if enough.sum() < looked.parameters.funnel_units:
        yield from nothing(signal, units, level, measure, missing="not_enough", code="few_peers")
        return
    pooled = float(parts[enough].sum() / wholes[enough].sum())
    high = signal_entries()[signal].measures[measure].high
    found = iter(against_peers(parts[enough], wholes[enough]) if 0 < pooled < 1 else ())
    for unit, part, whole, fits in zip(units, parts, wholes, enough, strict=True):
        if not fits:
            yield Finding(signal, measure, unit.code, level, n=int(whole), missing="not_enough")
        elif not 0 < pooled < 1:
            yield Finding(
                signal,
                measure,
                unit.code,
                level,
                value=pooled,
                expected=pooled,
                n=int(whole),
                interval=wilson(part, whole),
            )
        else:
            one = next(found)
            if not high and whole * pooled < looked.rules.smallest_expected:
                yield Finding(signal, measure, unit.code, level, n=int(whole), missing="not_enough")
            else:
                yield judged(signal, measure, unit, level, one, part, whole)


def share_against_past(looked: Looking, signal: str, measure: str, part: str, whole: str) -> Iterator[Finding]:
    """Yield for each station how the window's share stands against the weeks of its past (P′ chart)."""
    parts, wholes = looked.now(part), looked.now(whole)
    past_parts, past_wholes = looked.past(part), looked.past(whole)
    for number, unit in enumerate(looked.stations):
        found = None
        if min(wholes[number], past_wholes[number].sum()) >= looked.parameters.smallest_base:
            found = against_past(parts[number], wholes[number], past_parts[number], past_wholes[number])
        if found is None:
            yield Finding(signal, measure, unit.code, "station", n=int(wholes[number]), missing="not_enough")
        else:
            yield judged(signal, measure, unit, "station", found, parts[number], wholes[number])


def split(
    signal: str, measure: str, unit: Unit, level: str, part: float, whole: float, chance: float = 0.5, least: int = 6
) -> Finding:
    """Return the finding of an exact binomial split; under `least` events no split can be told from chance."""
    if whole < least:
        return Finding(signal, measure, unit.code, level, n=int(whole), missing="not_enough")
    high = signal_entries()[signal].measures[measure].high
    share = float(part / whole)
    return Finding(
        signal,
        measure,
        unit.code,
        level,
        value=share,
        expected=chance,
        interval=wilson(float(part), float(whole)),
        n=int(whole),
        p=split_p(int(part), int(whole), chance),
        odd=share > chance if high else share < chance,
        limit=lambda p: split_limit(int(whole), chance, p),
    )


def below_chance(
    signal: str, measure: str, unit: Unit, level: str, squares: float, degrees: int, n: int, *, high: bool = False
) -> Finding:
    """Return the finding of a χ² over its degrees of freedom, on its lower tail (upper with `high`); p is doubled."""
    tail = float(chdtrc(degrees, squares) if high else chdtr(degrees, squares))
    return Finding(
        signal,
        measure,
        unit.code,
        level,
        value=squares / degrees,
        expected=1.0,
        n=n,
        p=min(1.0, 2 * tail),
        odd=squares > degrees if high else squares < degrees,
        limit=lambda p: float(chdtri(degrees, p / 2 if high else 1 - p / 2)) / degrees,
    )


def by_district(looked: Looking, counts: Floats) -> Floats:
    """Return counts of stations summed by district."""
    codes = {unit.code: number for number, unit in enumerate(looked.districts)}
    total = np.zeros(len(codes))
    for unit, count in zip(looked.stations, counts, strict=True):
        if unit.district in codes:
            total[codes[unit.district]] += count
    return total
