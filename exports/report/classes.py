"""Alerts by class: the table against both bases, the matrix of districts and classes, and each class by itself."""

from exports.report import cells
from exports.report.desk import Desk
from exports.report.model import Cell, Columns, Section, Table, words
from exports.report.pictures import trend_picture
from metrics import GROUPS
from wording import saying

HEADS = (
    "class",
    "week",
    "share",
    "previous",
    "previous_change",
    "previous_verdict",
    "yoy",
    "yoy_change",
    "yoy_verdict",
)


def present(desk: Desk) -> list[str]:
    """Return the classes that have alerts in the week, last week or the week last year."""
    found = []
    for group in GROUPS:
        row, past = (
            desk.answers.city("alerts_valid", "previous", group),
            desk.answers.city("alerts_valid", "yoy", group),
        )
        if row.numerator or row.base_numerator or past.base_numerator:
            found.append(group)
    return found


def by_class(desk: Desk) -> tuple[Table, Table]:
    """Return the table of classes against both bases, and the matrix of districts and classes."""
    say, answers = desk.words, desk.answers
    valid = answers.city("alerts_valid")
    lines = [_class_line(desk, say.of("group", group), group, valid.numerator) for group in present(desk)]
    total = _class_line(desk, say("report_row.valid"), "", valid.numerator)
    received = _line(desk, say("report_row.received"), "alerts_received", "", None)
    table = Table(
        "classes",
        say("report_table.classes"),
        tuple(say.of("report_column", head) for head in HEADS),
        (*lines, total, received),
        strong=(len(lines), len(lines) + 1),
        native=Columns("column", 0, (1, 3, 6), (0, 2)),
    )
    return table, _matrix(desk)


def _class_line(desk: Desk, name: str, group: str, whole: int | None) -> tuple[Cell, ...]:
    return _line(desk, name, "alert_change", group, whole)


def _line(desk: Desk, name: str, indicator: str, group: str, whole: int | None) -> tuple[Cell, ...]:
    row, past = (desk.answers.city(indicator, comparison, group) for comparison in ("previous", "yoy"))
    return (
        words(name),
        cells.count(desk, row.numerator),
        cells.share(desk, row.numerator, whole),
        cells.count(desk, row.base_numerator),
        cells.change(desk, row),
        cells.verdict(desk, row),
        cells.count(desk, past.base_numerator),
        cells.change(desk, past),
        cells.verdict(desk, past),
    )


def _matrix(desk: Desk) -> Table:
    say, answers, groups = desk.words, desk.answers, present(desk)
    columns = [answers.ask("alerts_valid", "previous", "district", group) for group in groups]
    totals = [answers.ask(name, "previous", "district") for name in ("alerts_valid", "alerts_received")]
    city = [answers.city("alerts_valid", category=group) for group in groups]
    city += [answers.city(name) for name in ("alerts_valid", "alerts_received")]
    rows = [(words(say("report_row.city")), *(cells.count(desk, row.numerator) for row in city))]
    counted = [{row.unit: row.numerator for row in result.rows} for result in (*columns, *totals)]
    rows += [
        (words(desk.name(row)), *(cells.count(desk, column.get(row.unit, 0)) for column in counted))
        for row in totals[0].rows
    ]
    heads = [say("report_column.unit"), *(say.of("group", group) for group in groups)]
    heads += [say("report_column.valid"), say("report_column.received")]
    native = Columns("bar", 0, (len(groups) + 1,), (1, 0))
    return Table("matrix", say("report_table.matrix"), tuple(heads), tuple(rows), (0,), native)


def analysis(desk: Desk) -> tuple[Section, ...]:
    """Return a part for each class: how many, against both bases, where, and its course."""
    return tuple(_analysis_of(desk, group) for group in present(desk))


def _analysis_of(desk: Desk, group: str) -> Section:
    say, answers = desk.words, desk.answers
    row, past = (answers.city("alert_change", comparison, group) for comparison in ("previous", "yoy"))
    counted, whole = row.numerator or 0, answers.city("alerts_valid").numerator or 0
    part = cells.share(desk, counted, whole)
    line = say(
        "report.class_line",
        n=say.number(counted),
        daily=say.number(counted / desk.days, 1),
        share=say("report.class_share", share=part.text) if part.value is not None and part.form == "share" else "",
        previous=cells.told(desk, row),
        yoy=cells.told(desk, past),
    )
    districts = answers.ask("alert_change", "previous", "district", group)
    empty = [desk.name(unit) for unit in districts.rows if unit.numerator == 0]
    where = cells.apart(desk, districts) or say("report.none_apart")
    said = [line, say("report.class_districts", told=where)]
    if empty and counted:
        said.append(say("report.class_zero", names=saying.listed(desk, empty)))
    return Section(
        f"analysis_{group}",
        say.of("group", group),
        (cells.joined(desk, said), trend_picture(desk, group, (400, 148))),
    )
