"""The overview paragraph, made of results, and what must be said about the days that are compared."""

from exports.report import cells
from exports.report.classes import present
from exports.report.desk import Desk
from exports.report.judged import judged
from wording import saying


def overview(desk: Desk) -> tuple[str, ...]:
    """Return the paragraph of the overview, made of results, and what must be said about the days."""
    say, answers = desk.words, desk.answers
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
    bases = [desk.answers.base(comparison) for comparison in ("previous", "yoy")]
    compared = say("report.weeks_compared", previous=say.period(bases[0]), yoy=say.period(bases[1]))
    return (
        cells.joined(desk, [opening, changed, classes]),
        cells.joined(desk, against),
        cells.joined(desk, [compared, *notes]),
    )
