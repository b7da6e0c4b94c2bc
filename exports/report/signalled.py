"""Signals of data integrity as the metrics judge them: what is raised, where, and what to look at; no accusations."""

from collections import Counter

import metrics
from exports.report import cells
from exports.report.desk import Desk
from exports.report.model import CHANGE, NUMBER, SHARE, Block, Cell, Table, words
from metrics import Signal
from wording import DASH

HEADS = ("signal", "unit", "measure", "value", "expected", "n", "look_at")
SHOWN = 20
LEVELS = ("city", "district", "station")


def signalled(desk: Desk) -> tuple[Block, ...]:
    """Return how many checks were made with which outcome, and every raised signal with what to look at."""
    say = desk.words
    found = {level: _signals(desk, level) for level in LEVELS}
    states = Counter(signal.state for signal in found["city"])
    opening = say(
        "report.signals_made",
        n=len(found["city"]),
        raised=states["raised"],
        quiet=states["quiet"],
        rest=states["not_enough"] + states["no_data"],
    )
    raised = [signal for level in ("station", "district") for signal in found[level] if signal.state == "raised"]
    raised = [signal for signal in raised if signal.level == "station" or not signal.raised_at]
    named = {signal.id for signal in raised}
    raised += [s for s in found["city"] if s.state == "raised" and s.id not in named]
    if not raised:
        return (cells.joined(desk, [opening, say("report.signals_none")]),)
    rows = tuple(_row(desk, signal) for signal in raised[:SHOWN])
    heads = tuple(say.of("report_column", head) for head in HEADS)
    return opening, Table("signals", say("report_table.signals"), heads, rows)


def _signals(desk: Desk, level: str) -> tuple[Signal, ...]:
    kept = desk.answers.kept
    if ("signals", level) not in kept:
        kept["signals", level] = metrics.signals(desk.answers.lake, desk.week.scope("yoy", level))
    found: tuple[Signal, ...] = kept["signals", level]
    return found


def _row(desk: Desk, signal: Signal) -> tuple[Cell, ...]:
    say, entry = desk.words, metrics.signal_entries()[signal.id]
    measure = entry.measures.get(signal.measure or "")
    return (
        words(f"{signal.id} {say.text(entry.name)}"),
        words(say.name(signal.name_zh, signal.name_en)),
        words(say.text(measure.text) if measure else ""),
        _figure(desk, signal, signal.value),
        _figure(desk, signal, signal.expected),
        cells.count(desk, signal.n),
        words(say.text(entry.look_at)),
    )


def _figure(desk: Desk, signal: Signal, value: float | None) -> Cell:
    if value is None:
        return words(DASH)
    if signal.unit_of_value == "share":
        return Cell(round(value, 10), desk.words.percent(value), SHARE)
    if signal.unit_of_value == "change":
        return Cell(round(value, 10), desk.words.signed(value), CHANGE)
    return Cell(round(value, 10), desk.words.number(value, 1), NUMBER)
