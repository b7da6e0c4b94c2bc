"""Figures that units report as counts: one way to answer for everything in table `indicator_return`.

Which returns answer is said in `returned.py`, what they make in `return_figures.py`. Small counts of domestic violence
and minors are hidden by `suppression.py`, which stands behind every answer.
"""

from collections.abc import Mapping
from datetime import date

from metrics.breaks import event_notes
from metrics.counting import Question
from metrics.definitions import Upload, catalogue
from metrics.periods import DAY
from metrics.return_figures import FIGURES, SCALES, Line, pair_of
from metrics.returned import Returns, Table, Tally, returns_of, rolled, table_of, units_of
from metrics.standing import Unit
from metrics.types import Note, Period, Row
from metrics.units import unit_notes

NO_RETURN = "no_return"
Point = tuple[date, float | None, int | None, int | None]


def reported(question: Question) -> list[Row]:
    """Return the figure of each unit from its returns."""
    upload = upload_of(question)
    found = returns_of(question, upload, part_of(question, upload))
    return [_row(question, upload, found, unit) for unit in found.units.rows]


def upload_of(question: Question) -> Upload:
    """Return the small upload of the question's indicator."""
    upload = question.indicator.upload
    assert upload is not None, f"{question.indicator.id} is fed from no upload"
    return upload


def part_of(question: Question, upload: Upload) -> str:
    """Return the part of the return that is asked for: the reader's choice, or the entry's own."""
    return str(question.options.get("part", upload.breakdown))


def about_periods(found: Returns) -> list[Note]:
    """Return what must be said about the periods of the returns."""
    if not found.periods:
        return []
    first, last = found.periods[0][0], found.periods[-1][1] - DAY
    if not found.inside:
        return [Note("return_before_period", {"from": first, "to": last})]
    return [Note("returns_used", {"from": first, "to": last})]


def _row(question: Question, upload: Upload, found: Returns, unit: Unit) -> Row:
    now, before = found.now.get(unit.code), found.before.get(unit.code)
    since = found.base_periods[0][0] if found.base_periods else question.scope.start
    notes = [*unit_notes(found.units, unit, since), *event_notes(question, found.units, unit)]
    if now is None:
        names = (unit.code, unit.name_zh, unit.name_en)
        return Row(*names, question.indicator.unit, suppressed=NO_RETURN, notes=tuple(notes))
    notes = [*about_periods(found), *notes]
    if before is not None and before.reporters - now.reporters:
        notes.append(Note("returns_missing", {"units": sorted(before.reporters - now.reporters)}))
    if upload.figure == "value" and len(now.reporters) > 1:
        notes.append(Note("mean_of_medians"))
    extra = {
        "periods": [[start, end - DAY] for start, end in found.periods],
        "base_periods": [[start, end - DAY] for start, end in found.base_periods],
        "reporters": len(now.reporters),
    }
    return FIGURES[upload.figure](Line(question, upload, unit, now, before, tuple(notes), extra, found))


def course(question: Question) -> list[Point]:
    """Return one point a return for the whole scope, oldest first."""
    upload, units = upload_of(question), units_of(question)
    lines = _table(question).lines
    steps = returned_steps(question)
    return [_point(question, upload, step[0], rolled(question, units, lines.get(step, []))) for step in steps]


def returned_steps(question: Question) -> list[Period]:
    """Return the periods of the returns that lie wholly in the scope, oldest first."""
    scope = question.scope
    return [period for period in _table(question).periods if period[0] >= scope.start and period[1] <= scope.end]


def _table(question: Question) -> Table:
    upload = upload_of(question)
    return table_of(question, upload.indicator_id or question.indicator.id, part_of(question, upload))


def _point(question: Question, upload: Upload, first: date, rows: Mapping[str, Tally]) -> Point:
    tally = next(iter(rows.values()), None)
    if tally is None:
        return first, None, None, None
    number, whole = pair_of(tally)
    if upload.figure in ("count", "grade"):
        return first, tally.numerator, number, None
    if not tally.denominator:
        return first, None, number, whole
    total = tally.weighted if upload.figure == "value" else tally.numerator
    return first, SCALES.get(question.indicator.unit, 1) * total / tally.denominator, number, whole


MINE = [name for name, entry in catalogue().items() if entry.subject == "reported" and entry.upload]
ANSWERS = dict.fromkeys(MINE, reported)
"""Functions of this module by the indicator that they answer."""
COURSES = dict.fromkeys(MINE, course)
"""How the figures of this module run over time."""
