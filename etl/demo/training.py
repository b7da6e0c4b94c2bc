"""Training results: quarterly tests of the four abilities, first attempts, re-sits and absences.

Assumes that a person's skill does not change, that absence has nothing to do with skill, and that no round differs from
another; the planted exception keeps the weakest of one district away from one round. Some who are due are on no list.
"""

from datetime import date

import numpy as np
import polars as pl

from .calls import booked_to
from .incidents import Setting
from .rhythm import DAY, day_number
from .roster import Roster, roster_on
from .streams import Flags, Floats, Integers, stream
from .truths import planted

ABILITIES = {"dispute_resolution": -0.8, "element_control": 0.6, "response_casework": 0.0, "community_work": 0.4}
KINDS = ("officer", "auxiliary")
MEAN_SCORE = (70.5, 68.5)  # officers, auxiliaries
SKILL_POINTS, DAY_POINTS = 8.0, 5.5
PASS_MARK, RESIT_GAIN = 60.0, 4.0
NOT_LISTED, ABSENT = 0.03, 0.05
RESITS = (0.80, 0.50)  # share of those who failed that sit again, second and third attempt
REASONS = ("公务", "病假", "休假")
MOST_PEOPLE = 400  # of one kind in one station, for their numbers


def training_table(setting: Setting) -> pl.DataFrame:
    """One row a person, ability and attempt, with absent people listed."""
    rounds = [_round(setting, first_day) for first_day in setting.window.quarters()]
    return (
        pl.concat(rounds)
        .with_columns(
            pl.format("demo-result-{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7)).alias("result_id")
        )
        .select("result_id", pl.exclude("result_id"))
    )


def round_name(day: date) -> str:
    """Name of the round that a quarter's first day begins, such as 2025-Q3."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _round(setting: Setting, first_day: date) -> pl.DataFrame:
    name = round_name(first_day)
    rng = stream(setting.seed, f"training-{name}")
    people = _people(setting, roster_on(setting, first_day))
    listed = people.filter(pl.Series(rng.random(len(people)) >= NOT_LISTED))
    kept_away = _weak(setting, listed, name)
    site = listed["site"].to_numpy()
    day = day_number(first_day) + 38 + site * 7 % 20
    parts = []
    for ability, ease in ABILITIES.items():
        away = kept_away | (rng.random(len(listed)) < ABSENT)
        mean = np.array(MEAN_SCORE)[listed["kind"].to_numpy()] + ease + SKILL_POINTS * listed["skill"].to_numpy()
        parts.extend(_attempts(listed.with_columns(day=pl.Series(day)), ability, mean, away, rng))
    rows = pl.concat(parts)
    station = booked_to(setting.city, rows["site"].to_numpy(), rows["day"].to_numpy() * DAY)
    return _finish(setting, rows.with_columns(pl.Series("station", station)), name, rng)


def _people(setting: Setting, roster: Roster) -> pl.DataFrame:
    """Everyone due for training, with a lasting number and skill (standard normal)."""
    parts = []
    for kind, due in enumerate((roster.officers_due, roster.auxiliaries_due)):
        site = np.repeat(np.arange(len(due)), due)
        order = np.arange(len(site)) - np.repeat(np.cumsum(due) - due, due)
        parts.append(pl.DataFrame({"site": site, "kind": kind, "number": (site * 2 + kind) * MOST_PEOPLE + order}))
    people = pl.concat(parts)
    skill = stream(setting.seed, "skill").normal(size=len(setting.city.weight) * 2 * MOST_PEOPLE)
    return people.with_columns(pl.Series("skill", skill[people["number"].to_numpy()]), pl.col("kind").cast(pl.Int64))


def _weak(setting: Setting, listed: pl.DataFrame, name: str) -> Flags:
    """Who is kept away from the round: the weakest of the planted unit."""
    away = np.zeros(len(listed), dtype=bool)
    site, skill = listed["site"].to_numpy(), listed["skill"].to_numpy()
    for truth in planted("absent_weak"):
        if truth.round == name:
            mine = np.isin(site, setting.city.members(truth.unit_code))
            away |= mine & (skill < np.quantile(skill[mine], truth.magnitude))
    return away


def _attempts(
    people: pl.DataFrame, ability: str, mean: Floats, away: Flags, rng: np.random.Generator
) -> list[pl.DataFrame]:
    """First attempts of all listed people, then the re-sits of those who failed, ten days apart."""
    parts = []
    for attempt in range(1, len(RESITS) + 2):
        score = np.round((mean + rng.normal(0.0, DAY_POINTS, len(mean))).clip(0, 100) * 2) / 2
        score[away] = np.nan
        taken = people.with_columns(
            ability=pl.lit(ability), attempt=pl.lit(attempt), score=pl.Series(score).fill_nan(None)
        )
        parts.append(taken.with_columns(pl.col("day") + 10 * (attempt - 1)))
        if attempt <= len(RESITS):
            again = (score < PASS_MARK) & (rng.random(len(score)) < RESITS[attempt - 1])
            people, mean, away = people.filter(pl.Series(again)), mean[again] + RESIT_GAIN, away[again]
    return parts


def _finish(setting: Setting, rows: pl.DataFrame, name: str, rng: np.random.Generator) -> pl.DataFrame:
    reasons: Integers = rng.integers(0, len(REASONS), len(rows))
    absent = pl.col("score").is_null()
    return rows.select(
        pl.format("demo-person-{}", pl.col("number").cast(pl.String).str.zfill(6)).alias("person"),
        pl.Series("person_kind", pl.Series(KINDS).gather(rows["kind"])),
        pl.Series("station_code", setting.city.stations["station_code"].gather(rows["station"])),
        "ability",
        pl.lit("test").alias("event_type"),
        pl.from_epoch(pl.col("day"), time_unit="d").alias("held_on"),
        pl.lit(name).alias("round"),
        "attempt",
        "score",
        pl.lit(100).alias("max_score"),
        pl.lit(60).alias("pass_mark"),
        pl.when(absent).then(None).otherwise(pl.lit(2)).alias("hours"),
        pl.when(absent).then(pl.Series(REASONS).gather(reasons)).alias("absent_reason"),
    )
