"""Chooses the sheet of a workbook that holds the table, and says what became of the others."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from etl.errors import FileRefused, Refusal
from etl.reading import workbooks
from etl.reading.apart import Book
from etl.reading.layout import find_layout
from etl.reading.tables import check_width, preview, telling, write_table
from etl.reading.types import Choice, FoundTable, Layout, Limits, RowsRead, Sheet

Others = list[tuple[str, str]]


def read_workbook(
    path: Path, name: str, target: Path, choice: Choice, limits: Limits, tell: RowsRead | None = None
) -> FoundTable:
    """The table of a workbook.

    Raises:
        FileRefused: it cannot be read, or there is no table in it.
    """
    with workbooks.open_workbook(path, name, limits) as book:
        sheet, layout, others = open_chosen(book, path, name, choice, limits)
        check_width(layout, name, limits)
        warnings = write_table(telling(sheet.rows, sheet.extent, tell), layout, target, name, sheet.name)
    if sheet.hidden_rows:
        warnings.append({"code": "hidden_rows", "count": sheet.hidden_rows, "file": name, "sheet": sheet.name})
    unread = [other for other, why in others if why == "not_chosen"]
    if unread:
        warnings.append({"code": "sheets_left_out", "count": len(unread), "values": unread, "sheet": sheet.name})
    return FoundTable(
        file=name,
        sheet=sheet.name,
        source=target,
        is_parquet=True,
        columns=layout.columns,
        encoding="workbook",
        delimiter=None,
        layout=layout,
        date_system=sheet.date_system,
        hidden_rows=sheet.hidden_rows,
        other_sheets=tuple(others),
        preview=preview(sheet.first),
        warnings=tuple(warnings),
    )


def open_chosen(book: Book, path: Path, name: str, choice: Choice, limits: Limits) -> tuple[Sheet, Layout, Others]:
    """The sheet that was named, or the first that shows a table of two columns or more, or else of one.

    Raises:
        FileRefused: no such sheet, or no table.
    """
    names = workbooks.sheet_names(book)
    if choice.sheet and choice.sheet not in dict(names):
        detail = ", ".join(sheet for sheet, _ in names)
        raise FileRefused(Refusal(name, "no_sheet", sheet=choice.sheet, detail=detail))
    outcome: dict[str, str] = {sheet: "not_chosen" if visible else "hidden" for sheet, visible in names}
    narrow: str | None = None
    for sheet_name, visible in names:
        if sheet_name != choice.sheet if choice.sheet else not visible:
            continue
        sheet = workbooks.open_sheet(book, path, sheet_name, name, limits)
        layout = find_layout(sheet.first, sheet.merges, choice)
        if layout is not None and len(layout.columns) > 1:
            return sheet, layout, _others(outcome, sheet_name)
        if layout is not None:
            narrow = narrow or sheet_name
        else:
            outcome[sheet_name] = "no_table" if any(any(cells) for _, cells in sheet.first) else "empty"
        deque(sheet.rows, maxlen=0)  # the next sheet can be opened when this one is at its end
    if narrow is None:
        raise FileRefused(Refusal(name, "no_table", sheet=choice.sheet))
    sheet = workbooks.open_sheet(book, path, narrow, name, limits)
    layout = find_layout(sheet.first, sheet.merges, choice)
    assert layout is not None
    return sheet, layout, _others(outcome, narrow)


def _others(outcome: dict[str, str], chosen: str) -> Others:
    return [(name, why) for name, why in outcome.items() if name != chosen]
