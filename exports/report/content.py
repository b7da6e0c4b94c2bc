"""The report of a week in one language: which sections, in which order, and the definitions at its end."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date

import metrics
from charts import is_empty
from exports.report.changed import changed
from exports.report.classes import analysis, by_class
from exports.report.desk import Answers, Desk, desk_of
from exports.report.lateness import late_of, lateness
from exports.report.model import Block, Picture, Report, Section, Table
from exports.report.overview import overview
from exports.report.pictures import trend_picture, trend_table
from exports.report.returned import RETURNED, returned
from exports.report.shares import TOLD, integrity, others, repeats, training
from exports.report.signalled import signalled
from exports.report.units import units
from exports.revisions import Revisions

BLOCKS: dict[str, Callable[[Desk], tuple[Block, ...]]] = {
    "overview": lambda desk: (*overview(desk), trend_picture(desk), trend_table(desk)),
    "classes": lambda desk: (desk.words("report.small_base"), *by_class(desk)),
    "analysis": lambda desk: (),
    "units": units,
    "repeats": repeats,
    "training": training,
    "integrity": lambda desk: (*integrity(desk), *signalled(desk)),
    "delay": lateness,
    "revisions": lambda desk: (),
    "returned": returned,
    "others": others,
}
"""What stands in each section, in reading order; `analysis` has parts, and `revisions` are handed over."""
WITHOUT_RECORDS = ("overview", "returned", "training", "integrity", "revisions", "others")
"""The sections of a week of returns alone, those first: what is counted from call records is unknown."""


def report(language: str, answers: Answers, revised: Revisions | None) -> Report:
    """Return the report of a week."""
    desk = desk_of(language, answers)
    blocks = {key: _shown(BLOCKS[key](desk)) for key in (BLOCKS if desk.is_recorded else WITHOUT_RECORDS)}
    blocks["revisions"] = changed(desk.words, revised)
    parts = {"analysis": analysis(desk)}
    kept = [key for key in blocks if blocks[key] or parts.get(key)]
    numerals = desk.words("report.numerals").split()
    sections = tuple(
        Section(
            key,
            desk.words("report.number", number=number) + desk.words.of("report_section", key),
            blocks[key],
            tuple(replace(part, blocks=_shown(part.blocks)) for part in parts.get(key, ())),
        )
        for key, number in zip(kept, numerals, strict=False)
    )
    say = desk.words
    return Report(
        language=language,
        title=title(desk),
        lines=lines(desk),
        sections=sections,
        foot=say("report.signed_off", version=desk.week.version),
        definitions=(say("report.verdicts"), *definitions(desk)),
        printed_definitions=(
            say("report.verdicts"),
            *definitions(desk, TOLD - (set() if blocks["returned"] else RETURNED)),
            say("report.definitions_more"),
        ),
    )


def _shown(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return the blocks without charts and tables that would be empty; the sentences beside them say why."""
    return tuple(
        block
        for block in blocks
        if not (isinstance(block, Picture) and is_empty(block.figure))
        and not (isinstance(block, Table) and block.is_blank)
    )


def title(desk: Desk) -> str:
    """Return the title, with the city's name."""
    settings = desk.answers.lake.settings(desk.week.version)
    return desk.words("report.title", city=desk.words.name(settings["city_zh"], settings["city_en"]))


def lines(desk: Desk) -> tuple[str, ...]:
    """Return what stands under the title: the week, what the report was made from, and that a city is made up."""
    say, week = desk.words, desk.week
    settings = desk.answers.lake.settings(week.version)
    reach, last = late_of(desk.answers).reach, last_day(desk)
    made = {"version": week.version, "made_at": say.moment(week.made_at)}
    told = [
        say("report.subtitle", period=say.period((week.start, week.end))),
        say("report.made_from", until=say.moment(reach) if reach else say.day(last), **made)
        if reach or last
        else say("report.made_from_returns", **made),
    ]
    if settings["is_demonstration"] == "true":
        told.append(say("report.demonstration"))
    return tuple(told)


def last_day(desk: Desk) -> date | None:
    """Return the last day with alerts."""
    span = metrics.data_span(desk.answers.lake, desk.week.version)
    return span[1] if span else None


def definitions(desk: Desk, only: Collection[str] = ()) -> tuple[str, ...]:
    """Return what every indicator of the catalogue means, or some of them, one line each."""
    say = desk.words
    return tuple(
        say(
            "report.definition_line",
            name=say.text(entry.name),
            id=entry.id,
            definition=entry.definition,
            formula=say.text(entry.formula),
            numerator=say.text(entry.numerator),
            denominator=say("report.definition_denominator", text=say.text(entry.denominator))
            if entry.denominator
            else "",
            interval=say.text(entry.interval),
            smallest=entry.smallest_base,
        )
        for entry in metrics.catalogue().values()
        if not only or entry.id in only
    )
