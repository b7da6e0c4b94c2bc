"""How many repeats and clusters chance alone would make: dates thrown among the incidents of each station.

Busy places have reports close together even where nothing comes back. So the dates of a station's incidents of a year
are permuted among them: every place keeps its number of reports and every day its own, only the tie between the two
is cut. What is observed beyond that is reports that follow one another. A shorter span would hide it: places that
have two reports within two months only because one followed the other would look busy. p = (b + 1) ÷ (draws + 1), b
draws with as many or more. Seeded by question and station, not by version: the same records give the same figure in
every version that holds them, and what changes at one station changes none at another.

Counts distinct incidents only, and looks no further back than the period needs; both observed and expected do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.repeats.history import DAY_SECONDS, Flags, History, Integers
from metrics.repeats.runs import Rule

LEAST_DRAWS = 99
Drawn = tuple[Integers, Integers, Integers, Integers]
"""Draw, key, second and station of permuted incidents."""
BUDGET, STEP = 6_000_000, 50
"""So many permuted incidents are sorted for one answer; longer periods are drawn less often, and the row says how. In
steps, so that one record more does not change how often all are drawn."""
Seed = Callable[[str], np.random.Generator]
"""What gives the numbers of a station."""


@dataclass(frozen=True)
class Draws:
    """What was observed (one entry a station) and what chance made (draw × station)."""

    repeats: Integers
    clusters: Integers
    drawn_repeats: Integers
    drawn_clusters: Integers

    @property
    def number(self) -> int:
        """How often dates were permuted."""
        return len(self.drawn_repeats)


@dataclass(frozen=True)
class Chance:
    """Observed and expected of one figure of one row: mean, middle 95 % and p of the draws."""

    observed: int
    expected: float
    low: float
    high: float
    p: float


def chance_of(observed: Integers, drawn: Integers, stations: Flags) -> Chance:
    """Return what chance makes of a figure in some of the stations together."""
    total, sums = int(observed[stations].sum()), drawn[:, stations].sum(axis=1)
    low, high = np.percentile(sums, [2.5, 97.5])
    p = (int((sums >= total).sum()) + 1) / (len(sums) + 1)
    return Chance(total, float(sums.mean()), float(low), float(high), p)


@dataclass(frozen=True)
class Asked:
    """What is counted: the period and the days before it that it needs, in seconds; window, merge gap and rule."""

    back: int
    start: int
    end: int
    window: int
    merge_gap: int
    rule: Rule
    most_draws: int


def by_chance(past: History, asked: Asked, rng: Seed) -> Draws:
    """Return observed and permuted repeats and clusters of each station of a history.

    Args:
        past: the distinct incidents of the span that dates are permuted over, up to the period's end.
        asked: what is counted.
        rng: gives the numbers of a station by its code; see `metrics.statistics.clustered.seeded`.
    """
    several = np.bincount(past.key)[past.key] > 1 if len(past.key) else past.merged
    slot = past.second >= asked.back
    draws = int(np.clip(BUDGET // max(1, int(slot.sum())) // STEP * STEP, LEAST_DRAWS, asked.most_draws))
    seen = slot & several
    actual = (np.zeros(int(seen.sum()), dtype=np.int64), past.key[seen], past.second[seen], past.station[seen])
    stations = len(past.stations)
    repeats, clusters = _count(actual, 1, stations, asked)
    drawn = _count(_permuted(past, slot, several, draws, rng), draws, stations, asked)
    return Draws(repeats[0], clusters[0], *drawn)


def _permuted(past: History, slot: Flags, several: Flags, draws: int, rng: Seed) -> Drawn:
    """Return draw, key, time and station of incidents put on the station's dates, as far as they can be repeats.

    Only dates from `slot` on matter: which incidents fall on them is a random choice of the station's incidents.
    """
    parts = []
    order = np.argsort(past.station, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(past.station[order])) + 1):
        dates = own[slot[own]]
        if not len(dates):
            continue
        code = past.stations[past.station[own[0]]]
        picked = own[_dealt(len(own), len(dates), draws, rng(code))]
        draw, place = np.nonzero(several[picked])
        parts.append((draw, past.key[picked[draw, place]], past.second[dates][place], past.station[dates][place]))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none
    draw, key, second, station = (np.concatenate(column) for column in zip(*parts, strict=True))
    return draw, key, second, station


def _dealt(size: int, wanted: int, draws: int, rng: np.random.Generator) -> Integers:
    """Return so many different positions below `size` for each draw, in random order.

    One shuffle of the year is cut into as many hands as it holds: each is a random choice, and a sixth of the work.
    """
    hands = size // wanted
    deck = np.broadcast_to(np.arange(size, dtype=np.int32), (-(-draws // hands), size)).copy()
    rng.permuted(deck, axis=1, out=deck)
    hand: Integers = deck[:, : hands * wanted].reshape(-1, wanted)[:draws].astype(np.int64)
    return hand


def _count(drawn: Drawn, draws: int, stations: int, asked: Asked) -> tuple[Integers, Integers]:
    """Return repeats and clusters found in the period, by draw and station."""
    draw, key, second, station = drawn
    shape = (draws, stations)
    if not len(key):
        return np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    origin = int(second.min())
    span, keys = int(second.max()) - origin + 1, int(key.max()) + 1
    # One whole number an incident: draw, key, time and station, so that one plain sort brings all in order.
    packed = np.sort(((draw * keys + key) * span + (second - origin)) * stations + station)
    moment, where = packed // stations, packed % stations
    owner = moment // span
    when = moment - owner * span + origin
    inside = (when >= asked.start) & (when < asked.end)
    same = np.append(False, owner[1:] == owner[:-1])
    gap = np.append(0, np.diff(moment))
    repeat = same & (gap >= asked.merge_gap) & (gap <= asked.window * DAY_SECONDS) & inside
    cell = owner // keys * stations + where
    size = draws * stations
    repeats = np.bincount(cell[repeat], minlength=size).reshape(shape)
    found = _found(moment, owner, same, gap, asked.rule)
    found = found[inside[found]]
    return repeats, np.bincount(cell[found], minlength=size).reshape(shape)


def _found(moment: Integers, owner: Integers, same: Flags, gap: Integers, rule: Rule) -> Integers:
    """Return the positions of the incidents that made a run of reports a cluster."""
    run = np.cumsum(~same | (gap > rule.apart * DAY_SECONDS))
    back = rule.least - 1
    if back >= len(moment):
        return np.zeros(0, dtype=np.int64)
    near = (moment[back:] - moment[:-back] <= rule.window * DAY_SECONDS) & (owner[back:] == owner[:-back])
    reached = np.flatnonzero(near) + back
    return reached[np.append(True, np.diff(run[reached]) != 0)] if len(reached) else reached
