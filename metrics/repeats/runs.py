"""Clusters of repeat reports and their life: found, treated, quiet, back again.

A cluster is N or more distinct incidents of one key within M days. It is found on the day the N-th came. It goes on
as long as reports follow each other within M days (and within the days of quiet); the next N within M days are a
cluster of their own, which came back. So the number found in a week does not fall merely because the lake has
known the busy places for longer.

State on a day, of the latest cluster of a key:
- open: reports came within the last `quiet` days, and nobody has treated it;
- treated: the same, but it was treated after it was found;
- back: N came within M days again after it had been quiet; or, after a treatment and quiet, any report;
- quiet: none of these. A single report long after an untreated cluster does not bring it back: busy places always
  have one more.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from metrics.repeats.history import DAY_SECONDS, EPOCH, Flags, History, Integers

OPEN, TREATED, QUIET, BACK = "open", "treated", "quiet", "back"
STATES = (OPEN, TREATED, QUIET, BACK)
REMEMBERED_DAYS = 365
"""Within so many days after its last report, what comes is the cluster that came back; later it is something new."""


@dataclass(frozen=True)
class Rule:
    """What makes a cluster: N incidents within M days; and after how many days without any it is quiet."""

    least: int
    window: int
    quiet: int

    @property
    def apart(self) -> int:
        """Days without report that end a cluster."""
        return max(self.window, self.quiet)


@dataclass(frozen=True)
class Clusters:
    """Every cluster in the order of its key and time; arrays of one length, days counted since 1970.

    Attributes:
        key: position of the key. value: the key itself, never shown.
        first, found, last: seconds of its first incident, of the one that made it a cluster, and of its last.
        found_station, station, group: of the incident that made it one, and of its last.
        size: incidents in it.
        came_back: whether the key had a cluster in the year before its first incident.
        latest: whether it is the newest of its key.
        heard: second of the key's last report, which may come later than the cluster's, by a year at most.
    """

    key: Integers
    value: NDArray[np.uint64]
    first: Integers
    found: Integers
    last: Integers
    found_station: Integers
    station: Integers
    group: Integers
    size: Integers
    came_back: Flags
    latest: Flags
    heard: Integers

    def __len__(self) -> int:
        """Return the number of clusters."""
        return len(self.key)

    def found_within(self, start: date, end: date) -> Flags:
        """Return which were found in a period."""
        day = self.found // DAY_SECONDS
        return (day >= (start - EPOCH).days) & (day < (end - EPOCH).days)


def clusters(past: History, rule: Rule, flags: Flags | None = None) -> Clusters:
    """Return every cluster of a history; `flags` restricts it to some of its reports."""
    flags = ~past.merged if flags is None else flags & ~past.merged
    key, second = past.key[flags], past.second[flags]
    station, group, value = past.station[flags], past.group[flags], past.value[flags]
    run = runs(key, second, rule.apart)
    reached = np.flatnonzero(completes(key, second, rule))
    _, at = np.unique(run[reached], return_index=True)
    found = reached[at]
    first = np.searchsorted(run, run[found], side="left")
    last = np.searchsorted(run, run[found], side="right") - 1
    heard = second[np.searchsorted(key, key[found], side="right") - 1]
    heard = np.where(heard - second[last] <= REMEMBERED_DAYS * DAY_SECONDS, heard, second[last])
    before = np.full(len(found), -(10**12), dtype=np.int64)
    same = np.append(False, key[found][1:] == key[found][:-1]) if len(found) else np.zeros(0, dtype=np.bool_)
    before[1:] = second[last][:-1]
    came_back = same & (second[first] - before <= REMEMBERED_DAYS * DAY_SECONDS)
    latest = np.append(~same[1:], True) if len(found) else same
    return Clusters(
        key[found], value[found], second[first], second[found], second[last], station[found], station[last],
        group[last], last - first + 1, came_back, latest, heard,
    )  # fmt: skip


def runs(key: Integers, second: Integers, apart: int) -> Integers:
    """Return the number of the run of each incident: one key, never more than so many days apart."""
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    breaks = (key[1:] != key[:-1]) | (np.diff(second) > apart * DAY_SECONDS)
    return np.append(0, np.cumsum(breaks)).astype(np.int64)


def completes(key: Integers, second: Integers, rule: Rule) -> Flags:
    """Return which incidents are at least the N-th of their key within M days."""
    done = np.zeros(len(key), dtype=np.bool_)
    back = rule.least - 1
    if back < len(key):
        near = second[back:] - second[: len(second) - back] <= rule.window * DAY_SECONDS
        done[back:] = near & (key[back:] == key[: len(key) - back])
    return done


def treated_days(found: Clusters, treatments: pl.DataFrame, end: date) -> Integers:
    """Return the day of each cluster's latest treatment before `end`, -1 where it has none.

    A treatment belongs to the newest cluster of its key that had been found by then.

    Args:
        found: the clusters.
        treatments: columns value (the key) and day (days since 1970).
        end: first day that is not looked at.
    """
    days = np.full(len(found), -1, dtype=np.int64)
    place = {int(value): np.flatnonzero(found.value == value) for value in treatments["value"].unique().to_list()}
    for value, day in treatments.filter(pl.col("day") < (end - EPOCH).days).iter_rows():
        own = [at for at in place[int(value)] if found.found[at] // DAY_SECONDS <= day]
        if own:
            days[own[-1]] = max(days[own[-1]], day)
    return days


def states(found: Clusters, treated: Integers, rule: Rule, end: date) -> NDArray[np.str_]:
    """Return the state of each cluster on the last day before `end`; of the latest of each key it is the true one."""
    now, was_treated = (end - EPOCH).days * DAY_SECONDS, treated >= 0
    silent = now - np.where(was_treated, found.heard, found.last) >= rule.quiet * DAY_SECONDS
    returned = np.where(was_treated, found.heard > found.last, found.came_back)
    return np.where(silent, QUIET, np.where(returned, BACK, np.where(was_treated, TREATED, OPEN)))
