"""G2 recoded as less serious, and G3 marked invalid or merged.

Down and up are as the day mart ranks groups: criminal, public order, dispute, the rest; valid alerts only.
"""

from collections.abc import Iterator

import numpy as np

from metrics.integrity.findings import judged, nothing, share_against_past, share_against_peers, split
from metrics.integrity.judging import at_least_split, values_against_peers
from metrics.integrity.reading import Looking
from metrics.integrity.signal import Finding

HALF = 0.5
"""Added to a count of moves before its variance is taken, so that none at all is not certainty."""

# Invalid and merged records of the window: what was changed after the week, and merges far apart.
MARKS_SQL = """
WITH marked AS (
    SELECT alert_id, main_alert_id, station_code, caller_key, reported_at, updated_at, link_type,
        is_invalid OR is_nuisance AS is_marked
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start AND reported_at < $end AND NOT is_deleted
        AND (is_invalid OR is_nuisance OR main_alert_id IS NOT NULL)
),
main AS (
    SELECT alert_id, caller_key, reported_at
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start::DATE - INTERVAL 30 DAY AND reported_at < $end
),
paired AS (
    SELECT marked.*, main.alert_id IS NOT NULL AND link_type IN ('none', 'duplicate') AS is_merge,
        abs(epoch(marked.reported_at) - epoch(main.reported_at)) > 86400
            AND marked.caller_key IS DISTINCT FROM main.caller_key AS is_distant
    FROM marked LEFT JOIN main ON marked.main_alert_id = main.alert_id
)
SELECT
    station_code,
    COUNT(*) FILTER (is_marked AND updated_at IS NOT NULL) AS marked,
    COUNT(*) FILTER (is_marked AND updated_at::DATE >=
        reported_at::DATE + 7 - (datediff('day', $start::DATE, reported_at::DATE) % 7)::INTEGER) AS late_marks,
    COUNT(*) FILTER (is_merge) AS merges,
    COUNT(*) FILTER (is_merge AND is_distant) AS distant
FROM paired
GROUP BY station_code
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of both signals at every station."""
    yield from _recoded(looked)
    received, invalid, merged = (looked.now(name) for name in ("received", "invalid", "merged"))
    yield from share_against_peers(looked, "G3", "invalid_against_peers", looked.stations, "station", invalid, received)
    # Out of what was not marked invalid: otherwise a station with few invalid calls seems to merge much.
    yield from share_against_peers(looked, "G3", "merged_share", looked.stations, "station", merged, received - invalid)
    yield from share_against_past(looked, "G3", "invalid_own_course", "invalid", "received")
    yield from _marks(looked)


def _recoded(looked: Looking) -> Iterator[Finding]:
    down, up = looked.now("down"), looked.now("up")
    if down.sum() + up.sum() == 0:
        yield from nothing("G2", looked.stations, "station", "down_against_up", "net_downgrade")
    else:
        for unit, fewer, more in zip(looked.stations, down, up, strict=True):
            yield split("G2", "down_against_up", unit, "station", fewer, fewer + more)
        yield from _net(looked)
    yield from _soft(looked)


def _net(looked: Looking) -> Iterator[Finding]:
    """Yield the net rate of moves down against peers; its variance is that of the moves."""
    down, up, valid = looked.now("down"), looked.now("up"), looked.now("valid")
    enough = valid >= looked.parameters.smallest_base
    if enough.sum() < looked.parameters.funnel_units:
        yield from nothing("G2", looked.stations, "station", "net_downgrade", missing="not_enough", code="few_peers")
        return
    whole = np.maximum(valid, 1)
    # A unit's own moves make a poor variance where they are few: the city's rate of moves serves for all.
    rate = (down + up)[enough].sum() / valid[enough].sum()
    variance = np.maximum(rate * whole, HALF) / whole**2
    found = iter(values_against_peers(((down - up) / whole)[enough], variance[enough]))
    for unit, base, fits, fewer, more in zip(looked.stations, valid, enough, down, up, strict=True):
        if fits:
            one = at_least_split(next(found), fewer, fewer + more)
            yield judged("G2", "net_downgrade", unit, "station", one, None, base)
        else:
            yield Finding("G2", "net_downgrade", unit.code, "station", n=int(base), missing="not_enough")


def _soft(looked: Looking) -> Iterator[Finding]:
    """Yield the control chart of (help + other) against (criminal + public order), as a share of both."""
    looked.weeks["both"] = looked.weeks["soft"] + looked.weeks["hard"]
    yield from share_against_past(looked, "G2", "soft_ratio", "soft", "both")


def _marks(looked: Looking) -> Iterator[Finding]:
    frame = looked.frame(MARKS_SQL, start=looked.window[0], end=looked.window[1])
    counts = looked.by_station(frame, ("marked", "late_marks", "merges", "distant"))
    for measure, part, whole in (("late_marks", "late_marks", "marked"), ("distant_merges", "distant", "merges")):
        if counts[whole].sum() == 0:
            yield from nothing("G3", looked.stations, "station", measure)
        else:
            yield from share_against_peers(
                looked, "G3", measure, looked.stations, "station", counts[part], counts[whole]
            )
