"""Repeat reports, training, and the shares that guard the figures, by district with intervals."""

from dataclasses import replace

import polars as pl

import metrics
from charts import share_dots
from exports.report import cells
from exports.report.desk import Desk
from exports.report.model import Block, Cell, Picture, Table, words
from exports.report.pictures import A_ROW, ABOUT
from metrics import Result, Row
from wording import saying

KEYS = ("caller", "place", "matter")
GUARDS = ("valid_share", "recoded_down_share", "missing_caller_share")
TOLD = {
    "alerts_received",
    "alerts_valid",
    "alert_change",
    "repeat_share",
    "training_coverage",
    "training_first_pass",
    "alerts_reported",
    "alerts_excluded",
    "excluded_reported",
    *GUARDS,
}
"""Indicators that a section of their own tells."""
OTHERS_PRINTED = 8
"""So many other indicators stand on paper, those with a change first; all of them in the workbook and on the page."""
SHARE_HEADS = ("value", "interval", "numerator", "denominator", "base", "yoy_change", "yoy_verdict")


def line(desk: Desk, result: Result) -> str:
    """Return the city's share as a sentence, with its change against last year where there is one."""
    say, row = desk.words, result.rows[0]
    title = desk.indicator(result.indicator)
    if row.value is None:
        return say("report.share_none", title=title, why=saying.why(say, row))
    filled = {
        "title": title,
        "value": saying.value(say, row),
        "interval": saying.interval(say, row),
        "part": say.number(row.numerator),
        "whole": say.number(row.denominator),
    }
    if row.change is None:
        return say("report.share_line", **filled)
    return say("report.share_line_change", **filled, change=saying.change(say, row), verdict=cells.spoken(desk, row))


def repeats(desk: Desk) -> tuple[Block, ...]:
    """Return the repeat share: the city by each key, the districts by the default one."""
    say, answers = desk.words, desk.answers
    by_key = [answers.ask("repeat_share", "yoy", key=key) for key in KEYS]
    heads = (say("report_column.key"), *_heads(desk))
    keys = Table(
        "repeat_keys",
        say("report_table.repeat_keys"),
        heads,
        tuple(
            (words(say.of("key", key)), *_cells(desk, result.rows[0])) for key, result in zip(KEYS, by_key, strict=True)
        ),
    )
    city, districts = answers.ask("repeat_share", "yoy"), answers.ask("repeat_share", "yoy", "district")
    opening = cells.joined(desk, [line(desk, city), say("report.repeats_how")])
    if all(result.rows[0].value is None for result in by_key):
        return (line(desk, city),)
    return opening, keys, _table(desk, "repeat_units", districts), _picture(desk, districts, city)


def training(desk: Desk) -> tuple[Block, ...]:
    """Return coverage beside first-attempt pass: the second means nothing without the first."""
    say, answers = desk.words, desk.answers
    pairs = [answers.ask(name, "yoy") for name in ("training_coverage", "training_first_pass")]
    coverage, passed = (answers.ask(result.indicator, "yoy", "district") for result in pairs)
    notes = dict.fromkeys(note for result in pairs for note in saying.notes(desk, result))
    opening = cells.joined(desk, [*(line(desk, result) for result in pairs), *notes])
    second = {row.unit: row for row in passed.rows}
    heads = [say("report_column.unit")]
    for name in ("coverage", "first_pass"):
        heads += [say.of("report_column", name), *(say.of("report_column", h) for h in ("interval", "numerator"))]
        heads.append(say("report_column.denominator"))
    rows = tuple(
        (words(desk.name(row)), *_short(desk, row), *_short(desk, second.get(row.unit, row))) for row in coverage.rows
    )
    table = Table("training", say("report_table.training"), tuple(heads), rows)
    return opening, table, _picture(desk, coverage, pairs[0])


def integrity(desk: Desk) -> tuple[Block, ...]:
    """Return the shares that say whether a fall may be one of recording only."""
    say, answers = desk.words, desk.answers
    city = [answers.ask(name, "yoy") for name in GUARDS]
    districts = [answers.ask(name, "yoy", "district") for name in GUARDS]
    heads = [say("report_column.unit")]
    for name in GUARDS:
        heads += [desk.indicator(name), say("report_column.yoy_change"), say("report_column.yoy_verdict")]
    by_unit = [{row.unit: row for row in result.rows} for result in districts]
    rows = [(words(say("report_row.city")), *(c for result in city for c in _guard(desk, result.rows[0])))]
    rows += [
        (words(desk.name(row)), *(cell for found in by_unit for cell in _guard(desk, found[row.unit])))
        for row in districts[0].rows
    ]
    table = Table("integrity", say("report_table.integrity"), tuple(heads), tuple(rows), (0,))
    return say("report.integrity_how"), cells.joined(desk, [line(desk, result) for result in city]), table


def others(desk: Desk) -> tuple[Block, ...]:
    """Return the city's figures of every other indicator of the catalogue that has data."""
    say = desk.words
    heads = ("indicator", "value", "interval", "numerator", "denominator", "yoy_change", "yoy_verdict")
    rows: list[tuple[bool, tuple[Cell, ...]]] = []
    for name, entry in metrics.catalogue().items():
        result = desk.answers.maybe(name, "yoy") if name not in TOLD else None
        if result is not None and result.rows and result.rows[0].value is not None:
            row = result.rows[0]
            loud = row.verdict in cells.LOUD
            change, verdict = cells.change(desk, row), cells.verdict(desk, row)
            parts = _short(desk, row if row.denominator is not None else replace(row, numerator=None))
            rows.append((not loud, (words(say.text(entry.name)), *parts, change, verdict)))
    if not rows:
        return ()
    rows.sort(key=lambda pair: pair[0])
    names = tuple(say.of("report_column", head) for head in heads)
    shown = tuple(row for _, row in rows)
    told = say("report.others_how")
    if len(rows) > OTHERS_PRINTED:
        told = cells.joined(desk, [told, say("report.others_most", n=OTHERS_PRINTED, all=len(rows))])
    return told, Table("others", say("report_table.others"), names, shown, most=OTHERS_PRINTED)


def _heads(desk: Desk) -> tuple[str, ...]:
    return tuple(desk.words.of("report_column", head) for head in SHARE_HEADS)


def _short(desk: Desk, row: Row) -> tuple[Cell, ...]:
    return (
        cells.value(desk, row) if row.value is not None else words(saying.why(desk.words, row)),
        cells.interval(desk, row),
        cells.count(desk, row.numerator),
        cells.count(desk, row.denominator or None if row.numerator is None else row.denominator),
    )


def _cells(desk: Desk, row: Row) -> tuple[Cell, ...]:
    base = cells.share(desk, row.base_numerator, row.base_denominator)
    return (*_short(desk, row), base, cells.change(desk, row), cells.verdict(desk, row))


def _guard(desk: Desk, row: Row) -> tuple[Cell, ...]:
    return cells.value(desk, row), cells.change(desk, row), cells.verdict(desk, row)


def _table(desk: Desk, key: str, result: Result) -> Table:
    rows = tuple((words(desk.name(row)), *_cells(desk, row)) for row in result.rows)
    return Table(key, desk.words.of("report_table", key), (desk.words("report_column.unit"), *_heads(desk)), rows)


def _picture(desk: Desk, result: Result, city: Result) -> Picture:
    say, name = desk.words, desk.indicator(result.indicator)
    rows = [row for row in result.rows if row.value is not None]
    schema = {"unit": pl.String, "name": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    frame = pl.DataFrame(
        [
            (row.unit, desk.name(row), row.value, *(row.interval or (None, None)), saying.value(say, row), name)
            for row in rows
        ],
        schema=schema | {"text": pl.String, "kind": pl.String},
        orient="row",
    )
    title = say("report.share_title", name=name)
    figure = share_dots(frame, axis=name, average=city.rows[0].value, average_name=say("report_row.city"))
    figure.update_yaxes(dtick=1).update_xaxes(title=None)
    return Picture(f"{result.indicator}_units", title, figure, title, (760, ABOUT + A_ROW * len(rows)))
