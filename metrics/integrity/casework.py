"""G7 filed when solved, G8 values at a line, G9 ratios by quota, G14 split cases.

Cases count for the window by the day that they were cleared (G7), accepted or filed (the others). The filing line of
G8 is local: without the parameter `filing_line_yuan` nothing is compared with it, and none is made up.
"""

from collections.abc import Iterator
from math import comb

import numpy as np
import polars as pl
from scipy.special import pdtrc

from metrics.integrity.findings import below_chance, judged, nothing, share_against_peers, split
from metrics.integrity.judging import Judged, counts_against_peers
from metrics.integrity.reading import Floats, Looking
from metrics.integrity.signal import Finding
from metrics.periods import DAY

MATURE_DAYS = 30
NEAR, AROUND = 0.10, 0.30
"""Just under and just over a line is within a tenth of it; how steep the values run there is told by the next fifth."""
ROUND_YUAN = 100
RATIO = 2
MONTHS = 12
FEWEST_MONTHS, FEWEST_CASES = 6, 60

CASES_SQL = """
SELECT
    station_code,
    COUNT(*) FILTER (cleared AND merged_into IS NULL AND filed_at IS NOT NULL) AS cleared_filed,
    COUNT(*) FILTER (cleared AND merged_into IS NULL
        AND epoch(cleared_at) - epoch(filed_at) < 86400) AS filed_when_cleared,
    COUNT(*) FILTER (cleared) AS cleared,
    COUNT(*) FILTER (cleared AND merged_into IS NOT NULL) AS bundled,
    COUNT(*) FILTER (opened) AS opened,
    COUNT(DISTINCT alert_id) FILTER (opened) AS alerts,
    COUNT(alert_id) FILTER (opened) AS linked,
    COUNT(*) FILTER (opened AND loss_yuan >= $round_yuan) AS valued,
    COUNT(*) FILTER (opened AND loss_yuan >= $round_yuan AND loss_yuan % $round_yuan = 0) AS round_values
FROM (
    SELECT *, cleared_at >= $start AND cleared_at < $end AS cleared,
        coalesce(accepted_at, filed_at) >= $start AND coalesce(accepted_at, filed_at) < $end
            AND merged_into IS NULL AS opened
    FROM lake.case AT (VERSION => $version)
)
WHERE cleared OR opened
GROUP BY station_code
"""
ALERTS_SQL = """
SELECT station_code, COUNT(*) AS criminal, COUNT(*) FILTER (case_id IS NULL) AS without_case
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND category_group = 'criminal'
    AND NOT is_deleted AND NOT is_invalid AND NOT is_nuisance AND main_alert_id IS NULL AND link_type = 'none'
GROUP BY station_code
"""
LINE_SQL = """
SELECT
    station_code,
    COUNT(*) FILTER (loss_yuan >= $line * (1 - $near) AND loss_yuan < $line) AS under,
    COUNT(*) FILTER (loss_yuan >= $line AND loss_yuan < $line * (1 + $near)) AS over,
    COUNT(*) FILTER (loss_yuan >= $line * (1 - $around) AND loss_yuan < $line * (1 - $near)) AS far_under,
    COUNT(*) FILTER (loss_yuan >= $line * (1 + $near) AND loss_yuan < $line * (1 + $around)) AS far_over
FROM lake.case AT (VERSION => $version)
WHERE coalesce(accepted_at, filed_at) >= $start AND coalesce(accepted_at, filed_at) < $end AND merged_into IS NULL
GROUP BY station_code
"""
MONTHS_SQL = """
SELECT station_code, date_trunc('month', day)::DATE AS month,
    coalesce(SUM(filed) FILTER (kind = 'criminal'), 0)::BIGINT AS criminal,
    coalesce(SUM(filed) FILTER (kind = 'administrative'), 0)::BIGINT AS administrative
FROM lake.mart_case_day AT (VERSION => $version)
WHERE day >= $start AND day < $end
GROUP BY ALL
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of all four signals at every station."""
    window = {"start": looked.window[0], "end": looked.window[1]}
    frame = looked.frame(CASES_SQL, round_yuan=ROUND_YUAN, **window)
    if frame.is_empty():
        for signal in ("G7", "G8", "G9", "G14"):
            yield from nothing(signal, looked.stations, "station")
        return
    counts = looked.by_station(frame, frame.columns[1:])
    counts["several"] = np.maximum(0, counts["linked"] - counts["alerts"])
    open_end = looked.window[1] - DAY * MATURE_DAYS
    alerts = looked.frame(ALERTS_SQL, start=looked.window[0], end=open_end)
    counts |= looked.by_station(alerts, ("criminal", "without_case"))
    yield from _shares(looked, counts)
    yield from _per_alert(looked, counts["opened"])
    yield from _line(looked)
    yield from _ratio(looked)


def _shares(looked: Looking, counts: dict[str, Floats]) -> Iterator[Finding]:
    for signal, measure, part, whole in (
        ("G7", "filed_when_cleared", "filed_when_cleared", "cleared_filed"),
        ("G7", "bundled", "bundled", "cleared"),
        ("G7", "without_case", "without_case", "criminal"),
        ("G8", "round_values", "round_values", "valued"),
        ("G14", "several_cases", "several", "alerts"),
    ):
        nobody = counts[whole].sum() == 0 or (measure == "without_case" and counts["linked"].sum() == 0)
        if nobody:
            yield from nothing(signal, looked.stations, "station", measure)
        else:
            yield from share_against_peers(
                looked, signal, measure, looked.stations, "station", counts[part], counts[whole]
            )


def _per_alert(looked: Looking, cases: Floats) -> Iterator[Finding]:
    """Yield cases opened over valid criminal and public-order alerts against peers."""
    alerts = looked.now("hard")
    enough = alerts >= looked.parameters.smallest_base
    if enough.sum() < looked.parameters.funnel_units:
        yield from nothing("G14", looked.stations, "station", "cases_per_alert", missing="not_enough", code="few_peers")
        return
    found = iter(counts_against_peers(cases[enough], alerts[enough]))
    for unit, fits, n in zip(looked.stations, enough, alerts, strict=True):
        if fits:
            yield judged("G14", "cases_per_alert", unit, "station", next(found), None, n)
        else:
            yield Finding("G14", "cases_per_alert", unit.code, "station", n=int(n), missing="not_enough")


def _line(looked: Looking) -> Iterator[Finding]:
    """Yield values just under the local filing line against just over it, as steep as values run there in the city."""
    line = looked.parameters.filing_line_yuan
    if line is None:
        yield from nothing("G8", looked.stations, "station", "just_under_line", code="filing_line_not_set")
        return
    window = {"start": looked.window[0], "end": looked.window[1]}
    frame = looked.frame(LINE_SQL, line=line, near=NEAR, around=AROUND, **window)
    counts = looked.by_station(frame, ("under", "over", "far_under", "far_over"))
    low, high = counts["far_under"].sum(), counts["far_over"].sum()
    # The outer bins lie four widths apart, the inner ones one.
    steep = float((max(low, 0.5) / max(high, 0.5)) ** (NEAR / (NEAR + AROUND)))
    for unit, under, over in zip(looked.stations, counts["under"], counts["over"], strict=True):
        yield split("G8", "just_under_line", unit, "station", under, under + over, steep / (1 + steep))


def _ratio(looked: Looking) -> Iterator[Finding]:
    """Yield months with exactly twice as many administrative cases, and how even the ratio is over a year."""
    end = looked.window[1].replace(day=1)
    start = end.replace(year=end.year - 1)
    frame = looked.frame(MONTHS_SQL, start=start, end=end)
    home = {code: looked.units.station_of(code) for code in set(frame["station_code"])}
    frame = frame.with_columns(unit=pl.col("station_code").replace_strict(home, return_dtype=pl.String))
    frame = frame.group_by("unit", "month").agg(pl.col("criminal", "administrative").sum())
    months = {str(key[0]): part for key, part in frame.group_by("unit")}
    for unit in looked.stations:
        part = months.get(unit.code, frame.clear())
        yield from _months(unit.code, part, looked)


def _months(unit: str, part: pl.DataFrame, looked: Looking) -> Iterator[Finding]:
    criminal, other = (part[name].to_list() for name in ("criminal", "administrative"))
    pairs = [(int(a), int(b)) for a, b in zip(criminal, other, strict=True) if a + b > 0]
    total, cases = sum(a + b for a, b in pairs), sum(a for a, _ in pairs)
    if len(pairs) < FEWEST_MONTHS or total < FEWEST_CASES or not 0 < cases < total:
        for measure in ("exactly_two", "ratio_too_even"):
            yield Finding("G9", measure, unit, "station", n=total, missing="not_enough")
        return
    share = cases / total
    hits = sum(b == RATIO * a for a, b in pairs)
    usual = sum(_chance_of_two(a + b, share) for a, b in pairs)
    p = min(1.0, 2 * float(pdtrc(hits - 1, usual))) if hits else 1.0
    found = Judged(hits / len(pairs), usual / len(pairs), p, 0, 0, "plain")
    known = looked.stations[looked.place[unit]]
    yield judged("G9", "exactly_two", known, "station", found, hits, len(pairs))
    squares = sum((a - (a + b) * share) ** 2 / ((a + b) * share * (1 - share)) for a, b in pairs)
    yield below_chance("G9", "ratio_too_even", known, "station", squares, len(pairs) - 1, total)


def _chance_of_two(total: int, share: float) -> float:
    """Return the binomial chance that exactly a third of the cases is criminal."""
    if total % (RATIO + 1):
        return 0.0
    third = total // (RATIO + 1)
    return float(comb(total, third) * share**third * (1 - share) ** (total - third))
