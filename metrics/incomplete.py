"""Newest days that are not complete yet: an export cut off at noon must not look like a fall.

A newest day that holds less than half of what its weekday usually holds (median of the eight weeks before, at least 20)
counts as unknown: it is left out with its partner, and a note names it. A festival takes a third away at most.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median

NEWEST = 3
"""So many of the newest days can be incomplete; a longer gap is an outage, which the day counts show."""
WEEKS_BEFORE = 8
USUAL_FROM = 20
LEAST_SHARE = 0.5


def incomplete_days(received: Mapping[date, int]) -> frozenset[date]:
    """Return the newest days that hold far less than usual, from the calls received of every day."""
    found: set[date] = set()
    for day in sorted(received, reverse=True)[:NEWEST]:
        past = [received.get(day - timedelta(weeks=week)) for week in range(1, WEEKS_BEFORE + 1)]
        usual = [count for count in past if count is not None]
        if len(usual) < WEEKS_BEFORE or median(usual) < USUAL_FROM or received[day] >= LEAST_SHARE * median(usual):
            break
        found.add(day)
    return frozenset(found)
