"""Districts with both changes, and the stations whose change can be told from chance; never a ranking of noise."""

from exports.report import cells
from exports.report.desk import Desk
from exports.report.judged import judged, rest
from exports.report.model import Cell, Columns, Picture, Table, words
from exports.report.pictures import changes_picture
from metrics import Result, Row

STATIONS_SHOWN = 15
DISTRICT_HEADS = (
    "unit",
    "week",
    "previous",
    "previous_change",
    "previous_verdict",
    "yoy",
    "yoy_change",
    "yoy_verdict",
)
STATION_HEADS = ("unit", "week", "yoy", "yoy_change", "interval", "yoy_verdict")


def units(desk: Desk) -> tuple[Table | Picture | str, ...]:
    """Return the districts with both changes, their picture, and the stations whose change can be told from chance."""
    say, answers = desk.words, desk.answers
    past, now = (answers.ask("alert_change", comparison, "district") for comparison in ("yoy", "previous"))
    stations = answers.ask("alert_change", "yoy", "station")
    loud = sorted((row for row in stations.rows if row.verdict in cells.LOUD), key=_weight)
    names = tuple(say.of("report_column", head) for head in DISTRICT_HEADS)
    table = Table(
        "districts", say("report_table.districts"), names, _pairs(desk, now, past), (), Columns("bar", 0, (1, 2, 5))
    )
    blocks: list[Table | Picture | str] = [table, changes_picture(desk, past)]
    if not loud:
        told = judged(desk, stations, "station")
        return (*blocks, told) if told else tuple(blocks)
    lines = tuple(
        (
            words(row.unit),
            words(desk.name(row)),
            cells.count(desk, row.numerator),
            cells.count(desk, row.base_numerator),
            cells.change(desk, row),
            cells.interval(desk, row),
            cells.verdict(desk, row),
        )
        for row in loud[:STATIONS_SHOWN]
    )
    named = (say("column.code"), *(say.of("report_column", head) for head in STATION_HEADS))
    blocks += [
        cells.joined(desk, [say("report.stations_some"), rest(desk, stations.rows)]),
        Table("stations", say("report_table.stations"), named, lines),
    ]
    if len(loud) > STATIONS_SHOWN:
        blocks.append(say("report.stations_more", n=len(loud) - STATIONS_SHOWN))
    return tuple(blocks)


def _weight(row: Row) -> tuple[int, float]:
    return cells.LOUD.index(row.verdict or ""), row.p if row.p is not None else 1.0


def _pairs(desk: Desk, now: Result, past: Result) -> tuple[tuple[Cell, ...], ...]:
    before = {row.unit: row for row in past.rows}
    return tuple(
        (
            words(desk.name(row)),
            cells.counted(desk, row),
            cells.count(desk, row.base_numerator),
            cells.change(desk, row),
            cells.verdict(desk, row),
            cells.count(desk, before[row.unit].base_numerator),
            cells.change(desk, before[row.unit]),
            cells.verdict(desk, before[row.unit]),
        )
        for row in now.rows
        if row.unit in before
    )
