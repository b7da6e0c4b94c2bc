"""Registers of what is in place: status only, in the order of the codes, never ranked and never judged.

A register tells how many of its items are met. That is what somebody ticked, not a measurement, so it has neither
interval nor verdict, and no percentage that would invite a ranking.
"""

from metrics.counting import Question
from metrics.definitions import catalogue
from metrics.periods import DAY
from metrics.reported import NO_RETURN, Point, about_periods, course, part_of, upload_of
from metrics.returned import Tally, returns_of
from metrics.types import Note, Row
from metrics.units import unit_notes

COMPLETE, PARTIAL, NONE = "complete", "partial", "none"


def register(question: Question) -> list[Row]:
    """Return for each unit how many items of the register are met, with a status word."""
    upload = upload_of(question)
    found = returns_of(question, upload, part_of(question, upload))
    about = about_periods(found)
    rows = []
    for unit in found.units.rows:
        now, before = found.now.get(unit.code), found.before.get(unit.code)
        notes: list[Note] = unit_notes(found.units, unit, question.scope.start)
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                numerator=round(now.numerator) if now else None,
                denominator=round(now.denominator) if now else None,
                base_numerator=round(before.numerator) if before else None,
                base_denominator=round(before.denominator) if before else None,
                suppressed=None if now else NO_RETURN,
                notes=tuple([*about, *notes] if now else notes),
                extra={
                    "status": status_of(now),
                    "periods": [[start, end - DAY] for start, end in found.periods],
                    "base_periods": [[start, end - DAY] for start, end in found.base_periods],
                },
            )
        )
    return rows


def status_of(now: Tally | None) -> str | None:
    """Return the status word of a register: complete, partial or none; None without a return."""
    if now is None:
        return None
    if now.numerator >= now.denominator:
        return COMPLETE
    return PARTIAL if now.numerator > 0 else NONE


def items_met(question: Question) -> list[Point]:
    """Return how many items were met in each return; a register has no share to draw."""
    return [(day, None if met is None else float(met), met, whole) for day, _, met, whole in course(question)]


MINE = [name for name, entry in catalogue().items() if entry.subject == "registers"]
ANSWERS = dict.fromkeys(MINE, register)
"""Functions of this module by the indicator that they answer."""
COURSES = dict.fromkeys(MINE, items_met)
"""How the registers run over time."""
