"""What the list of institutions takes out, and what the busiest places would be with it and without it.

Hospitals, police buildings and hotlines are where reports are made, not where a problem comes back. The source may
flag them, a mapping may name them, and an analyst may list them (table `service_place`), by alert number or address.
How many alerts that takes out is a figure of its own, because a long list also makes repeats fewer.
"""

from typing import Any

import numpy as np
import polars as pl

from metrics.counting import Question
from metrics.repeats.clusters import key_of
from metrics.repeats.history import INSTITUTION, KEY_COLUMNS, OF_KEY, VALID, VALUE, history, listed, row_of_station
from metrics.repeats.share import key_note
from metrics.rows import share_row
from metrics.types import Period, Row
from metrics.units import resolve

TOP = 10
SERVICE_SQL = {
    key: f"""
SELECT {VALUE[key]} AS value, station_code, COUNT(*)::BIGINT AS alerts,
    BOOL_OR(is_service_{"caller" if key == "caller" else "place"}) AS flagged
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND {VALID} AND {OF_KEY[key]} AND {INSTITUTION[key]}
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY ALL
"""
    for key in VALUE
}


def repeat_institutions(question: Question) -> list[Row]:
    """Return alerts of institutions ÷ valid alerts with a key, and the ten busiest keys with and without them."""
    key, compared = key_of(question), question.compared
    past = history(question, key)
    now = _service(question, key, compared.period)
    base = compared.base if compared.has_base else None
    before = _service(question, key, base) if base else None
    seen = (
        set(past.stations) | set(now["station_code"]) | (set(before["station_code"]) if before is not None else set())
    )
    units = resolve(question.reference, question.scope, seen)
    row = row_of_station(past, units)[past.station]
    counting = past.of_groups(question.scope.groups)
    times = [past.within(*period) & counting for period in ([compared.period] + ([base] if base else []))]
    rows = []
    for place, unit in enumerate(units.rows):
        codes = [code for code in seen if units.row_of(units.station_of(code)) == unit.code]
        own = now.filter(pl.col("station_code").is_in(codes))
        kept = [int((time & (row == place)).sum()) for time in times]
        pair = (int(own["alerts"].sum()), int(own["alerts"].sum()) + kept[0])
        earlier = None
        if before is not None:
            taken = int(before.filter(pl.col("station_code").is_in(codes))["alerts"].sum())
            earlier = (taken, taken + kept[1])
        extra = {"key": key, "listed": len(listed(question, KEY_COLUMNS[key]))}
        extra |= {"by_source": int(own.filter("flagged")["alerts"].sum())}
        extra |= _top(own, past.key[times[0] & (row == place)])
        notes = [key_note(question, key)]
        rows.append(share_row(question, unit, pair, earlier, notes, extra, highest="not_established"))
    return rows


def _service(question: Question, key: str, period: Period) -> pl.DataFrame:
    # The list is bound as values: a version from before there was one has none.
    return question.frame(
        SERVICE_SQL[key],
        start=period[0],
        end=period[1],
        groups=list(question.scope.groups),
        listed=listed(question, KEY_COLUMNS[key]),
    )


def _top(taken_out: pl.DataFrame, kept: Any) -> dict[str, Any]:  # noqa: ANN401 - an array of positions
    """Return the reports of the ten busiest keys without institutions, and with them, each marked as one or not."""
    sizes = np.sort(np.unique(kept, return_counts=True)[1])[::-1][:TOP].tolist()
    institutions = taken_out.group_by("value").agg(pl.col("alerts").sum())["alerts"].sort(descending=True)[:TOP]
    both = [(int(number), False) for number in sizes] + [(int(number), True) for number in institutions.to_list()]
    top = sorted(both, key=lambda pair: (-pair[0], pair[1]))[:TOP]
    return {
        "top_without": [int(number) for number in sizes],
        "top_with": [number for number, _ in top],
        "institutions_in_top": sum(is_one for _, is_one in top),
    }


ANSWERS = {"repeat_institutions": repeat_institutions}
"""Functions of this module by the indicator that they answer."""
