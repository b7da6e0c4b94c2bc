"""How late records came in and how many of the week are probably still missing."""

from exports.report import cells
from exports.report.desk import Answers, Desk
from exports.report.model import Block, Table, words
from metrics import Delay, reporting_delay

LEAST = 0.5
"""Fewer expected records than this are none."""


def late_of(answers: Answers) -> Delay:
    """Return the delay of the week, asked once."""
    if "delay" not in answers.kept:
        week = answers.week
        answers.kept["delay"] = reporting_delay(answers.lake, week.start, week.end, week.version)
    found: Delay = answers.kept["delay"]
    return found


def lateness(desk: Desk) -> tuple[Block, ...]:
    """Return what is still to come as a sentence, and the triangle that it was estimated from."""
    say, delay = desk.words, late_of(desk.answers)
    if delay.missing is None or delay.interval is None:
        return (say("report.delay_unknown"),)
    sentence = say("report.delay_none")
    if delay.missing >= LEAST:
        sentence = say(
            "report.delay_line",
            observed=say.number(delay.observed),
            missing=say.number(delay.missing),
            low=say.number(delay.interval.low),
            high=say.number(delay.interval.high),
            share=say.percent(delay.share),
        )
    delays = [name.removeprefix("within_") for name in delay.triangle.columns[1:]]
    heads = [say("report_column.week_of"), say("report_column.same_day")]
    heads += [say("report_column.within", n=days) for days in delays[1:]]
    rows = tuple(
        (
            words(line[0].isoformat()),
            *(cells.count(desk, number) if number is not None else words("") for number in line[1:]),
        )
        for line in delay.triangle.iter_rows()
    )
    return sentence, say("report.delay_how"), Table("delay", say("report_table.delay"), tuple(heads), rows)
