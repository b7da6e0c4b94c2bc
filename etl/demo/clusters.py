"""Planted repeat clusters, and the treatments of clusters: what the page of repeat reports has to find.

Three clusters are added to the calls without moving any other: one that treatment made quiet, one that was treated
and came back, and one caller who rings again and again about one matter. Besides, clusters that chance made are
treated because they were high, and treatment does nothing to them (`regression`): whoever compares before with after
finds a fall there, and whoever compares with untreated clusters as high finds none.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from .incidents import GROUPS, SERVICE_CALLERS, Setting
from .rhythm import DAY, day_number
from .streams import Integers, stream
from .truths import Truth, planted

MATTER = "dispute"
NUMBER_FROM = 90_000  # planted calls are numbered from here within their day, behind all others
PLACES_FROM_LAST = 7  # planted places are the last of their station, where hardly anyone else calls from
CALLER_PHONE = 154_77_000_000
N, M_DAYS = 3, 30
TREATED_AFTER = 5  # days from the third report to the treatment of a cluster that chance made
REGRESSION_FROM, REGRESSION_TO = date(2025, 2, 1), date(2025, 9, 15)


def planted_calls(setting: Setting, calls: pl.DataFrame) -> pl.DataFrame:
    """Return the planted calls with the columns of `calls` and null `case_id`, in the order of time."""
    parts = []
    for place, truth in enumerate(planted("cluster")):
        seconds = np.array(list(_seconds(setting, truth)), dtype=np.int64)
        seconds = seconds[(seconds >= setting.first_second()) & (seconds < setting.end_second())]
        if len(seconds):
            parts.append(_calls(setting, calls, truth, place, seconds))
    return pl.concat(parts).sort("second") if parts else calls.clear()


def _seconds(setting: Setting, truth: Truth) -> Iterator[int]:
    """Yield when a planted cluster's reports come: every few days in each of its spells."""
    rng = stream(setting.seed, truth.truth_id)
    for start, end in truth.spells:
        at = day_number(start) * DAY + 10 * 3600
        while at < day_number(end) * DAY:
            yield at
            at += int(DAY * truth.magnitude * rng.uniform(0.7, 1.3)) + 3 * 3600


def _calls(setting: Setting, calls: pl.DataFrame, truth: Truth, number: int, seconds: Integers) -> pl.DataFrame:
    """Return calls like a genuine dispute of the station, at one place and, for a caller, from one number."""
    site = setting.city.position(truth.unit_code)
    like = calls.filter(
        (pl.col("site") == site) & (pl.col("group") == GROUPS.index(MATTER)) & (pl.col("link") == 0)
        & ~pl.col("invalid") & ~pl.col("nuisance") & ~pl.col("deleted") & (pl.col("phone") > 0)
        & ~pl.col("service_caller") & ~pl.col("service_place")
    )  # fmt: skip
    usual = like.group_by("code").len().sort("len", "code", descending=[True, False])["code"][0]
    like = like.filter(pl.col("code") == usual).head(1)
    size = len(seconds)
    place = int(setting.city.places[site]) - PLACES_FROM_LAST - number
    phones = (
        CALLER_PHONE + number * 1_000 + (np.zeros(size, dtype=np.int64) if truth.one_caller else np.arange(size) % 4)
    )
    day = seconds // DAY
    order = NUMBER_FROM + number * 1_000 + np.arange(size)
    written = pl.Series(day.astype(np.int32)).cast(pl.Date).dt.strftime("%Y%m%d").cast(pl.UInt64).to_numpy()
    codes = np.uint64(int(truth.unit_code[:6])) * np.uint64(10**13) + written * np.uint64(10**5)
    return pl.concat([like] * size).with_columns(
        pl.Series("alert_id", codes + order.astype(np.uint64)),
        pl.Series("second", seconds),
        pl.Series("phone", phones),
        pl.lit(place, dtype=like["place"].dtype).alias("place"),
        *(pl.Series(name, seconds + wait) for name, wait in WAITS.items()),
    )  # fmt: skip


WAITS = {"answered": 5, "dispatched": 90, "arrived": 900, "closed": 4_500, "recorded": 4_560, "updated": 4_560}


def treatment_table(setting: Setting, calls: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Return the treatments: of the planted clusters, and of clusters that chance made."""
    rows = []
    for truth in planted("cluster"):
        site = setting.city.position(truth.unit_code)
        own = added.filter((pl.col("site") == site) & (pl.col("second") < _midnight(truth.treated_on)))
        if truth.treated_on and len(own):
            rows.append((str(own["alert_id"][-1]), truth.treated_on, "mediation"))
    rows += [(number, day, "visit") for number, day in _regression(setting, calls)]
    return pl.DataFrame(rows, schema={"alert_id": pl.String, "treated_on": pl.Date, "measure": pl.String}, orient="row")


def _midnight(day: date | None) -> int:
    return (day_number(day) if day else 0) * DAY


def _regression(setting: Setting, calls: pl.DataFrame) -> list[tuple[str, date]]:
    """Choose clusters that chance made, and treat each a few days after its third report."""
    (truth,) = planted("regression")
    valid = (
        (pl.col("link") == 0)
        & ~pl.col("invalid")
        & ~pl.col("nuisance")
        & ~pl.col("deleted")
        & pl.col("main_id").is_null()
    )
    usual = calls.filter(valid & (pl.col("place") >= SERVICE_CALLERS)).sort("site", "place", "second")
    back = pl.col("second").shift(N - 1).over("site", "place")
    third = usual.filter(
        (pl.col("second") - back <= M_DAYS * DAY)
        & (pl.col("second") >= _midnight(REGRESSION_FROM))
        & (pl.col("second") < _midnight(REGRESSION_TO))
    )  # fmt: skip
    rng = stream(setting.seed, truth.truth_id)
    dealt = third[rng.permutation(len(third))].unique(["site", "place"], keep="first", maintain_order=True)
    chosen = dealt.head(max(1, round(truth.magnitude * len(setting.city.weight)))).sort("second", "alert_id")
    first = date(1970, 1, 1)
    return [
        (str(number), first + timedelta(days=int(second) // DAY + TREATED_AFTER))
        for number, second in chosen.select("alert_id", "second").iter_rows()
    ]


def service_place_table() -> pl.DataFrame:
    """Return a list of institutions: the property office of the first station's area, by its address."""
    return pl.DataFrame(
        {
            "entry_id": ["1"],
            "alert_id": [None],
            "covers": ["place"],
            "address": ["演示1街区4号"],
            "kind": ["property_office"],
        }
    )
