"""Chooses the sheet of a workbook that holds the table, and says what became of the others."""

from __future__ import annotations

from pathlib import Path

import python_calamine

from etl.errors import FileRefused, Refusal
from etl.reading import workbooks
from etl.reading.layout import find_layout
from etl.reading.tables import check_width, preview, write_table
from etl.reading.types import Choice, FoundTable, Layout, Limits, Sheet

Others = list[tuple[str, str]]
Found = tuple[Sheet, Layout]


def read_workbook(path: Path, name: str, target: Path, choice: Choice, limits: Limits) -> FoundTable:
    """The table of a workbook.

    Raises:
        FileRefused: it cannot be read, or there is no table in it.
    """
    book = workbooks.open_workbook(path, name, limits)
    sheet, layout, others = open_chosen(book, path, name, choice, limits)
    check_width(layout, name, limits)
    warnings = write_table(sheet.rows, layout, target, name, sheet.name)
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


def open_chosen(
    book: python_calamine.CalamineWorkbook, path: Path, name: str, choice: Choice, limits: Limits
) -> tuple[Sheet, Layout, Others]:
    """The sheet that was named, or the first that shows a table of two columns or more, or else of one.

    Raises:
        FileRefused: no such sheet, or no table.
    """
    names = workbooks.sheet_names(book)
    if choice.sheet and choice.sheet not in dict(names):
        detail = ", ".join(sheet for sheet, _ in names)
        raise FileRefused(Refusal(name, "no_sheet", sheet=choice.sheet, detail=detail))
    outcome: dict[str, str] = {sheet: "not_chosen" if visible else "hidden" for sheet, visible in names}
    chosen: Found | None = None
    for sheet_name, visible in names:
        if sheet_name != choice.sheet if choice.sheet else not visible:
            continue
        sheet = workbooks.open_sheet(book, path, sheet_name, name, limits)
        layout = find_layout(sheet.first, sheet.merges, choice)
        if layout is None:
            outcome[sheet_name] = "no_table" if any(any(cells) for _, cells in sheet.first) else "empty"
            continue
        if chosen is None or len(layout.columns) > 1:
            chosen = sheet, layout
        if len(layout.columns) > 1:
            break
    if chosen is None:
        raise FileRefused(Refusal(name, "no_table", sheet=choice.sheet))
    others = [(other, why) for other, why in outcome.items() if other != chosen[0].name]
    return *chosen, others
