"""G4 moved to a neighbour, G5 passed to 12345.

The city's total does not change when an alert moves; only who answers for it does. Transfers are what districts (or
stations) report.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from metrics.integrity.findings import judged, nothing, share_against_peers
from metrics.integrity.judging import against_past, at_least_split, values_against_peers
from metrics.integrity.reading import Looking
from metrics.integrity.returned import Returned, returned
from metrics.integrity.signal import Finding

HALF = 0.5
TRANSFERS, SENT_BACK = "transfer_12345", "transfer_12345_returned"

MOVES_SQL = """
SELECT station_code_initial, station_code, COUNT(*) AS moved
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND station_code_initial IS NOT NULL
    AND NOT is_deleted AND NOT is_invalid AND NOT is_nuisance AND main_alert_id IS NULL AND link_type = 'none'
GROUP BY ALL
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of both signals."""
    yield from _outflow(looked)
    yield from _transfers(looked)


def flows(looked: Looking) -> pl.DataFrame:
    """Return how many valid alerts went from one station (`from`) to another (`to`), mergers followed."""
    frame = looked.frame(MOVES_SQL, start=looked.window[0], end=looked.window[1])
    home = looked.units.station_of
    return (
        frame.with_columns(
            pl.col("station_code_initial").map_elements(home, return_dtype=pl.String).alias("from"),
            pl.col("station_code").map_elements(home, return_dtype=pl.String).alias("to"),
        )
        .group_by("from", "to")
        .agg(pl.col("moved").sum())
        .sort("from", "to")
    )


def _outflow(looked: Looking) -> Iterator[Finding]:
    pairs = flows(looked)
    if pairs.is_empty():
        yield from nothing("G4", looked.stations, "station", "net_outflow")
        return
    out, into, whole = (np.zeros(len(looked.stations)) for _ in range(3))
    for source, target, moved in pairs.iter_rows():
        start, end = looked.place.get(source, -1), looked.place.get(target, -1)
        if start >= 0:
            whole[start] += moved
            out[start] += moved if source != target else 0
        if end >= 0 and source != target:
            into[end] += moved
    enough = whole >= looked.parameters.smallest_base
    if enough.sum() < looked.parameters.funnel_units:
        yield from nothing("G4", looked.stations, "station", "net_outflow", missing="not_enough", code="few_peers")
        return
    base = np.maximum(whole, 1)
    rate = (out + into)[enough].sum() / whole[enough].sum()
    variance = np.maximum(np.maximum(rate * base, out + into), HALF) / base**2
    found = iter(values_against_peers(((out - into) / base)[enough], variance[enough]))
    for unit, fits, n, left, came in zip(looked.stations, enough, whole, out, into, strict=True):
        if fits:
            yield judged("G4", "net_outflow", unit, "station", at_least_split(next(found), left, left + came), None, n)
        else:
            yield Finding("G4", "net_outflow", unit.code, "station", n=int(n), missing="not_enough")


def _transfers(looked: Looking) -> Iterator[Finding]:
    sent, back = returned(looked, TRANSFERS), returned(looked, SENT_BACK)
    yield from _reported(looked, "transfers_against_peers", sent)
    yield from _past(looked, sent)
    yield from _reported(looked, "transfers_returned", back)


def _reported(looked: Looking, measure: str, found: Returned | None) -> Iterator[Finding]:
    if found is None:
        yield from nothing("G5", looked.districts, "district", measure)
    else:
        yield from share_against_peers(looked, "G5", measure, found.units, found.level, *found.now())


def _past(looked: Looking, found: Returned | None) -> Iterator[Finding]:
    if found is None:
        yield from nothing("G5", looked.districts, "district", "transfers_own_course")
        return
    parts, wholes = found.now()
    for number, unit in enumerate(found.units):
        one = against_past(parts[number], wholes[number], *found.past(number))
        if one is None or wholes[number] < looked.parameters.smallest_base:
            n = int(wholes[number])
            yield Finding("G5", "transfers_own_course", unit.code, found.level, n=n, missing="not_enough")
        else:
            yield judged("G5", "transfers_own_course", unit, found.level, one, parts[number], wholes[number])
