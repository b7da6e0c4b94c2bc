"""Each planted truth can be recovered from the files alone, and nothing else has changed."""

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from etl.demo import TRUTHS, planted

CHANGE = date(2025, 1, 1)
SEVERITY = {"criminal": 3, "public_order": 2, "dispute": 1, "help": 0, "other": 0}
(RECODING,), (FLAGGING,), (MERGER,), (ABSENT,) = map(
    planted, ("recoded_down", "valid_share_fall", "merger", "absent_weak")
)


# Calls come in bunches, so their counts vary more than Poisson's: duplicates of one event among all calls received,
# repeat reports among valid ones. Both measured over thirty seeds (1.37 and 1.16).
BUNCHED_RECEIVED, BUNCHED_VALID = 1.4, 1.2


def rate_ratio(now: int, before: int, z: float = 1.96, bunched: float = BUNCHED_VALID) -> tuple[float, float, float]:
    """Ratio of two counts over equal times with its interval on the log scale, widened for bunching."""
    ratio, spread = now / before, z * math.sqrt(bunched * (1 / now + 1 / before))
    return ratio, ratio * math.exp(-spread), ratio * math.exp(spread)


def years(rows: pl.DataFrame, unit: str) -> dict[str, tuple[int, int]]:
    """Counts of 2025 and of 2024 (without its 29 February) for each unit."""
    rows = rows.filter(pl.col("day") != date(2024, 2, 29))
    now = pl.col("day") >= CHANGE
    counts = rows.group_by(unit).agg(now.sum().alias("now"), (~now).sum().alias("before"))
    return {unit: (a, b) for unit, a, b in counts.iter_rows()}


def recodings(rows: pl.DataFrame) -> pl.DataFrame:
    """Moves down and up by station among valid alerts."""
    rank = {name: pl.col(name).replace_strict(SEVERITY, default=None) for name in ("group", "group_first")}
    moved = rows.filter("valid").with_columns(**rank)
    down, up = pl.col("group") < pl.col("group_first"), pl.col("group") > pl.col("group_first")
    return moved.group_by("station_code").agg(down.sum().alias("down"), up.sum().alias("up"))


def test_the_table_names_six_truths_once_each():
    assert [truth.what for truth in TRUTHS] == [
        "fall", "fall", "recoded_down", "valid_share_fall", "merger", "absent_weak",
        "cluster", "cluster", "cluster", "regression",
    ]  # fmt: skip
    assert len({truth.truth_id for truth in TRUTHS}) == len({truth.unit_code for truth in TRUTHS}) == 10


@pytest.mark.parametrize("truth", planted("fall"), ids=lambda truth: truth.truth_id)
def test_two_districts_really_fell_in_received_and_valid_alike(small, truth):
    for rows, bunched in ((small.alerts, BUNCHED_RECEIVED), (small.alerts.filter("valid"), BUNCHED_VALID)):
        ratio, low, high = rate_ratio(*years(rows, "district")[truth.unit_code], 2.576, bunched)
        assert high < 1
        assert low < 1 - truth.magnitude < high
        assert ratio == pytest.approx(1 - truth.magnitude, abs=0.06)


def test_no_other_district_changed_beyond_noise(small):
    quiet = set(small.alerts["district"]) - {truth.unit_code for truth in planted("fall")}
    for rows, bunched in ((small.alerts, BUNCHED_RECEIVED), (small.alerts.filter("valid"), BUNCHED_VALID)):
        counts = years(rows, "district")
        # The station whose genuine alerts are flagged invalid weighs on its own district.
        bounds = [rate_ratio(*counts[code], 2.576, bunched) for code in quiet - {FLAGGING.unit_code[:6]}]
        assert sum(not low < 1 < high for _, low, high in bounds) <= 1
        assert np.mean([ratio for ratio, _, _ in bounds]) == pytest.approx(1, abs=0.025)


def test_few_stations_changed_beyond_noise(small):
    planted_units = {truth.unit_code for truth in TRUTHS} | {str(MERGER.successor_code)}
    fallen = {truth.unit_code for truth in planted("fall")}
    counts = years(small.alerts.filter("valid"), "station_code")
    quiet = [code for code in counts if code not in planted_units and code[:6] not in fallen]
    assert len(quiet) >= 13
    assert sum(not low < 1 < high for _, low, high in (rate_ratio(*counts[code]) for code in quiet)) <= 3


def test_weeks_against_the_same_week_of_last_year_do_not_lean(small):
    """Outside the festival, as many weeks are up as down, and the weekly score is spread as chance spreads it."""
    quiet = small.alerts.filter("valid").filter(
        ~pl.col("district").is_in([*(t.unit_code for t in planted("fall")), FLAGGING.unit_code[:6]])
    )
    weeks = dict(quiet.group_by(pl.col("day").dt.truncate("1w")).len().iter_rows())
    mondays = [date(2025, 3, 3) + timedelta(weeks=i) for i in range(43)]
    now = np.array([weeks[day] for day in mondays])
    before = np.array([weeks[day - timedelta(days=364)] for day in mondays])
    scores = math.sqrt(2) * (np.sqrt(now) - np.sqrt(before))
    assert binomtest(int((scores > 0).sum()), len(scores)).pvalue > 0.01
    assert abs(scores.mean()) < 0.45
    assert 0.7 < scores.std() < 1.5


def test_one_station_recodes_downward_and_no_other(small):
    moves = recodings(small.alerts.filter(pl.col("day") >= RECODING.starts_on))
    p = {code: binomtest(down, down + up).pvalue for code, down, up in moves.iter_rows() if down + up}
    assert p.pop(RECODING.unit_code) < 1e-4
    assert min(p.values()) > 0.001
    down, up = moves.row(by_predicate=pl.col("station_code") == RECODING.unit_code)[1:]
    assert down > 4 * up
    earlier = recodings(small.alerts.filter(pl.col("day") < RECODING.starts_on))
    down, up = earlier.row(by_predicate=pl.col("station_code") == RECODING.unit_code)[1:]
    assert binomtest(down, down + up).pvalue > 0.01


def test_recoding_has_the_planted_size(small):
    mine = small.alerts.filter(
        "valid", pl.col("station_code") == RECODING.unit_code, pl.col("day") >= RECODING.starts_on
    )
    counted = mine.filter(pl.col("group_first").is_in(["criminal", "public_order"]))
    lost = counted.select((~pl.col("group").is_in(["criminal", "public_order", "unmapped"])).sum()).item()
    assert lost / len(counted) == pytest.approx(RECODING.magnitude + 0.04, abs=0.14)


def test_one_station_lost_valid_share_but_no_calls(small):
    season = pl.col("day").dt.ordinal_day().is_between(92, 365)
    mine = small.alerts.filter(pl.col("station_code") == FLAGGING.unit_code, season)
    received = years(mine, "station_code")[FLAGGING.unit_code]
    valid = years(mine.filter("valid"), "station_code")[FLAGGING.unit_code]
    _, low, high = rate_ratio(*received, 2.576, BUNCHED_RECEIVED)
    assert low < 1 < high
    ratio, _, high = rate_ratio(*valid)
    assert high < 0.9
    assert ratio == pytest.approx(1 - FLAGGING.magnitude, abs=0.08)


def test_one_station_is_merged_into_another(small):
    station = small.frame("station").row(by_predicate=pl.col("station_code") == MERGER.unit_code, named=True)
    assert (station["valid_to"], station["successor_code"]) == (MERGER.starts_on, MERGER.successor_code)
    after = small.alerts.filter(pl.col("day") >= MERGER.starts_on)
    assert MERGER.unit_code not in set(after["station_code"]) | set(after["station_code_initial"])
    pair = small.alerts.filter(pl.col("station_code").is_in([MERGER.unit_code, MERGER.successor_code]))
    half = pair.filter(pl.col("day").dt.month() >= 7)
    now, before = (half.filter(pl.col("day").dt.year() == year) for year in (2025, 2024))
    assert before["station_code"].n_unique() == 2
    _, low, high = rate_ratio(len(now), len(before), 2.576, BUNCHED_RECEIVED)
    assert low < 1 < high
    event = small.frame("event").row(by_predicate=pl.col("kind") == "merger", named=True)
    assert (event["org_code"], event["starts_on"]) == (MERGER.unit_code, MERGER.starts_on)
    assert "{" not in event["title_zh"] + event["title_en"]


def test_people_and_residents_move_with_the_merger(small):
    for table, column in (("staff", "officers_station"), ("population", "persons")):
        rows = small.frame(table)
        when = dict.fromkeys(("before", "after"))
        for name, day in (("before", date(2025, 1, 1)), ("after", MERGER.starts_on)):
            basis = pl.col("basis") == "resident" if table == "population" else pl.lit(True)
            now = rows.filter(pl.col("as_of") == day, basis)
            when[name] = dict(now.select("org_code", column).iter_rows())
        assert MERGER.unit_code not in when["after"]
        both = when["before"][MERGER.unit_code] + when["before"][MERGER.successor_code]
        assert when["after"][MERGER.successor_code] == pytest.approx(both, rel=0.08)
    held = small.frame("training_result").filter(pl.col("held_on") >= MERGER.starts_on)
    assert MERGER.unit_code not in set(held["station_code"])


def test_weak_candidates_missed_one_round_in_one_district(small):
    results = small.frame("training_result").with_columns(district=pl.col("station_code").str.head(6))
    first = results.filter(pl.col("attempt") == 1)
    table = first.group_by("district", "round").agg(
        pl.col("score").is_not_null().mean().alias("taken"), (pl.col("score") >= 60).mean().alias("passed")
    )
    mine = (pl.col("district") == ABSENT.unit_code) & (pl.col("round") == ABSENT.round)
    (hit,) = table.filter(mine).iter_rows(named=True)
    others = table.filter(~mine)
    assert hit["taken"] == pytest.approx(0.95 * (1 - ABSENT.magnitude), abs=0.05)
    assert others["taken"].min() > 0.88
    own = others.filter(pl.col("district") == ABSENT.unit_code)
    assert hit["passed"] > max(own["passed"].max(), own["passed"].mean() + 0.06)
    assert own["passed"].std() < 0.05
