"""What units reported for exactly this week, apart from the records; and changes that were published wrong."""

from collections.abc import Mapping
from datetime import date

import warehouse
from exports.report import cells
from exports.report.desk import Desk
from exports.report.model import Block, Cell, Table, words
from metrics import GROUPS, Row
from wording import Words

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
    told = [_told(say, file, one) for file, one in stated_wrongly(desk)]
    wrong = (say("report.returns_wrong", told=say("say.semicolon").join(told)),) if told else ()
    return (say("report.returns_how"), table, *wrong)


def stated_wrongly(desk: Desk) -> list[tuple[str, dict[str, object]]]:
    """Return every published change of days of this week that the importer found wrong, with its file.

    Of batches that stand. A change of another week is told in that week's report.
    """
    return [
        (", ".join(batch["files"]), warning)
        for batch in reversed(warehouse.batch_history(desk.answers.lake, desk.week.version))
        if batch["table_name"] == "indicator_return" and batch["status"] != "undone"
        for warning in batch["warnings"]
        if warning.get("code") == WRONG and _is_of(desk, warehouse.warning_period(warning, batch))
    ]


def _is_of(desk: Desk, days: tuple[date, date] | None) -> bool:
    return days is not None and days[0] < desk.week.end and days[1] > desk.week.start


def _told(say: Words, file: str, wrong: Mapping[str, object]) -> str:
    computed = _computed(say, wrong)
    return say("report.returns_wrong_one", file=file, row=wrong.get("row"), stated=wrong["stated"], computed=computed)


def _computed(say: Words, wrong: Mapping[str, object]) -> str:
    """Return what the numbers really give as the report writes changes: in percent, or a difference of counts."""
    text = str(wrong["computed"])
    if text.endswith("%"):
        return say.signed(float(text.removesuffix("%")) / 100, 2)
    return say.difference(int(text)) if text.lstrip("+-").isdigit() else text


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
