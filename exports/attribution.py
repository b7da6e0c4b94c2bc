"""Which batches are the causes of a changed figure: those that moved its own counts, or touched its own records.

Its own are those of its days, of its unit with all that counts for it, and of its class, kind or name. Counts are
compared by their sum over the days of a period: what left and came back on both sides of a figure did not change it.
A figure that nothing touched directly (a rank among other units, an interval that rests on older days or on the course
of the whole city) has the batches that moved its counts anywhere, else those that touched its unit, then those that
could have, and only then all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

import warehouse
from exports.causes import UNITS, Cause
from exports.sources import ANYTHING, Source, source_of
from warehouse import Lake

CITY, EVERY, ANY = "city", "*", "any"
"""The whole city as a unit; a record without unit or part, which concerns every one; and all parts together."""
ORGANISATION = (*UNITS, "event")
FOLLOWED = ("category_map", "service_place")
"""Tables whose changes show in the counts of alerts."""
NAMES = ("name_zh", "name_en", "aliases", "lon", "lat")
"""Columns of a unit that no figure is made of."""
PLACE = ("day", "unit", "part")
KEYS: dict[str, Any] = {"cause": pl.Int64, "day": pl.Date, "unit": pl.String, "part": pl.String}
Period = tuple[date, date]
"""First and last day."""
Hits = dict[tuple[str, str], set[int]]
"""Unit and part → places of causes; the part `ANY` holds those of all parts."""


@dataclass(frozen=True)
class Attribution:
    """Finds the causes of figures.

    Attributes:
        found: the batches in question.
        counts: by how much each moved the counts of alerts, for every unit that they count for; `cause` is its place.
        records: the days, units and parts in which each touched records, with the table.
        units: every unit that there is.
    """

    found: list[Cause]
    counts: pl.DataFrame
    records: pl.DataFrame
    units: frozenset[str]
    kept: dict[Any, Hits] = field(default_factory=dict)

    def of(self, figure: dict[str, Any], periods: Iterable[Period], *, only_direct: bool = False) -> list[int]:
        """Return the numbers of the batches that changed a figure, oldest first.

        Args:
            figure: one line of `comparison.differences`.
            periods: the days that the figure counts.
            only_direct: whether batches that touched nothing of the figure's own are left out.
        """
        source, days = source_of(figure), tuple(periods)
        unit = str(figure["unit"]) if figure["by"] != CITY or figure["unit"] in self.units else CITY
        hit = self._direct(source, days, unit)
        if not hit and not only_direct:
            wide = Source((), _tables(source), None, ANYTHING.back, ANYTHING.ahead)
            hit = self._anywhere(source) or self._touched(wide, days, unit) or self._able(source)
            hit = hit or set(range(len(self.found)))
        return [self.found[number].batch_id for number in sorted(hit)]

    def _direct(self, source: Source, days: tuple[Period, ...], unit: str) -> set[int]:
        hit = self._able(source, only_unknown=True)
        if source.counts and not self.counts.is_empty():
            hit |= self._moved(source, days).get((unit, source.part or ANY), set())
        return hit | self._touched(source, days, unit)

    def _able(self, source: Source, *, only_unknown: bool = False) -> set[int]:
        """Return the batches of tables that a figure is made of."""
        tables = _tables(source)
        return {
            number
            for number, cause in enumerate(self.found)
            if (not tables or cause.table in (*tables, *ORGANISATION)) and not (only_unknown and cause.known)
        }

    def _anywhere(self, source: Source) -> set[int]:
        """Return the batches that moved one of a figure's counts in its class, in any unit on any day."""
        if not source.counts or self.counts.is_empty():
            return set()
        key = source.counts
        if key not in self.kept:
            some = pl.any_horizontal(pl.col(source.counts) != 0)
            self.kept[key] = _hits(_and_any(self.counts.filter(some & (pl.col("unit") == CITY))))
        return self.kept[key].get((CITY, source.part or ANY), set())

    def _moved(self, source: Source, days: tuple[Period, ...]) -> Hits:
        """Return which batches moved one of a figure's counts in one of its periods."""
        key = (source.counts, source.back, days)
        if key not in self.kept:
            frames = []
            for first, last in days:
                inside = self.counts.filter(pl.col("day").is_between(first - timedelta(source.back), last))
                sums = _and_any(inside).group_by("cause", "unit", "part").agg(pl.col(source.counts).sum())
                frames.append(sums.filter(pl.any_horizontal(pl.col(source.counts) != 0)))
            self.kept[key] = _hits(pl.concat(frames))
        return self.kept[key]

    def _touched(self, source: Source, days: tuple[Period, ...], unit: str) -> set[int]:
        """Return which batches touched a record of a figure, or its unit itself."""
        tables = (*source.tables, *ORGANISATION) if source.tables or source.counts else ()
        key = (tables, source.back, source.ahead, days)
        if key not in self.kept:
            back, ahead = timedelta(source.back), timedelta(source.ahead)
            inside = [pl.col("day").is_between(first - back, last + ahead) for first, last in days]
            own = pl.col("table").is_in(tables) if tables else pl.lit(value=True)
            records = self.records.filter(own & (pl.col("day").is_null() | pl.any_horizontal(inside)))
            self.kept[key] = _hits(_and_any(records))
        hits, parts = self.kept[key], (EVERY, source.part) if source.part else (ANY,)
        return {number for home in (unit, EVERY) for part in parts for number in hits.get((home, part), ())}


def _tables(source: Source) -> tuple[str, ...]:
    return (*source.tables, "alert", *FOLLOWED) if source.counts else source.tables


def _and_any(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame, frame.with_columns(part=pl.lit(ANY))])


def _hits(frame: pl.DataFrame) -> Hits:
    hits: Hits = {}
    for cause, unit, part in frame.select("cause", "unit", "part").unique().iter_rows():
        hits.setdefault((unit, part), set()).add(cause)
    return hits


def attribution(lake: Lake, found: list[Cause], versions: Iterable[int]) -> Attribution:
    """Return what finds the causes of figures; units count for what they counted for at any of the versions."""
    above: dict[str, frozenset[str]] = {}
    for version in versions:
        for unit, those in warehouse.counts_for(lake, version).items():
            above[unit] = above.get(unit, frozenset()) | those
    pairs = [(unit, home) for unit, those in above.items() for home in those]
    homes = pl.DataFrame(pairs, schema={"unit": pl.String, "home": pl.String}, orient="row")
    moved = [_counts(number, cause) for number, cause in enumerate(found) if cause.counts is not None]
    touched = [_records(number, cause) for number, cause in enumerate(found) if cause.records is not None]
    counts = pl.concat(moved) if moved else pl.DataFrame(schema=KEYS)
    records = pl.concat(touched) if touched else pl.DataFrame(schema=KEYS | {"table": pl.String})
    in_city = records.filter(~pl.col("table").is_in(ORGANISATION) & (pl.col("unit") != EVERY))
    return Attribution(
        found,
        pl.concat([_at_home(counts, homes), counts.with_columns(unit=pl.lit(CITY))]),
        pl.concat([_at_home(records, homes), in_city.with_columns(unit=pl.lit(CITY))]),
        frozenset(above),
    )


def _at_home(frame: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with a line for each unit that a line counts for."""
    joined = frame.join(homes, on="unit", how="left").with_columns(unit=pl.coalesce("home", "unit"))
    return joined.drop("home").select(frame.columns)


def _counts(number: int, cause: Cause) -> pl.DataFrame:
    assert cause.counts is not None
    return cause.counts.select(pl.lit(number, pl.Int64).alias("cause"), pl.all())


def _records(number: int, cause: Cause) -> pl.DataFrame:
    """Return where a batch touched records, on both sides of each change."""
    both = pl.concat(_sides(cause)).unique()
    table = "alert" if cause.table in FOLLOWED else cause.table
    return both.select(
        pl.lit(number, pl.Int64).alias("cause"),
        "day",
        pl.col("unit").fill_null(EVERY),
        pl.col("part").fill_null(EVERY),
        pl.lit(table).alias("table"),
    )


def _sides(cause: Cause) -> list[pl.DataFrame]:
    assert cause.records is not None and cause.counts is not None
    if cause.table == "service_place":  # seen in the alerts of the institutions, not in their list
        return [cause.counts.select(PLACE)]
    frame = cause.records
    if cause.table in ORGANISATION:
        names = pl.col("columns").list
        frame = frame.filter((names.len() == 0) | (names.set_difference(list(NAMES)).list.len() > 0))
    gone, new = pl.col("kind") == "taken_out", pl.col("kind") == "added"
    before = frame.filter(~new).select(pl.col(f"{name}_before").alias(name) for name in PLACE)
    return [frame.filter(~gone).select(PLACE), before]
