"""Alerts by class: the table against both bases, the matrix of districts and classes, and each class by itself."""

from exports.report import cells
from exports.report.desk import Desk
from exports.report.judged import judged
from exports.report.model import Cell, Columns, Section, Table, words
from exports.report.pictures import trend_picture
from metrics import GROUPS, Row
from wording import DASH, saying

HEADS = (
    "class",
    "week",
    "share",
    "previous",
    "previous_difference",
    "previous_change",
    "previous_verdict",
    "yoy",
    "yoy_difference",
    "yoy_change",
    "yoy_verdict",
)
REASON_HEADS = ("reason", "week", "previous", "previous_difference", "yoy", "yoy_difference")


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


def by_class(desk: Desk) -> tuple[Table, ...]:
    """Return the table of classes against both bases, why calls were not valid, and the matrix of districts by classes.

    The reasons do not go on paper, which is short.
    """
    say, whole = desk.words, desk.answers.city("alerts_valid").numerator
    lines = [_line(desk, say.of("group", group), "alert_change", group, whole) for group in present(desk)]
    valid = _line(desk, say("report_row.valid"), "alert_change", "", whole)
    excluded = _line(desk, say("report_row.excluded"), "alerts_excluded", "", None)
    received = _line(desk, say("report_row.received"), "alerts_received", "", None)
    table = Table(
        "classes",
        say("report_table.classes"),
        tuple(say.of("report_column", head) for head in HEADS),
        (*lines, valid, excluded, received, _valid_share(desk)),
        strong=(len(lines), len(lines) + 1, len(lines) + 2),
        native=Columns("column", 0, (1, 3, 7), (0, 4)),
    )
    return table, _reasons(desk), _matrix(desk)


def _line(desk: Desk, name: str, indicator: str, group: str, whole: int | None) -> tuple[Cell, ...]:
    row, past = (desk.answers.city(indicator, comparison, group) for comparison in ("previous", "yoy"))
    return (
        words(name),
        cells.counted(desk, row),
        cells.share(desk, row.numerator, whole),
        *_against(desk, row),
        *_against(desk, past),
    )


def _against(desk: Desk, row: Row) -> tuple[Cell, ...]:
    return (
        cells.count(desk, row.base_numerator),
        cells.difference(desk, row),
        cells.change(desk, row),
        cells.verdict(desk, row),
    )


def _reasons(desk: Desk) -> Table:
    """Return for how many calls each reason was given: counts alone, as reasons are habits of recording."""
    say = desk.words
    pair = [desk.answers.city("alerts_excluded", comparison) for comparison in ("previous", "yoy")]
    lines = []
    for name, number in pair[0].extra.get("reasons", {}).items():
        before = [row.extra["base_reasons"][name] if row.base_numerator is not None else None for row in pair]
        if any((number, *before)):
            against = [
                cell
                for row, base in zip(pair, before, strict=True)
                for cell in (cells.count(desk, base), _more(desk, row, number, base))
            ]
            lines.append((words(say.of("step", name)), cells.count(desk, number), *against))
    heads = tuple(say.of("report_column", head) for head in REASON_HEADS)
    return Table("reasons", say("report_table.reasons"), heads, tuple(lines), printed=False)


def _more(desk: Desk, row: Row, number: int, base: int | None) -> Cell:
    return words(DASH) if base is None or row.has_note("unequal_days") else cells.more(desk, number, base)


def _valid_share(desk: Desk) -> tuple[Cell, ...]:
    """Return the valid share as the last line; a fall of valid alerts means little when it fell as well."""
    row, past = (desk.answers.city("valid_share", comparison) for comparison in ("previous", "yoy"))
    against = [
        cell
        for one in (row, past)
        for cell in (
            cells.share(desk, one.base_numerator, one.base_denominator),
            words(DASH),
            cells.change(desk, one),
            cells.verdict(desk, one),
        )
    ]
    return words(desk.words("report_row.valid_share")), cells.value(desk, row), words(DASH), *against


def _matrix(desk: Desk) -> Table:
    """Return districts by classes, the whole city first, with each district's share of the city's valid alerts."""
    say, answers, groups = desk.words, desk.answers, present(desk)
    totals = ("alerts_valid", "alerts_excluded", "alerts_received")
    city = [answers.city("alerts_valid", category=group) for group in groups] + [answers.city(name) for name in totals]
    results = [answers.ask("alerts_valid", "previous", "district", group) for group in groups]
    results += [answers.ask(name, "previous", "district") for name in totals]
    counted = [{row.unit: row.numerator for row in result.rows} for result in results]
    whole = answers.city("alerts_valid").numerator
    lines = [(say("report_row.city"), [row.numerator for row in city])]
    lines += [(desk.name(row), [column.get(row.unit, 0) for column in counted]) for row in results[-1].rows]
    rows = []
    for name, numbers in lines:
        shown = [cells.count(desk, number) for number in numbers]
        shown.insert(len(groups) + 1, cells.share(desk, numbers[len(groups)], whole))
        rows.append((words(name), *shown))
    heads = [say("report_column.unit"), *(say.of("group", group) for group in groups)]
    heads += [say.of("report_column", head) for head in ("valid", "of_city", "excluded", "received")]
    native = Columns("bar", 0, (len(groups) + 1,), (1, 0))
    return Table("matrix", say("report_table.matrix"), tuple(heads), tuple(rows), (0,), native)


def analysis(desk: Desk) -> tuple[Section, ...]:
    """Return a part for each class: how many, against both bases, where, and its course."""
    return tuple(_analysis_of(desk, group) for group in present(desk)) if desk.is_recorded else ()


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
    empty = [desk.name(unit) for unit in districts.rows if unit.numerator == 0 and unit.suppressed != cells.NO_DATA]
    where = judged(desk, districts, "district")
    said = [line, say("report.class_districts", told=where) if where else ""]
    if empty and counted:
        said.append(say("report.class_zero", names=saying.listed(desk, empty)))
    return Section(
        f"analysis_{group}",
        say.of("group", group),
        (cells.joined(desk, said), trend_picture(desk, group, (400, 126))),
    )
