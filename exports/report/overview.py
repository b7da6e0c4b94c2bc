"""The overview paragraph, made of results, and what must be said about the days that are compared."""

from exports.report import cells
from exports.report.classes import present
from exports.report.desk import Desk
from exports.report.judged import judged
from exports.weeks import WEEK
from metrics import Result
from wording import Words, saying


def overview(desk: Desk) -> tuple[str, ...]:
    """Return the paragraph of the overview, made of results, and what must be said about the days."""
    say, answers = desk.words, desk.answers
    if not desk.is_recorded:
        return (_returned_alone(desk),)
    row, past = answers.city("alert_change"), answers.city("alert_change", "yoy")
    valid = row.numerator or 0
    opening = say(
        "report.overview",
        period=say.period((desk.week.start, desk.week.end)),
        received=say.number(row.extra["received"]),
        valid=say.number(valid),
        share=say.percent(row.extra["valid_share"]),
        daily=say.number(valid / desk.days, 1),
    )
    changed = say("report.overview_change", previous=cells.told(desk, row), yoy=cells.told(desk, past))
    counts = [
        say("report.counts", name=say.of("group", group), n=say.number(counted))
        for group in present(desk)
        if (counted := answers.city("alerts_valid", category=group).numerator)
    ]
    classes = say("report.by_class", counts=say("say.comma").join(counts)) if counts else ""
    against = [
        say.of("report_against", comparison, told=told)
        for comparison in ("previous", "yoy")
        if (told := judged(desk, answers.ask("alert_change", comparison, "district"), "district"))
    ]
    notes = dict.fromkeys(
        note
        for comparison in ("previous", "yoy")
        for note in saying.notes(desk, answers.ask("alert_change", comparison))
    )
    return (
        cells.joined(desk, [opening, changed, classes]),
        cells.joined(desk, against),
        cells.joined(desk, [compared(say, *(answers.ask("alerts_valid", c) for c in ("previous", "yoy"))), *notes]),
    )


def _returned_alone(desk: Desk) -> str:
    """Return that there are no records, with what units reported and where it stands."""
    say = desk.words
    return say(
        "report.overview_returned",
        period=say.period((desk.week.start, desk.week.end)),
        valid=say.number(desk.answers.city("alerts_reported").numerator),
        section=say("report_section.returned"),
    )


def compared(say: Words, previous: Result, yoy: Result) -> str:
    """Return what the week is compared with: whole weeks, comparable days out of more, or what there is of them."""
    periods = {"previous": say.period(previous.base_period), "yoy": say.period(yoy.base_period)}
    if _is_whole(previous) and _is_whole(yoy):
        return say("report.weeks_compared", **periods)
    days = yoy.provenance["base_days_compared"]
    if days and not _is_whole(yoy) and any(note.code == "aligned" for note in yoy.notes):
        return say("report.days_aligned", n=days, **periods)
    return say("report.days_compared", **periods)


def _is_whole(result: Result) -> bool:
    """Return whether seven days are compared with seven days in a row."""
    base, told = result.base_period, result.provenance
    in_a_row = base is not None and base[1] - base[0] == WEEK
    return in_a_row and told["days_compared"] == told["base_days_compared"] == WEEK.days
