"""What became of treated clusters, and how much of all reports the busiest clusters are.

A treated cluster is resolved when no report of its key came in the `quiet` days after the day of treatment. Only
treatments whose days are over have an outcome, and few end in a week, so the year up to the period's end is counted.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from metrics.counting import Question
from metrics.repeats.clusters import Found, found
from metrics.repeats.history import DAY_SECONDS, EPOCH, Integers, row_of_station
from metrics.repeats.share import LOOK_BACK_INCOMPLETE, key_note, missing_look_back
from metrics.rows import share_row
from metrics.types import Note, Row
from metrics.units import unit_notes
from metrics.verdicts import POSSIBLE

YEAR = 365
TOP = 10


def repeat_resolved(question: Question) -> list[Row]:
    """Return treated clusters that stayed quiet ÷ treated clusters with an outcome, of the year up to the end."""
    have, base = found(question), question.compared.base
    now = _outcomes(have, question.scope.end)
    before = _outcomes(have, base[1]) if base else None
    rows = []
    for place, unit in enumerate(have.units.rows):
        since = base[0] if base else question.scope.start
        notes = [*unit_notes(have.units, unit, since), key_note(question, have.key)]
        notes += [Note("cluster_rule", vars(have.rule)), Note("year_to_end", {"days": YEAR})]
        pair = _pair(now, place)
        earlier = _pair(before, place) if before is not None else None
        own = now.filter(pl.col("row") == place)
        extra = {
            "key": have.key,
            "pending": int(own["pending"].sum()),
            "by_measure": {
                row["measure"]: (row["resolved"], row["known"])
                for row in own.filter(~pl.col("pending"))
                .group_by("measure", maintain_order=True)
                .agg(pl.col("resolved").sum(), known=pl.len())
                .iter_rows(named=True)
            },
        }
        usable = earlier if earlier and earlier[1] else None
        rows.append(share_row(question, unit, pair, usable, notes, extra, highest=POSSIBLE))
    return rows


def _pair(outcomes: pl.DataFrame, place: int) -> tuple[int, int]:
    own = outcomes.filter((pl.col("row") == place) & ~pl.col("pending"))
    return int(own["resolved"].sum()), len(own)


def _outcomes(have: Found, end: date) -> pl.DataFrame:
    """Return row, measure, resolved and pending of each treatment of a cluster in the year before a day.

    A treatment counts for the newest cluster of its key that had been found by then; one of no cluster is left out.
    """
    last = (end - EPOCH).days
    lines = []
    for value, day, measure in have.treatments.filter(pl.col("day").is_between(last - YEAR, last - 1)).iter_rows():
        own = np.flatnonzero((have.clusters.value == value) & (have.clusters.found // DAY_SECONDS <= day))
        if len(own) and have.row[own[-1]] >= 0:
            pending = day + have.rule.quiet >= last
            lines.append((int(have.row[own[-1]]), measure, not pending and not _reports(have, value, day), pending))
    return pl.DataFrame(
        lines,
        schema={"row": pl.Int64, "measure": pl.String, "resolved": pl.Boolean, "pending": pl.Boolean},
        orient="row",
    )


def _reports(have: Found, value: int, day: int) -> bool:
    """Return whether a report of the key came in the days after a treatment."""
    first = int(np.searchsorted(have.past.value, np.uint64(value), side="left"))
    last = int(np.searchsorted(have.past.value, np.uint64(value), side="right"))
    days = have.past.second[first:last] // DAY_SECONDS
    return bool(((days > day) & (days <= day + have.rule.quiet)).any())


def repeat_top_share(question: Question) -> list[Row]:
    """Return the reports of the ten clusters with the most reports in the period ÷ all incidents with a key."""
    have = found(question)
    past, compared = have.past, question.compared
    counting = past.of_groups(question.scope.groups) & ~past.merged
    row = row_of_station(past, have.units)[past.station]
    in_cluster = np.isin(past.key, have.clusters.key)
    short = missing_look_back(question, compared.period[0], have.rule.apart) > question.parameters.look_back_gap
    times = [past.within(*compared.period, compared.left_out)]
    if (
        compared.has_base
        and compared.base
        and missing_look_back(question, compared.base[0], have.rule.apart) <= question.parameters.look_back_gap
    ):
        times.append(past.within(*compared.base, compared.base_left_out))
    rows = []
    for place, unit in enumerate(have.units.rows):
        own = counting & (row == place)
        pairs = [_top(past.key[own & time], in_cluster[own & time]) for time in times]
        extra = {"key": have.key, "largest": pairs[0][2], "largest_share": _part(pairs[0][2], pairs[0][1])}
        notes = [key_note(question, have.key), Note("cluster_rule", vars(have.rule)), Note("chosen_by_count")]
        before = pairs[1][:2] if len(pairs) > 1 else None
        reason = LOOK_BACK_INCOMPLETE if short else None
        made = share_row(question, unit, pairs[0][:2], before, notes, extra, highest="not_established", reason=reason)
        rows.append(replace(made, interval=None, verdict=None))
    return rows


def _top(key: Integers, in_cluster: Integers) -> tuple[int, int, int]:
    """Return the reports of the ten largest clusters, all incidents, and the reports of the largest."""
    sizes = np.unique(key[in_cluster], return_counts=True)[1]
    largest = np.sort(sizes)[::-1][:TOP]
    return int(largest.sum()), len(key), int(largest[0]) if len(largest) else 0


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None


ANSWERS = {"repeat_resolved": repeat_resolved, "repeat_top_share": repeat_top_share}
"""Functions of this module by the indicator that they answer."""
