"""G13 tests that flatter: who stayed away, and what the scores look like.

People count once a round, officers and auxiliaries apart; each round of the window is checked by itself. Scores of
first attempts are compared within the whole city, so that an easy test flatters nobody. Nothing shows a person: only
sums of a district or a station leave this module.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import sqrt

import numpy as np
import polars as pl

from metrics.integrity.findings import below_chance, by_district, judged, nothing, share_against_peers, split
from metrics.integrity.judging import Judged, counts_against_peers, two_sided
from metrics.integrity.reading import Floats, Looking
from metrics.integrity.signal import Finding
from metrics.population import stations_on
from metrics.standing import Unit
from metrics.types import Note

KINDS = {"officer": "eligible_for_training", "auxiliary": "auxiliaries_eligible"}
EARLIER = timedelta(days=210)
"""So far back the round before the window's first is looked for."""
FEWEST_ABSENT = 5
FEWEST_TESTED = 10
SMALLEST_EXPECTED_PAIRS = 5.0

PEOPLE_SQL = """
SELECT
    round,
    person_kind,
    person_key,
    arg_max(station_code, held_on) AS station_code,
    MIN(held_on) AS day,
    MAX((score IS NOT NULL)::INTEGER) AS tested,
    MAX((attempt = 1 AND score IS NOT NULL)::INTEGER) AS first_taken,
    AVG(100 * score / max_score ORDER BY score, max_score) FILTER (attempt = 1 AND score IS NOT NULL)::DOUBLE AS score
FROM lake.training_result AT (VERSION => $version)
WHERE event_type = 'test' AND held_on >= $start AND held_on < $end AND person_key IS NOT NULL AND max_score > 0
GROUP BY round, person_kind, person_key
"""
SCORES_SQL = """
WITH first AS (
    SELECT station_code, round, ability, person_kind, score, pass_mark
    FROM lake.training_result AT (VERSION => $version)
    WHERE event_type = 'test' AND held_on >= $start AND held_on < $end AND attempt = 1 AND score IS NOT NULL
),
equal AS (
    SELECT station_code, round, ability, person_kind, score, COUNT(*) AS people,
        COUNT(*) FILTER (score >= pass_mark AND score < pass_mark + 1) AS over,
        COUNT(*) FILTER (score >= pass_mark - 1 AND score < pass_mark) AS under,
        COUNT(*) FILTER (score >= pass_mark + 1 AND score < pass_mark + 3) AS far_over,
        COUNT(*) FILTER (score >= pass_mark - 3 AND score < pass_mark - 1) AS far_under
    FROM first GROUP BY ALL
),
alike AS (
    SELECT round, ability, person_kind, SUM(many * many) / SUM(many) / SUM(many) AS chance
    FROM (SELECT round, ability, person_kind, score, SUM(people) AS many FROM equal GROUP BY ALL)
    GROUP BY ALL
),
cells AS (
    SELECT station_code, round, ability, person_kind, SUM(people) AS people, SUM(people * (people - 1)) / 2 AS pairs,
        SUM(over) AS over, SUM(under) AS under, SUM(far_over) AS far_over, SUM(far_under) AS far_under
    FROM equal GROUP BY ALL
)
SELECT station_code, SUM(pairs)::DOUBLE AS pairs,
    SUM(chance * people * (people - 1) / 2 ORDER BY round, ability, person_kind)::DOUBLE AS usual,
    SUM(over)::DOUBLE AS over, SUM(under)::DOUBLE AS under, SUM(far_over)::DOUBLE AS far_over,
    SUM(far_under)::DOUBLE AS far_under
FROM cells JOIN alike USING (round, ability, person_kind)
GROUP BY station_code
"""
STAFF_SQL = """
SELECT org_code, as_of, eligible_for_training, auxiliaries_eligible
FROM lake.staff AT (VERSION => $version)
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of the signal at districts and, where they have enough people, at stations."""
    people = looked.frame(PEOPLE_SQL, start=looked.window[0] - EARLIER, end=looked.window[1])
    people = people.with_columns(place=pl.Series(looked.at(people["station_code"].to_list()))).filter(
        pl.col("place") >= 0
    )
    begins = sorted((row[1], row[0]) for row in people.group_by("round").agg(pl.col("day").min()).rows())
    inside = [name for day, name in begins if day >= looked.window[0]]
    if not inside:
        yield from nothing("G13", looked.districts, "district")
        return
    order = [name for _, name in begins]
    first_day = {name: day for day, name in begins}
    for name in inside:
        for kind in KINDS:
            now = people.filter((pl.col("round") == name) & (pl.col("person_kind") == kind))
            if now.is_empty():
                continue
            about = (Note("signal_round", {"round": name}), Note("person_kind", {"person_kind": kind}))
            yield from _told(_attendance(looked, now, kind, first_day[name]), about)
            place = order.index(name)
            if place > 0:
                before = people.filter((pl.col("round") == order[place - 1]) & (pl.col("person_kind") == kind))
                yield from _told(_absent(looked, now, before), about)
            yield from _told(_spread(looked, now), about)
    yield from _scores(looked)


def _told(findings: Iterator[Finding], notes: tuple[Note, ...]) -> Iterator[Finding]:
    for finding in findings:
        yield Finding(**(finding.__dict__ | {"notes": (*notes, *finding.notes)}))


def _counts(looked: Looking, people: pl.DataFrame, what: pl.Expr) -> Floats:
    found = people.filter(what).group_by("place").len()
    total = np.zeros(len(looked.stations))
    total[found["place"].to_numpy()] = found["len"].to_numpy()
    return total


def _attendance(looked: Looking, people: pl.DataFrame, kind: str, day: date) -> Iterator[Finding]:
    """Yield coverage against peers, people over the roster, and people tested without a first attempt."""
    rows = looked.frame(STAFF_SQL).rename({KINDS[kind]: "people"}).to_dicts()
    roster = stations_on(day, rows, looked.units)
    due = np.array([roster[unit.code].number if unit.code in roster else 0 for unit in looked.stations], dtype=float)
    tested = _counts(looked, people, pl.col("tested") == 1)
    no_first = _counts(looked, people, (pl.col("tested") == 1) & (pl.col("first_taken") == 0))
    for units, level in ((looked.districts, "district"), (looked.stations, "station")):
        parts, wholes, without = (
            by_district(looked, counts) if level == "district" else counts for counts in (tested, due, no_first)
        )
        took_part = parts > 0
        chosen = [unit for unit, there in zip(units, took_part, strict=True) if there]
        held = wholes[took_part]
        if held.sum() == 0:
            yield from nothing("G13", chosen, level, "coverage_low", "over_roster", code="no_roster")
        else:
            yield from share_against_peers(
                looked, "G13", "coverage_low", chosen, level, np.minimum(parts[took_part], held), held
            )
            for unit, part, whole in zip(chosen, parts[took_part], held, strict=True):
                yield _over(looked, unit, level, part, whole)
        yield from share_against_peers(
            looked, "G13", "first_missing", chosen, level, without[took_part], parts[took_part]
        )


def _over(looked: Looking, unit: Unit, level: str, part: float, whole: float) -> Finding:
    if whole < looked.parameters.smallest_base:
        return Finding("G13", "over_roster", unit.code, level, n=int(whole), missing="not_enough")
    ratio = float(part / whole)
    return Finding(
        "G13", "over_roster", unit.code, level, value=ratio, expected=1.0, n=int(whole), odd=ratio > 1, threshold=1.0
    )


def _absent(looked: Looking, now: pl.DataFrame, before: pl.DataFrame) -> Iterator[Finding]:
    """Yield for each district how those absent scored in the round before, against those tested now."""
    tested = now.filter(pl.col("tested") == 1).select("person_key", here=pl.lit(1))
    known = before.filter(pl.col("score").is_not_null()).join(tested, on="person_key", how="left")
    district = {unit.code: number for number, unit in enumerate(looked.districts)}
    home = [district.get(looked.stations[place].district or "", -1) for place in known["place"]]
    scores, home_of = known["score"].to_numpy(), np.array(home, dtype=np.int64)
    here = known["here"].is_not_null().to_numpy()
    for number, unit in enumerate(looked.districts):
        mine = home_of == number
        away, came = scores[mine & ~here], scores[mine & here]
        if len(away) < FEWEST_ABSENT or len(came) < looked.parameters.smallest_base:
            yield Finding("G13", "absent_weaker", unit.code, "district", n=len(away), missing="not_enough")
            continue
        # The few who were absent make a poor variance of their own; that of those who came serves for both.
        spread = sqrt(came.var(ddof=1) * (1 / len(away) + 1 / len(came)))
        difference = float(away.mean() - came.mean())
        p = float(two_sided(difference / spread)) if spread > 0 else 1.0
        found = Judged(difference, 0.0, p, 0.0, spread, "plain")
        yield judged("G13", "absent_weaker", unit, "district", found, None, len(away))


def _spread(looked: Looking, people: pl.DataFrame) -> Iterator[Finding]:
    """Yield the variance of people's scores inside each station over that inside all stations."""
    scored = people.filter(pl.col("score").is_not_null())
    sums = scored.group_by("place").agg(n=pl.len(), squares=pl.col("score").var() * (pl.len() - 1)).sort("place")
    usable = sums.filter(pl.col("n") >= FEWEST_TESTED)
    degrees = float((usable["n"] - 1).sum())
    if len(usable) < looked.parameters.funnel_units or degrees <= 0 or usable["squares"].sum() <= 0:
        return
    variance = float(usable["squares"].sum()) / degrees
    for place, n, squares in usable.select("place", "n", "squares").iter_rows():
        yield below_chance("G13", "spread_small", looked.stations[place], "station", squares / variance, n - 1, n)


def _scores(looked: Looking) -> Iterator[Finding]:
    """Yield scores heaped at the pass mark by district, and pairs of equal scores by station."""
    frame = looked.frame(SCORES_SQL, start=looked.window[0], end=looked.window[1])
    counts = looked.by_station(frame, frame.columns[1:])
    by = {name: by_district(looked, counts[name]) for name in ("over", "under", "far_over", "far_under")}
    # The outer bins lie four points apart, the inner ones one: so steep are scores at the pass mark anyhow.
    steep = float((max(by["far_over"].sum(), 0.5) / max(by["far_under"].sum(), 0.5)) ** 0.25)
    for unit, over, under in zip(looked.districts, by["over"], by["under"], strict=True):
        yield split("G13", "pass_mark_heap", unit, "district", over, over + under, steep / (1 + steep))
    enough = counts["usual"] >= SMALLEST_EXPECTED_PAIRS
    if enough.sum() < looked.parameters.funnel_units:
        return
    found = iter(counts_against_peers(counts["pairs"][enough], counts["usual"][enough]))
    for unit, fits, pairs in zip(looked.stations, enough, counts["pairs"], strict=True):
        if fits:
            yield judged("G13", "equal_scores", unit, "station", next(found), None, pairs)
