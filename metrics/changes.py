"""The change in valid alerts, raw and adjusted for the calendar, and the word that stands beside it.

The change shown is that of the counts by the day; the verdict rests on the change adjusted for weekdays, holidays and
season (`seasons`), on the control chart of the adjusted series (`control`), on calls received and the valid share, and
on signals of data integrity that point the same way. The rule is written out at the head of `catalogue/rules.yaml`.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from metrics.alerts import Line, counter_metrics, lines
from metrics.breaks import Alternative, alternatives
from metrics.control import control_chart
from metrics.counting import Question, count_alerts
from metrics.integrity import against_fall
from metrics.provisional import late_alternatives
from metrics.rows import base_notes, count_change, why_no_change
from metrics.scatter import scatter
from metrics.seasons import Seasons, seasons
from metrics.statistics import Interval, Split, share_z, split_change
from metrics.types import Note, Row
from metrics.verdicts import Comparison, Evidence, compare_counts, count_verdict, exceptions, same_side

ALWAYS_SAID = ("dark_unit",)
SIGNALS_LOOK_BACK = timedelta(weeks=26)
"""Signals of data integrity look over half a year anyway; of a longer period its last half is judged."""


@dataclass(frozen=True)
class Case:
    """Everything about one row that its verdict needs.

    Attributes:
        raw: the comparison over days; None where no percentage is given.
        adjusted: the comparison over calendar factors; None where nothing can be adjusted.
    """

    line: Line
    factor: float | None
    raw: Comparison | None
    adjusted: Comparison | None
    exposures: tuple[float, float] | None
    split: Split | None
    suspicions: tuple[Alternative, ...]
    signals: tuple[str, ...] = ()

    @property
    def test(self) -> Comparison | None:
        """Return the comparison that is judged."""
        return self.adjusted or self.raw


def change(question: Question) -> list[Row]:
    """Return the change in valid alerts of each unit with its verdict and counter-metrics."""
    counted = count_alerts(question)
    table = lines(question, counted)
    if not question.compared.has_base:
        return [_row(question, _bare(line), None, exception=False) for line in table]
    seasonal = seasons(question, counted.units)
    factors = scatter(question, seasonal)
    suspicions, late = alternatives(question, counted), late_alternatives(question, seasonal)
    cases = []
    for line in table:
        code = line[0].code
        named = (*suspicions.get(code, ()), *late.get(code, ()))
        cases.append(_case(question, line, factors.get(code), seasonal, named))
    stays = exceptions(question.rule, [case.test for case in cases])
    cases = _with_signals(question, cases, stays)
    return [_row(question, case, seasonal, exception=stay) for case, stay in zip(cases, stays, strict=True)]


def _with_signals(question: Question, cases: list[Case], stays: list[bool]) -> list[Case]:
    """Return the cases with the raised signals of data integrity, asked for only where a fall could be confirmed."""
    near = any(
        stay and case.test is not None and case.test.ratio < 1 and abs(case.test.z) >= question.rule.z
        for case, stay in zip(cases, stays, strict=True)
    )
    scope = question.scope
    lately = replace(scope, start=max(scope.start, scope.end - SIGNALS_LOOK_BACK))
    raised = against_fall(replace(question, scope=lately)) if near else {}
    return [replace(case, signals=raised.get(case.line[0].code, ())) for case in cases]


def _bare(line: Line) -> Case:
    return Case(line, None, None, None, None, None, ())


def _case(
    question: Question,
    line: Line,
    factor: float | None,
    seasonal: Seasons,
    suspicions: tuple[Alternative, ...],
) -> Case:
    unit, now, before, _ = line
    compared = question.compared
    split = split_change(now["received"], now["valid"], before["received"], before["valid"])
    if why_no_change(question, now["valid"], before["valid"]):
        return Case(line, factor, None, None, None, split, suspicions)
    raw = compare_counts(question.rule, now["valid"], before["valid"], compared.days, compared.base_days, factor)
    exposures = (
        seasonal.exposure(unit.code, compared.counted_days()),
        seasonal.exposure(unit.code, compared.counted_base_days()),
    )
    if not exposures[0] or not exposures[1]:
        return Case(line, factor, raw, None, None, split, suspicions)
    pair = (exposures[0], exposures[1])
    adjusted = compare_counts(question.rule, now["valid"], before["valid"], *pair, factor)
    return Case(line, factor, raw, adjusted, pair, split, suspicions)


def _row(question: Question, case: Case, seasonal: Seasons | None, *, exception: bool) -> Row:
    unit, now, before, notes = case.line
    has_base, reason = question.compared.has_base, why_no_change(question, now["valid"], before["valid"])
    if not has_base and reason is None:
        reason = "no_base_data" if question.compared.base else "no_comparison"
    test, flags = case.test, _flags(question, case)
    upsets = [s for s in case.suspicions if test and test.excludes_equality and not _stands(question, case, s)]
    verdict = None
    if test is not None and seasonal is not None:
        evidence = Evidence(
            broken=any(note.code == "series_break" for note in notes),
            stands=not upsets,
            exception=exception,
            signal=_signal(question, seasonal, unit.code, test),
            adjusted=case.adjusted is not None,
            flagged=frozenset(flags),
        )
        verdict = count_verdict(question.rule, test, case.split, evidence)
    relative, raw = count_change(question, now["valid"], before["valid"]), case.raw
    said = [s.note for s in case.suspicions if s in upsets or s.note.code in ALWAYS_SAID]
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=relative,
        numerator=now["valid"],
        base_numerator=before["valid"] if has_base else None,
        change=relative,
        interval=Interval(raw.interval.low - 1, raw.interval.high - 1) if raw else None,
        p=raw.p if raw else None,
        verdict=verdict,
        suppressed=reason,
        notes=(*notes, *base_notes(reason), *said, *_calendar_notes(case)),
        extra=_extra(question, case, flags),
    )


def _signal(question: Question, seasonal: Seasons, code: str, test: Comparison) -> bool:
    """Return whether the control chart bears out the direction of the change."""
    if not test.excludes_equality or abs(test.z) < question.rule.z:
        return False
    chart = control_chart(question, seasonal, code)
    return chart is not None and chart.shows(-1 if test.ratio < 1 else 1, question.scope.start)


def _flags(question: Question, case: Case) -> tuple[str, ...]:
    """Return signals of data integrity that point in the direction of a fall; a rise needs none."""
    _, now, before, _ = case.line
    if case.test is None or case.test.ratio >= 1:
        return ()
    tests = {
        "valid_share": -_share_z(now, before, "valid", "received"),
        "recoded_down": _share_z(now, before, "recoded_down", "valid"),
    }
    own = [name for name, z in tests.items() if z >= question.rule.z]
    return tuple(dict.fromkeys((*own, *case.signals)))


def _share_z(now: dict[str, int], before: dict[str, int], part: str, whole: str) -> float:
    if min(now[whole], before[whole]) <= 0:
        return 0.0
    return share_z(now[part], now[whole], before[part], before[whole])


def _stands(question: Question, case: Case, suspicion: Alternative) -> bool:
    """Return whether a change would still be found if one suspicion explained all that it can."""
    _, now, before, _ = case.line
    compared, test = question.compared, case.test
    assert test is not None
    days, base_days = case.exposures or (compared.days, compared.base_days)
    counts = (now["valid"] + suspicion.now, before["valid"] + suspicion.before)
    return same_side(test, compare_counts(question.rule, *counts, days, base_days, test.dispersion))


def _calendar_notes(case: Case) -> list[Note]:
    """Return the note where the calendar makes or unmakes the change."""
    if case.raw is None or case.adjusted is None:
        return []
    if case.raw.excludes_equality and not same_side(case.raw, case.adjusted):
        return [Note("calendar_explains")]
    return [Note("calendar_hides")] if case.adjusted.excludes_equality and not case.raw.excludes_equality else []


def _extra(question: Question, case: Case, flags: tuple[str, ...]) -> dict[str, Any]:
    """Return the counter-metrics of a change: received, the split, recoding, and the tests behind it."""
    _, now, before, _ = case.line
    has_base, test, split, adjusted = question.compared.has_base, case.test, case.split, case.adjusted
    return counter_metrics(now, before) | {
        "difference": now["valid"] - before["valid"] if has_base else None,
        "received_change": count_change(question, now["received"], before["received"]) if has_base else None,
        "adjusted_change": adjusted.ratio - 1 if adjusted else None,
        "adjusted_interval": [adjusted.interval.low - 1, adjusted.interval.high - 1] if adjusted else None,
        "adjusted_p": adjusted.p if adjusted else None,
        "log_change": split.valid if split else None,
        "log_received": split.received if split else None,
        "log_share": split.share if split else None,
        "share_part_of_change": split.share_of_change if split else None,
        "z": test.z if test else None,
        "p_poisson": test.p_poisson if test else None,
        "dispersion": case.factor if test else None,
        "test": test.name if test else None,
        "flags": list(flags),
        "days": question.compared.days,
        "base_days": question.compared.base_days,
    }


ANSWERS = {"alert_change": change}
"""Functions of this module by the indicator that they answer."""
