"""Charts of alerts, drawn by `charts` from what the metrics say."""

import polars as pl

from charts import change_dots, trend
from exports.report import cells
from exports.report.desk import WEEKS_SHOWN, Desk
from exports.report.model import Columns, Picture, Table, words
from metrics import Result

ABOUT, A_ROW = 80, 15
"""Pixels of a chart of units: what stands above and below its rows, and a row, which has to hold a name."""
SHAPES = ("confirmed", "possible", "not_established", "contradicted")


def trend_picture(desk: Desk, group: str = "", size: tuple[int, int] = (760, 185)) -> Picture:
    """Return the last half year of valid alerts by weeks with the year before."""
    say = desk.words
    now, before = desk.answers.course(group)
    name = say.of("group", group) if group else desk.indicator("alerts_valid")
    title = say("report.trend_title", name=name, n=WEEKS_SHOWN)
    figure = trend(
        now,
        axis=say("axis.alerts.week"),
        names=(say("report.line_now"), say("report.line_before")),
        base=before,
    )
    figure.update_layout(legend={"y": -0.28})  # paper is flatter than a page
    figure.update_xaxes(ticks="outside", ticklen=6)  # there the first month would run into the zero
    if group:  # small multiples: the title says which line is which
        figure.update_layout(showlegend=False)
    return Picture(f"trend_{group or 'all'}", title, figure, title, size)


def trend_table(desk: Desk) -> Table:
    """Return the same figures as a table, for the workbook."""
    say = desk.words
    now, before = desk.answers.course()
    past = dict(before.select("period_start", "numerator").iter_rows())
    heads = (say("report_column.week_of"), say("report.line_now"), say("report.line_before"))
    rows = tuple(
        (words(day.isoformat()), cells.count(desk, number), cells.count(desk, past.get(day)))
        for day, number in now.select("period_start", "numerator").iter_rows()
    )
    return Table("trend", say("report_table.trend"), heads, rows, (), Columns("line", 0, (1, 2)), printed=False)


def changes_picture(desk: Desk, result: Result) -> Picture:
    """Return the districts' changes with their intervals."""
    say = desk.words
    rows = [row for row in result.rows if row.change is not None]
    frame = pl.DataFrame(
        {
            "unit": [row.unit for row in rows],
            "name": [desk.name(row) for row in rows],
            "change": [row.change for row in rows],
            "low": [row.interval[0] if row.interval else None for row in rows],
            "high": [row.interval[1] if row.interval else None for row in rows],
            "verdict": [row.verdict for row in rows],
            "text": [f"{desk.name(row)} {cells.told(desk, row)}" for row in rows],
        },
        schema_overrides=dict.fromkeys(("change", "low", "high"), pl.Float64) | {"verdict": pl.String},
    )
    verdicts = {code: say.of("verdict", code) for code in SHAPES}
    title = say("report.changes_title")
    figure = change_dots(frame, axis=say("axis.change"), verdicts=verdicts)
    figure.update_yaxes(dtick=1).update_xaxes(title=None)
    return Picture("changes", title, figure, title, (760, ABOUT + A_ROW * len(rows)))
