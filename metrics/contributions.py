"""What a change in valid alerts is made of: units or classes, each with calls received and valid share apart.

Each part's difference in counts is its contribution, so contributions add up to the last alert. Relative to the whole
they are given in logarithms by the logarithmic mean (LMDI, Ang 2004), which adds up exactly as well, treats both
periods alike (exchanging them only turns the sign) and leaves no rest: ln(V₁/V₀) = Σ (v₁ − v₀)/L(V₁, V₀) with
L(a, b) = (a − b)/ln(a/b). Within a part, the effect of calls received is L(v₁, v₀)·ln(r₁/r₀), rounded to whole
alerts; the valid share has the rest. For the whole the same is done with its own counts, where a shift between
parts of unlike valid share counts as valid share; so the parts' effects need not add up to the whole's.
"""

from collections.abc import Mapping
from math import log
from typing import Any

from metrics.counting import Counts, Question, added, count_alerts
from metrics.rows import count_change, why_no_change
from metrics.types import Period, Row
from metrics.units import resolve

CLASSES_SQL = """
SELECT station_code, category_group, SUM(received)::BIGINT AS received, SUM(valid)::BIGINT AS valid
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND NOT list_contains($left_out::DATE[], day)
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code, category_group
"""
ZERO = {"received": 0, "valid": 0}


def contributions(question: Question) -> list[Row]:
    """Return one row a unit or a class, the largest fall first."""
    if not question.compared.has_base:
        return [_none(question)]
    if question.options["split"] == "class":
        now, before, names = _by_class(question)
    else:
        counted = count_alerts(question)
        now, before = counted.rows()
        names = {unit.code: (unit.name_zh, unit.name_en or unit.name_zh) for unit in counted.units.rows}
    whole = {"now": added(now.values()), "before": added(before.values())}
    rows = [
        _row(question, code, names[code], ZERO | now.get(code, {}), ZERO | before.get(code, {}), whole)
        for code in sorted(names)
    ]
    return sorted(rows, key=lambda row: (row.value or 0, row.unit))


def _none(question: Question) -> Row:
    """Return the only row where there is nothing to compare with."""
    reason = "no_base_data" if question.compared.base else "no_comparison"
    return Row("city", question.reference.city_zh, question.reference.city_en, "alerts", suppressed=reason)


def _by_class(question: Question) -> tuple[Counts, Counts, dict[str, tuple[str, str]]]:
    compared = question.compared
    assert compared.base
    now = _read(question, compared.period, compared.left_out)
    before = _read(question, compared.base, compared.base_left_out)
    return now, before, {group: (group, group) for group in {*now, *before}}


def _read(question: Question, period: Period, left_out: tuple[Any, ...]) -> Counts:
    groups = list(question.scope.groups)
    frame = question.frame(CLASSES_SQL, start=period[0], end=period[1], groups=groups, left_out=list(left_out))
    units = resolve(question.reference, question.scope, set(frame["station_code"]))
    found: dict[str, list[dict[str, int]]] = {}
    for line in frame.iter_rows(named=True):
        if units.row_of(units.station_of(line["station_code"])) is not None:
            counts = {name: line[name] for name in ZERO}
            found.setdefault(line["category_group"], []).append(counts)
    return {group: added(parts) for group, parts in found.items()}


def _row(
    question: Question,
    code: str,
    names: tuple[str, str],
    now: Mapping[str, int],
    before: Mapping[str, int],
    whole: Mapping[str, Mapping[str, int]],
) -> Row:
    difference = now["valid"] - before["valid"]
    total, base_total = whole["now"].get("valid", 0), whole["before"].get("valid", 0)
    of_received = received_part(now, before)
    enough = base_total >= question.indicator.smallest_base
    return Row(
        unit=code,
        name_zh=names[0],
        name_en=names[1],
        unit_of_value=question.indicator.unit,
        value=float(difference),
        numerator=now["valid"],
        base_numerator=before["valid"],
        change=count_change(question, now["valid"], before["valid"]),
        suppressed=why_no_change(question, now["valid"], before["valid"]),
        extra={
            "difference": difference,
            "of_received": of_received,
            "of_valid_share": difference - of_received,
            "points": difference / base_total if enough else None,
            "log_contribution": difference / logarithmic_mean(total, base_total) if total and base_total else None,
            "whole_of_received": received_part({**ZERO, **whole["now"]}, {**ZERO, **whole["before"]}),
            "total": total,
            "base_total": base_total,
        },
    )


def logarithmic_mean(one: float, other: float) -> float:
    """Return (a − b)/ln(a/b), a where both are equal; both above 0."""
    return one if one == other else (one - other) / log(one / other)


def received_part(now: Mapping[str, int], before: Mapping[str, int]) -> int:
    """Return how many alerts of a difference come from more or fewer calls received, in whole alerts."""
    if min(now["received"], before["received"], now["valid"], before["valid"]) <= 0:
        return now["valid"] - before["valid"]
    mean = logarithmic_mean(now["valid"], before["valid"])
    return round(mean * log(now["received"] / before["received"]))


ANSWERS = {"alert_contributions": contributions}
"""Functions of this module by the indicator that they answer."""
