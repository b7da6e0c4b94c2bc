"""What units reported for exactly this week, apart from the records; and changes that were published wrong."""

import warehouse
from exports.report import cells
from exports.report.desk import Desk
from exports.report.model import Block, Cell, Table, words
from metrics import GROUPS, Row

NAME = "alerts_reported"
EXCLUDED = "excluded_reported"
RETURNED = {NAME, EXCLUDED}
AGAINST = ("", "_difference", "_change", "_verdict")
HEADS = ("class", "week", *(f"{base}{of}" for base in ("previous", "yoy") for of in AGAINST))
WRONG = "published_change_differs"


def returned(desk: Desk) -> tuple[Block, ...]:
    """Return the reported total and classes with changes computed here; nothing where nothing was reported."""
    say = desk.words
    total = desk.answers.city(NAME)
    if total.value is None:
        return ()
    groups = [group for group in GROUPS if desk.answers.city(NAME, "previous", group).value is not None]
    rows = [_line(desk, say.of("group", group), NAME, group) for group in groups]
    rows.append(_line(desk, say("report_row.valid"), NAME))
    if desk.answers.city(EXCLUDED).value is not None:
        rows.append(_line(desk, say("report_row.excluded"), EXCLUDED))
    heads = tuple(say.of("report_column", head) for head in HEADS)
    table = Table("returns", say("report_table.returns"), heads, tuple(rows), tuple(range(len(groups), len(rows))))
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


def _line(desk: Desk, name: str, indicator: str, group: str = "") -> tuple[Cell, ...]:
    row, past = (desk.answers.city(indicator, comparison, group) for comparison in ("previous", "yoy"))
    return words(name), cells.count(desk, row.numerator), *_against(desk, row), *_against(desk, past)


def _against(desk: Desk, row: Row) -> tuple[Cell, ...]:
    return (
        cells.count(desk, row.base_numerator),
        cells.difference(desk, row),
        cells.change(desk, row),
        cells.verdict(desk, row),
    )
