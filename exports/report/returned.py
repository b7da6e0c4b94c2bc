"""What units reported for exactly this week, apart from the records; and changes that were published wrong."""

import warehouse
from exports.report import cells
from exports.report.desk import Desk
from exports.report.model import Block, Cell, Table, words
from metrics import GROUPS, Row

NAME = "alerts_reported"
HEADS = ("class", "week", "previous", "previous_change", "previous_verdict", "yoy", "yoy_change", "yoy_verdict")
WRONG = "published_change_differs"


def returned(desk: Desk) -> tuple[Block, ...]:
    """Return the reported total and classes with changes computed here; nothing where nothing was reported."""
    say = desk.words
    total = desk.answers.city(NAME)
    if total.value is None:
        return ()
    rows = [_line(desk, say("report_row.valid"), "")]
    for group in GROUPS:
        if desk.answers.city(NAME, "previous", group).value is not None:
            rows.insert(len(rows) - 1, _line(desk, say.of("group", group), group))
    heads = tuple(say.of("report_column", head) for head in HEADS)
    table = Table("returns", say("report_table.returns"), heads, tuple(rows), (len(rows) - 1,))
    told = [
        say("report.returns_wrong_one", file=file, row=one.get("row"), stated=one["stated"], computed=one["computed"])
        for file, one in stated_wrongly(desk)
    ]
    wrong = (say("report.returns_wrong", told=say("say.semicolon").join(told)),) if told else ()
    return (say("report.returns_how"), table, *wrong)


def stated_wrongly(desk: Desk) -> list[tuple[str, dict[str, object]]]:
    """Return every published change that the importer found wrong, with its file; of batches that stand."""
    return [
        (", ".join(batch["files"]), warning)
        for batch in reversed(warehouse.batch_history(desk.answers.lake, desk.week.version))
        if batch["table_name"] == "indicator_return" and batch["status"] != "undone"
        for warning in batch["warnings"]
        if warning.get("code") == WRONG
    ]


def _line(desk: Desk, name: str, group: str) -> tuple[Cell, ...]:
    row, past = (desk.answers.city(NAME, comparison, group) for comparison in ("previous", "yoy"))
    return words(name), cells.count(desk, row.numerator), *_against(desk, row), *_against(desk, past)


def _against(desk: Desk, row: Row) -> tuple[Cell, ...]:
    return cells.count(desk, row.base_numerator), cells.change(desk, row), cells.verdict(desk, row)
