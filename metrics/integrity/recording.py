"""G1 not recorded, G6 held back or back-dated, G15 missing numbers.

Numbers of call records are taken apart at the day of the report: what stands before it is the pool, what stands
after it runs on. The denser of two readings counts: pools of their own, or one pool for the whole city.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from metrics.integrity.findings import judged, nothing, share_against_past, share_against_peers
from metrics.integrity.judging import Judged, against_past, split_p, two_sided, values_against_peers
from metrics.integrity.reading import Floats, Looking, whole_city
from metrics.integrity.signal import Finding
from metrics.periods import DAY, WEEK
from metrics.standing import Unit
from metrics.types import Note

DENSE = 0.9
"""A reading of the numbers is a pool when at least this part of each day's span exists."""
DAY_LETTERS = 8
HOLIDAYS = ((1, 1), (5, 1), (10, 1))
"""First days of a month that are holidays: no rebound can be told from them."""

LAYOUT_SQL = """
SELECT strpos(alert_id, strftime(reported_at, '%Y%m%d')) AS place, length(alert_id) AS length
FROM (
    SELECT alert_id, reported_at
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start AND reported_at < $end
    LIMIT 1000
)
GROUP BY ALL
"""
NUMBERS_SQL = """
SELECT substr(alert_id, 1, $cut) AS pool, COUNT(*) AS found, MIN(alert_id) AS low, MAX(alert_id) AS high
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND length(alert_id) = $length
GROUP BY pool
"""
INTAKE_SQL = """
SELECT
    station_code,
    COUNT(*) AS received,
    COUNT(channel) AS with_channel,
    COUNT(*) FILTER (regexp_matches(lower(channel), 'walk|self-rec|自接|亲临|来所|窗口|上门|当面|来访')) AS walk_in,
    COUNT(recorded_at) AS stored,
    COUNT(*) FILTER (recorded_at >= $start::DATE + INTERVAL 8 HOUR
        + to_days((7 * (datediff('day', $start::DATE, reported_at::DATE) // 7 + 1))::INTEGER)) AS after_week,
    COUNT(*) FILTER (minute(reported_at) = 0 AND second(reported_at) = 0) AS full_hours
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND NOT is_deleted
GROUP BY station_code
"""
DAYS_SQL = """
SELECT station_code, day, SUM(valid)::BIGINT AS valid
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE list_contains($days::DATE[], day)
GROUP BY station_code, day
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of all three signals."""
    yield from _numbers(looked)
    intake = looked.by_station(
        looked.frame(INTAKE_SQL, start=looked.window[0], end=looked.window[1]),
        ("received", "with_channel", "walk_in", "stored", "after_week", "full_hours"),
    )
    yield from _shares(looked, intake)
    yield from _month_ends(looked)
    yield from _callers(looked)


def _shares(looked: Looking, intake: dict[str, Floats]) -> Iterator[Finding]:
    late = {"late": looked.now("late"), "valid": looked.now("valid")}
    counts = intake | late
    for signal, measure, part, whole, needed in (
        ("G1", "walk_in_share", "walk_in", "with_channel", "walk_in"),
        ("G6", "recorded_late", "late", "valid", "stored"),
        ("G6", "after_the_week", "after_week", "stored", "stored"),
        ("G6", "full_hours", "full_hours", "received", "received"),
    ):
        if counts[needed].sum() == 0:
            yield from nothing(signal, looked.stations, "station", measure)
        else:
            yield from share_against_peers(
                looked, signal, measure, looked.stations, "station", counts[part], counts[whole]
            )


def _numbers(looked: Looking) -> Iterator[Finding]:
    """Yield the share of numbers missing in each pool against the year before."""
    own = _pools(looked)
    city = own.group_by("day").agg(pl.col("found").sum(), pl.col("low").min(), pl.col("high").max())
    city = city.with_columns(span=pl.col("high") - pl.col("low") + 1)
    if _density(own) >= DENSE:
        for unit in looked.districts:
            mine = own.filter(pl.col("head").str.starts_with(unit.code))
            yield _missing(looked, mine, unit, "district")
    elif _density(city) >= DENSE:
        yield _missing(looked, city, whole_city(looked), "city")
    else:
        yield from nothing("G1", [whole_city(looked)], "city", "missing_numbers", code="numbers_do_not_run_on")


def _pools(looked: Looking) -> pl.DataFrame:
    """Return for each day and head of a number how many there are, and the span that they lie in.

    Empty where numbers are not of one length with the day at one place, or what follows it is no number.
    """
    layout = looked.frame(LAYOUT_SQL, start=looked.window[0], end=looked.window[1])
    frame = pl.DataFrame(schema={"pool": pl.String, "found": pl.Int64, "low": pl.String, "high": pl.String})
    place = 0
    if len(layout) == 1 and layout["place"][0] > 0:
        place, length = int(layout["place"][0]), int(layout["length"][0])
        frame = looked.frame(
            NUMBERS_SQL, start=looked.history[0], end=looked.window[1], cut=place + DAY_LETTERS - 1, length=length
        )
    head = max(0, place - 1)
    number = (pl.col(name).str.slice(head + DAY_LETTERS).cast(pl.Int64, strict=False) for name in ("low", "high"))
    return (
        frame.with_columns(
            *number,
            head=pl.col("pool").str.slice(0, head),
            day=pl.col("pool").str.slice(head).str.to_date("%Y%m%d", strict=False),
        )
        .drop_nulls()
        .with_columns(span=pl.col("high") - pl.col("low") + 1)
    )


def _density(pools: pl.DataFrame) -> float:
    return float(pools["found"].sum()) / max(1.0, float(pools["span"].sum()))


def _missing(looked: Looking, pools: pl.DataFrame, unit: Unit, level: str) -> Finding:
    weeks = pools.group_by(week=(pl.col("day") - looked.history[0]).dt.total_days() // WEEK).agg(
        missing=(pl.col("span") - pl.col("found")).sum().cast(pl.Float64), span=pl.col("span").sum().cast(pl.Float64)
    )
    past, now = weeks.filter(pl.col("week") < looked.past_weeks), weeks.filter(pl.col("week") >= looked.past_weeks)
    missing, span = max(0.0, float(now["missing"].sum())), float(now["span"].sum())
    before, spanned = float(past["missing"].sum()), float(past["span"].sum())
    if span < looked.parameters.smallest_base or spanned < looked.parameters.smallest_base:
        return Finding("G1", "missing_numbers", unit.code, level, n=int(span), missing="not_enough")
    found = against_past(missing, span, past["missing"].to_numpy(), past["span"].to_numpy())
    if found is None or before <= 0:  # never a number missing: half a number in the whole past is the most to expect
        chance = max(before, 0.5) / spanned
        found = Judged(missing / span, before / spanned, split_p(int(missing), int(span), chance), 0, 0, "plain")
    return judged("G1", "missing_numbers", unit, level, found, missing, span)


def _month_ends(looked: Looking) -> Iterator[Finding]:
    """Yield for each district whether the last day of a month dips and the first of the next rebounds.

    What to expect of both days is the same weekday a week before and a week after.
    """
    pairs = [pair for pair in _pairs(looked) if all(day in looked.reference.days for day in _around(pair))]
    if len(pairs) < 3:
        yield from nothing("G6", looked.districts, "district", "month_end_dip", missing="not_enough")
        return
    days = sorted({day for pair in pairs for day in _around(pair)})
    frame = looked.frame(DAYS_SQL, days=days)
    totals = [_by_district(looked, frame, [pair[side] for pair in pairs]) for side in (0, 1)]
    usual = [
        _by_district(looked, frame, [pair[side] + DAY * shift for pair in pairs for shift in (-WEEK, WEEK)])
        for side in (0, 1)
    ]
    for unit, last, first, usual_last, usual_first in zip(looked.districts, *totals, *usual, strict=True):
        whole, base = last + first, usual_last + usual_first
        if min(whole, base) < looked.parameters.smallest_base:
            yield Finding("G6", "month_end_dip", unit.code, "district", n=int(whole), missing="not_enough")
            continue
        chance = usual_first / base
        spread = float(np.sqrt(chance * (1 - chance) * (1 / whole + 1 / base)))
        p = float(two_sided((first / whole - chance) / spread))
        yield judged(
            "G6",
            "month_end_dip",
            unit,
            "district",
            Judged(first / whole, chance, p, chance, spread, "plain"),
            first,
            whole,
        )


def _pairs(looked: Looking) -> list[tuple[date, date]]:
    """Return last and first days of months that lie in history and window."""
    firsts, day = [], looked.history[0]
    while day < looked.window[1]:
        if day.day == 1 and (day.month, day.day) not in HOLIDAYS:
            firsts.append(day)
        day += DAY
    return [(first - DAY, first) for first in firsts]


def _around(pair: tuple[date, date]) -> list[date]:
    return [day + DAY * shift for day in pair for shift in (-WEEK, 0, WEEK)]


def _by_district(looked: Looking, frame: pl.DataFrame, days: list[date]) -> Floats:
    codes = {unit.code: number for number, unit in enumerate(looked.districts)}
    total = np.zeros(len(codes))
    part = frame.filter(pl.col("day").is_in(days))
    for code, count in part.group_by("station_code").agg(pl.col("valid").sum()).iter_rows():
        district = looked.units.parent_of(looked.units.station_of(code))
        if district in codes:
            total[codes[district]] += count
    return total


def _callers(looked: Looking) -> Iterator[Finding]:
    """Yield the share of valid alerts without a usable number, and whether both kinds of repeats part ways."""
    looked.weeks["unkeyed"] = looked.weeks["valid"] - looked.weeks["caller_keyed"]
    if looked.weeks["caller_keyed"].sum() == 0:
        yield from nothing("G15", looked.stations, "station")
        return
    yield from share_against_peers(
        looked, "G15", "missing_against_peers", looked.stations, "station", looked.now("unkeyed"), looked.now("valid")
    )
    yield from share_against_past(looked, "G15", "missing_own_course", "unkeyed", "valid")
    yield from _parting(looked)


def _parting(looked: Looking) -> Iterator[Finding]:
    """Yield how repeats by place changed over how repeats by number did, on the logarithm, against peers."""
    names = ("caller_repeat", "caller_keyed", "place_repeat", "place_keyed")
    now = [looked.now(name) for name in names]
    before = [looked.past(name).sum(axis=1) for name in names]
    enough = np.min([*now, *before], axis=0) >= looked.parameters.smallest_base
    if enough.sum() < looked.parameters.funnel_units:
        yield from nothing("G15", looked.stations, "station", "repeats_part_ways", missing="not_enough")
        return
    a, b, c, d = ([np.maximum(counts, 1) for counts in pair] for pair in zip(now, before, strict=True))
    value = np.log(c[0] / d[0] * d[1] / c[1]) - np.log(a[0] / b[0] * b[1] / a[1])
    variance = 1 / a[0] + 1 / a[1] + 1 / c[0] + 1 / c[1]
    found = iter(values_against_peers(value[enough], variance[enough]))
    for number, unit in enumerate(looked.stations):
        if not enough[number]:
            yield Finding("G15", "repeats_part_ways", unit.code, "station", n=int(now[0][number]), missing="not_enough")
            continue
        finding = judged("G15", "repeats_part_ways", unit, "station", next(found).exponential(), None, now[0][number])
        fell = a[0][number] / b[0][number] < a[1][number] / b[1][number]
        yield finding if fell else _not_odd(finding)


def _not_odd(finding: Finding) -> Finding:
    """Return a finding that is quiet because repeats by number did not fall."""
    return Finding(**(finding.__dict__ | {"odd": False, "notes": (Note("caller_repeats_did_not_fall"),)}))
