"""Cases that alerts became, and what came of them.

Assumes that only valid criminal and public-order alerts become cases, at rates that do not change, and that what had
not happened by the cut-off is not known: recent cases are still open, as in any real extract.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from .calls import CUT_OFF, NEVER
from .city import City, static
from .coding import code_list
from .incidents import Setting
from .rhythm import DAY
from .streams import Flags, Integers, stream

BECOMES = {"criminal": 0.72, "administrative": 0.22}
WITHOUT_ALERT = 0.03  # share of cases that did not come in by a call
CLEARED = {"criminal": 0.46, "administrative": 0.78}
CANCELLED, MERGED = 0.025, 0.008
STATUS = ("已受理", "已立案", "已破案", "已结案", "已撤销")
CANCEL_REASONS = ("不构成犯罪", "情节显著轻微", "重复立案")
OFFICERS_PER_STATION = 6  # officers in charge, by name of the synthetic roster


@dataclass(frozen=True)
class Cases:
    """The case table, and for each call the number of its case or nothing."""

    table: pl.DataFrame
    case_id: pl.Series


def draw_cases(setting: Setting, calls: pl.DataFrame) -> Cases:
    """Open cases on some of the valid calls and follow them to the cut-off."""
    rng = stream(setting.seed, "cases")
    causes = static("causes.csv").with_columns(pl.col("median_loss_yuan").cast(pl.Float64))
    opened = _open(setting, calls, causes, rng)
    opened = _follow(setting, opened, rng)
    opened = _number(setting.city, opened, rng)
    linked = opened.filter(pl.col("linked"))
    ids = np.full(len(calls), None, dtype=object)
    ids[linked["row"].to_numpy()] = linked["case_id"].to_list()
    return Cases(_table(opened), pl.Series("case_id", ids.tolist(), dtype=pl.String))


def _open(setting: Setting, calls: pl.DataFrame, causes: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    codes = pl.DataFrame({"category_code": code_list()}).with_row_index("code").cast({"code": pl.Int64})
    valid = (pl.col("link") == 0) & ~pl.col("invalid") & ~pl.col("nuisance") & ~pl.col("deleted")
    columns = ["row", "second", "station", "code", "alert_id"]
    found = calls.with_row_index("row").filter(valid).select(columns)
    found = found.join(causes.join(codes, on="category_code"), on="code", how="inner", maintain_order="left")
    chance = found["kind"].replace_strict(BECOMES, return_dtype=pl.Float64).to_numpy()
    found = found.filter(pl.Series(rng.random(len(found)) < chance))
    accepted = found["second"].to_numpy() + rng.exponential(0.8 * DAY, len(found)).astype(np.int64) + 1200
    found = found.with_columns(
        pl.Series("accepted", accepted), linked=pl.Series(rng.random(len(found)) > WITHOUT_ALERT)
    )
    return found.filter(pl.col("accepted") < setting.end_second() + CUT_OFF)


def _follow(setting: Setting, cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    size, cut_off = len(cases), setting.end_second() + CUT_OFF
    accepted = cases["accepted"].to_numpy()
    criminal = (cases["kind"] == "criminal").to_numpy()
    filed = _known(accepted + rng.exponential(1.5 * DAY, size).astype(np.int64), criminal, cut_off)
    base = np.where(criminal, filed, accepted)
    started = base != NEVER
    chance = cases["kind"].replace_strict(CLEARED, return_dtype=pl.Float64).to_numpy()
    draw = rng.random(size)
    cancels = started & (draw > 1 - CANCELLED)
    clears = started & (draw < chance)
    days = np.exp(rng.normal(np.where(criminal, 3.0, 2.3), 1.0, size))
    cleared = _known(base + (days * DAY).astype(np.int64), clears, cut_off)
    ends = _known(cleared + rng.exponential(20 * DAY, size).astype(np.int64), cleared != NEVER, cut_off)
    cancelled = _known(base + rng.exponential(25 * DAY, size).astype(np.int64), cancels, cut_off)
    status = np.where(criminal & (filed != NEVER), 1, 0)
    status = np.where(cleared != NEVER, 2, status)
    status = np.where(ends != NEVER, 3, status)
    status = np.where(cancelled != NEVER, 4, status)
    return cases.with_columns(
        pl.Series("filed", filed),
        pl.Series("cleared", cleared),
        pl.Series("ended", ends),
        pl.Series("cancelled", cancelled),
        pl.Series("status", pl.Series(STATUS).gather(status)),
        pl.Series("occurred_to", cases["second"].to_numpy() - rng.integers(60, 3600, size)),
        pl.Series("doubt", rng.exponential(5 * 3600, size).astype(np.int64)),
        pl.Series("loss", np.round(np.exp(rng.normal(0.0, 0.9, size)), 2)),
        pl.Series("officer", cases["station"].to_numpy() * 1000 + rng.integers(0, OFFICERS_PER_STATION, size)),
        pl.Series("reason", pl.Series(CANCEL_REASONS).gather(rng.integers(0, 3, size))),
    )


def _known(times: Integers, happened: Flags, cut_off: int) -> Integers:
    return np.where(happened & (times < cut_off), times, NEVER)


def _number(city: City, cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Number the cases by station and month, and merge a few cleared ones into an earlier case of their station."""
    codes = city.stations["station_code"].gather(cases["station"])
    month = pl.from_epoch(pl.col("accepted"), time_unit="s").dt.strftime("%Y%m")
    cases = cases.with_columns(codes.alias("station_code"), month.alias("month"))
    place = pl.int_range(1, pl.len() + 1).over("station_code", "month").cast(pl.String).str.zfill(4)
    cases = cases.with_columns(pl.concat_str(pl.lit("A"), "station_code", "month", place).alias("case_id"))
    earlier = pl.col("case_id").shift(1).over("station_code", "kind")
    merges = pl.Series(rng.random(len(cases)) < MERGED) & (cases["cleared"] != NEVER)
    return cases.with_columns(pl.when(merges).then(earlier).alias("merged_into"))


def _table(cases: pl.DataFrame) -> pl.DataFrame:
    second = pl.col("second")
    return cases.select(
        "case_id",
        pl.when(pl.col("linked")).then(pl.col("alert_id")).alias("alert_id"),
        "station_code",
        "kind",
        "cause",
        "is_preventable",
        "is_small_livelihood",
        _time(pl.col("occurred_to") - pl.col("doubt")).alias("occurred_from"),
        _time(pl.col("occurred_to")).alias("occurred_to"),
        _time(second).alias("reported_at"),
        _time(pl.col("accepted")).alias("accepted_at"),
        _time(pl.col("filed")).alias("filed_at"),
        _time(pl.col("cleared")).alias("cleared_at"),
        _time(pl.col("ended")).alias("closed_at"),
        _time(pl.col("cancelled")).alias("cancelled_at"),
        pl.when(pl.col("cancelled") != NEVER).then(pl.col("reason")).alias("cancel_reason"),
        "status",
        pl.format("demo-officer-{}", pl.col("officer").cast(pl.String).str.zfill(6)).alias("officer"),
        "merged_into",
        (pl.col("median_loss_yuan") * pl.col("loss")).round(2).alias("loss_yuan"),
    )


def _time(seconds: pl.Expr) -> pl.Expr:
    return pl.when(seconds != NEVER).then(pl.from_epoch(seconds, time_unit="s"))
