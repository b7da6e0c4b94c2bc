"""The report as an editable workbook: a sheet a subject with Excel's own charts, every figure, and the definitions.

Text is always written as text, so that no name in the data becomes a formula and no code a rounded number. The moment
in the file's properties is the data version's, so the same week is the same bytes.
"""

import io
from typing import Any

import polars as pl

from exports.figures import COUNTS, MEASURES
from exports.helping import Helper
from exports.report.model import (
    CHANGE,
    COUNT,
    DIFFERENCE,
    NUMBER,
    POINTS,
    SHARE,
    TEXT,
    Cell,
    Report,
    Section,
    Table,
    places,
    without_pictures,
)
from exports.weeks import Week
from wording import Words, guarded

FORMS = {  # by form; percentage points stand apart, because a percent sign would make them a relative change
    COUNT: "#,##0",
    DIFFERENCE: "+#,##0;-#,##0;0",
    SHARE: "0.0%",
    CHANGE: "+0.0%;-0.0%;0.0%",
    NUMBER: "#,##0.0",
}
COLOURS = ("#2b8cc4", "#9aa5b1", "#d9730d", "#1b9e77")
WIDEST = 60
CHART_ROWS, CHART_HEIGHT, BAR_HEIGHT = 17, 320, 34
"""Rows that a chart covers; its height and that of one name along its side, in pixels: Excel leaves names out else."""
ROW_PIXELS = 20
TEXT_COLUMNS, LINE_PLACES, LINE_HEIGHT = 8, 100, 15
"""Sentences run over so many columns, which hold about so many narrow letters a line; the height is in points."""


def workbooks(reports: list[Report], table: pl.DataFrame, week: Week, helper: Helper) -> list[bytes]:
    """Return the workbook of each report; the last of several is written by the helper."""
    handed = [helper.hand(workbook, without_pictures(one), table, week) for one in reports[1:][-1:]]
    here = [workbook(one, table, week) for one in reports[: len(reports) - len(handed)]]
    return here + [work.outcome() for work in handed]


def workbook(report: Report, table: pl.DataFrame, week: Week) -> bytes:
    """Return the workbook of a report."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": report.title, "created": week.made_at, "author": "Jiceng", "comments": report.foot})
    book.set_calc_mode("auto")
    writer = _Writer(book, Words(report.language))
    for number, section in enumerate(report.sections):
        writer.section(section, report if number == 0 else None)
    writer.figures(table)
    writer.notes(report)
    book.close()
    return out.getvalue()


class _Writer:
    """Writes sheets; keeps the formats of the book."""

    def __init__(self, book: Any, say: Words) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self.book, self.say = book, say
        face = {"font_name": "Microsoft YaHei" if say.short == "zh" else "Calibri", "font_size": 10}
        self.plain = book.add_format(face | {"valign": "top"})
        self.wrapped = book.add_format(face | {"text_wrap": True, "valign": "top"})
        self.title = book.add_format(face | {"bold": True, "font_size": 14, "font_color": "#c00000"})
        self.name = book.add_format(face | {"bold": True, "font_size": 11})
        ruled = face | {"bold": True, "bottom": 1, "top": 1, "text_wrap": True, "valign": "vcenter"}
        self.head = book.add_format(ruled)
        self.text_head, self.number_head = (
            book.add_format(ruled | {"align": "left", "indent": 1}),
            book.add_format(ruled | {"align": "right"}),
        )
        self.day = book.add_format(face | {"num_format": "yyyy-mm-dd"})
        unit = say("unit.points", value="").replace('"', "")
        forms = FORMS | {POINTS: f'+0.0"{unit}";-0.0"{unit}";0.0"{unit}"'}
        self.forms = {form: book.add_format(face | {"num_format": code}) for form, code in forms.items()}
        self.strong = {form: book.add_format(face | {"num_format": c, "bold": True}) for form, c in forms.items()}
        self.text = book.add_format(face | {"valign": "top", "align": "left", "indent": 1})
        self.bold = book.add_format(face | {"bold": True, "align": "left", "indent": 1})
        self.precise = book.add_format(face | {"num_format": "0.0000"})
        self.names: set[str] = set()

    def sheet(self, name: str) -> Any:  # noqa: ANN401
        """Return a new sheet with a name that Excel allows."""
        clean = "".join(letter for letter in name if letter not in "[]:*?/\\'")[:31]
        while clean in self.names:
            clean = clean[:29] + "+"
        self.names.add(clean)
        return self.book.add_worksheet(clean)

    def section(self, section: Section, report: Report | None) -> None:
        """Write a section: its sentences on top, then its tables, each with its chart to the right."""
        page = self.sheet(self.say.of("report_section", section.key))
        widths: dict[int, int] = {}
        row = 0
        if report is not None:
            page.write_string(0, 0, report.title, self.title)
            for row, line in enumerate(report.lines, start=1):
                page.write_string(row, 0, line, self.plain)
            row += 2
        tables = [block for block in section.each() if isinstance(block, Table)]
        texts = [block for block in section.blocks if isinstance(block, str)]
        for part in section.parts:
            texts += [f"{part.title}：{block}" for block in part.blocks if isinstance(block, str)]
        if len(tables) == 1 and report is None:
            row = self.table(page, row, tables[0], widths, frozen=True)
            tables = []
            row += 1
        if tables:
            page.freeze_panes(0, 1)  # of several tables only the names can stay in sight
        for text in texts:
            self.paragraph(page, row, text)
            row += 1
        for table in tables:
            row = self.table(page, row + 1, table, widths)
        for column, width in widths.items():
            page.set_column(column, column, width)
        self.paper(page)

    def paragraph(self, page: Any, row: int, text: str) -> None:  # noqa: ANN401
        """Write a sentence over the width of the page."""
        page.merge_range(row, 0, row, TEXT_COLUMNS, "", self.wrapped)
        page.write_string(row, 0, text, self.wrapped)
        page.set_row(row, LINE_HEIGHT * -(-places(text) // LINE_PLACES))

    def paper(self, page: Any) -> None:  # noqa: ANN401
        """Make a sheet printable: A4 across, one page wide."""
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)

    def table(self, page: Any, row: int, table: Table, widths: dict[int, int], *, frozen: bool = False) -> int:  # noqa: ANN401
        """Write a table with its title and chart; return the first free row after it."""
        page.write_string(row, 0, table.title, self.name)
        for column, head in enumerate(table.heads):
            is_number = any(line[column].form != TEXT for line in table.rows)
            page.write_string(row + 1, column, head, self.number_head if is_number else self.text_head)
            widths[column] = max(widths.get(column, 8), min(18, places(head) + 2))
        if frozen:
            page.freeze_panes(row + 2, 1)
        for line, cells in enumerate(table.rows):
            for column, cell in enumerate(cells):
                self.cell(page, row + 2 + line, column, cell, strong=line in table.strong)
                widths[column] = max(widths[column], min(WIDEST, places(cell.text) + 2))
        after = row + 2 + len(table.rows)
        if table.native:
            self.chart(page, row, table)
            bars = len(table.rows) if table.native.kind == "bar" else 0
            after = max(after, row + max(CHART_ROWS, -(-BAR_HEIGHT * bars // ROW_PIXELS) + 1))
        return after + 1

    def cell(self, page: Any, row: int, column: int, cell: Cell, *, strong: bool) -> None:  # noqa: ANN401
        """Write one cell: numbers as numbers with their format, all else as text."""
        if isinstance(cell.value, int | float) and cell.form in self.forms:
            value = round(100 * cell.value, 8) if cell.form == POINTS else cell.value
            page.write_number(row, column, value, (self.strong if strong else self.forms)[cell.form])
        else:
            page.write_string(row, column, cell.text, self.bold if strong else self.text)

    def chart(self, page: Any, row: int, table: Table) -> None:  # noqa: ANN401
        """Draw a table as a chart of Excel's own, to the right of it."""
        drawn = table.native
        assert drawn is not None
        first, last = row + 2 + drawn.skip[0], row + 1 + len(table.rows) - drawn.skip[1]
        if last < first:
            return
        chart = self.book.add_chart({"type": drawn.kind})
        for number, column in enumerate(drawn.series):
            colour = COLOURS[number % len(COLOURS)]
            line = {"color": colour, "width": 2} | ({"dash_type": "dash"} if number else {})
            series = {
                "name": [page.name, row + 1, column],
                "categories": [page.name, first, drawn.names, last, drawn.names],
                "values": [page.name, first, column, last, column],
            }
            look = {"line": line} if drawn.kind == "line" else {"fill": {"color": colour}}
            chart.add_series(series | look)
        chart.set_title({"name": table.title, "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"} if len(drawn.series) > 1 else {"none": True})
        chart.set_y_axis({"min": 0, "num_format": "#,##0"} if drawn.kind != "bar" else {"reverse": True})
        names = last - first + 1 if drawn.kind == "bar" else 0
        chart.set_size({"width": 620, "height": max(CHART_HEIGHT, BAR_HEIGHT * names)})
        page.insert_chart(row, len(table.heads) + 1, chart, {"description": table.title})

    def figures(self, table: pl.DataFrame) -> None:
        """Write the tidy table of every figure, with a filter; codes stay text."""
        page = self.sheet(self.say.of("report_section", "figures"))
        numbers, days = (
            (*COUNTS, "definition", "data_version"),
            ("period_first", "period_last", "base_first", "base_last"),
        )
        for column, name in enumerate(table.columns):
            page.write_string(0, column, name, self.head)
            values = table[name].to_list()
            if name in numbers:
                page.set_column(column, column, 11)
                write, form = page.write_number, self.forms[COUNT]
            elif name in MEASURES:
                write, form = page.write_number, self.precise
            elif name in days:
                write, form = page.write_datetime, self.day
            else:
                write, form = page.write_string, self.plain
                safe = {value: str(guarded(value)) for value in set(values) if value is not None}
                values = [safe.get(value) for value in values]
            for row, value in enumerate(values, start=1):
                if value is not None and value != "":
                    write(row, column, value, form)
        page.set_column(0, 3, 16)
        page.set_column(5, 7, 16)
        page.freeze_panes(1, 1)
        self.paper(page)
        page.repeat_rows(0)
        page.autofilter(0, 0, len(table), len(table.columns) - 1)

    def notes(self, report: Report) -> None:
        """Write the definitions of every indicator and what the report was made from."""
        page = self.sheet(self.say.of("report_section", "definitions"))
        page.set_column(0, 0, 120)
        page.write_string(0, 0, self.say.of("report_section", "definitions"), self.head)
        page.freeze_panes(1, 0)
        for row, line in enumerate((*report.definitions, *report.lines, report.foot), start=1):
            page.write_string(row, 0, line, self.wrapped)
        self.paper(page)
