"""Training: who was tested out of those due, and who passed at the first attempt.

Coverage comes first: a pass rate rises when weak candidates stay away, so the untested count, and stations
that sent nobody stand in the table with 0 tested. Officers and auxiliaries are never pooled: officers unless
asked otherwise. Which rounds a period holds is said in `metrics/rounds.py`.

Counts are of people by ability, and one person's tests stand or fall together (who is ill misses all four). So
intervals and verdicts are made as if each person counted once: from the counts divided by the tests a person takes.
"""

from dataclasses import replace
from typing import Any

from metrics.breaks import event_notes
from metrics.counting import Question
from metrics.periods import base_period
from metrics.rounds import Round, Tally, Training, pooled, read, rounds_of, tallies
from metrics.rows import share_row
from metrics.standing import Unit
from metrics.statistics import TooFewUnits, discoveries, share_funnel
from metrics.types import Note, Row
from metrics.units import unit_notes
from metrics.verdicts import CONFIRMED, NOT_ESTABLISHED

NO_ROUND, NO_ROSTER, ROSTER_TOO_SMALL = "no_round", "no_roster", "roster_too_small"
Tallies = dict[str, Tally]


def coverage(question: Question) -> list[Row]:
    """Return tested ÷ due of each unit."""
    return _rows(question, ("tested", "due"))


def first_pass(question: Question) -> list[Row]:
    """Return passed at the first attempt ÷ first attempts with a score, of each unit."""
    return _rows(question, ("first_passed", "first_taken"))


def final_pass(question: Question) -> list[Row]:
    """Return passed at any attempt ÷ people with a score, of each unit."""
    return _rows(question, ("final_passed", "tested"))


def _rows(question: Question, pair: tuple[str, str]) -> list[Row]:
    training = read(question)
    rounds, inside = rounds_of(training.rounds, question.compared.period)
    base_rounds = rounds_before(question, training, rounds)
    now, before = tallies(training, rounds), tallies(training, base_rounds)
    about = about_rounds(question, rounds, base_rounds, inside)
    since = question.compared.base[0] if question.compared.base else question.scope.start
    rows = []
    for unit in training.units.rows:
        notes = unit_notes(training.units, unit, since) + event_notes(question, training.units, unit) + about
        base = before[unit.code] if base_rounds else None
        rows.append(_row(question, unit, now[unit.code], base, pair, notes, rounds, base_rounds))
    return _marked(question, rows, max(1, tests_each(rounds)))


def tests_each(rounds: list[Round]) -> int:
    """Return how many tests one person takes in some rounds; they stand or fall together, so they are one witness."""
    return sum(len(found.abilities) for found in rounds)


def _marked(question: Question, rows: list[Row], each: int) -> list[Row]:
    """Return the rows with whether each differs from all together, at the false discovery rate of one table.

    The funnel of shares, its variance between units included, says how far units lie apart anyway.
    """
    known = [row for row in rows if row.value is not None and row.numerator is not None and row.denominator]
    if len(known) < question.parameters.funnel_units:
        return rows
    parts, wholes = ([(count or 0) / each for count in counts] for counts in zip(*map(_pair, known), strict=True))
    funnel = share_funnel(parts, wholes)
    if isinstance(funnel, TooFewUnits):
        return rows
    stays = discoveries(funnel.p.tolist(), question.rule.false_discovery_rate)
    differs = {row.unit: found for row, found in zip(known, stays, strict=True)}
    return [replace(row, extra=dict(row.extra) | {"differs": differs.get(row.unit, False)}) for row in rows]


def _pair(row: Row) -> tuple[int | None, int | None]:
    return row.numerator, row.denominator


def rounds_before(question: Question, training: Training, rounds: list[Round]) -> list[Round]:
    """Return the rounds to compare with; none where they would be the same ones again."""
    scope = question.scope
    base = base_period(scope.start, scope.end, scope.comparison, question.reference.week_start)
    if base is None or not rounds:
        return []
    earlier = [found for found in training.rounds if found.day < rounds[0].day]
    return rounds_of(earlier, base if scope.comparison == "yoy" else (base[0], rounds[0].day))[0]


def about_rounds(question: Question, rounds: list[Round], base_rounds: list[Round], inside: bool) -> list[Note]:
    """Return what must be said of every row: the kind of staff, and which rounds are shown."""
    notes = [Note("person_kind", {"person_kind": question.options["person_kind"]})]
    if rounds and not inside:
        notes.append(Note("round_before_period", {"round": rounds[-1].name, "on": rounds[-1].day}))
    abilities = {ability for found in rounds for ability in found.abilities}
    if base_rounds and abilities != {ability for found in base_rounds for ability in found.abilities}:
        notes.append(Note("abilities_differ"))
    return notes


def _row(
    question: Question,
    unit: Unit,
    now: Tallies,
    before: Tallies | None,
    pair: tuple[str, str],
    notes: list[Note],
    rounds: list[Round],
    base_rounds: list[Round],
) -> Row:
    total, base = pooled(now), pooled(before) if before is not None else None
    pairs = [(getattr(tally, pair[0]), getattr(tally, pair[1])) for tally in (total, base or Tally())]
    reason = _reason(total, pair[1], rounds)
    if base is not None and pairs[1][0] > pairs[1][1]:
        base, notes = None, [*notes, Note("base_" + ROSTER_TOO_SMALL)]
    absent = pair[1] != "due" and base is not None and _coverage_fell(question, total, base)
    return share_row(
        question,
        unit,
        pairs[0],
        pairs[1] if base is not None else None,
        [*notes, Note("coverage_fell")] if absent else notes,
        _extra(total, base, now)
        | {"rounds": [found.name for found in rounds], "base_rounds": [found.name for found in base_rounds]},
        highest=NOT_ESTABLISHED if absent else CONFIRMED,
        broken=any(note.code == "series_break" for note in notes),
        reason=reason,
        each=max(1, tests_each(rounds), tests_each(base_rounds)),
    )


def _reason(total: Tally, whole: str, rounds: list[Round]) -> str | None:
    """Return why no share can be given, None when one can."""
    everyone = any(found.city_wide for found in rounds)
    if not rounds or (not everyone and total.due == total.tested == 0):
        return NO_ROUND
    if whole != "due":
        return None
    if total.due == 0:
        return NO_ROSTER
    return ROSTER_TOO_SMALL if total.tested > total.due else None


def _coverage_fell(question: Question, now: Tally, before: Tally) -> bool:
    if now.coverage is None or before.coverage is None:
        return False
    return before.coverage - now.coverage > question.parameters.coverage_fall


def _extra(total: Tally, base: Tally | None, abilities: Tallies) -> dict[str, Any]:
    """Return both figures side by side, whatever was asked, and every ability by itself."""
    return {
        "tested": total.tested,
        "due": total.due,
        "untested": max(0, total.due - total.tested) if total.due else None,
        "coverage": total.coverage,
        "base_coverage": base.coverage if base else None,
        "first_pass": total.first_pass,
        "base_first_pass": base.first_pass if base else None,
        "final_pass": total.final_passed / total.tested if total.tested else None,
        "abilities": {
            ability: {
                "tested": tally.tested,
                "due": tally.due,
                "coverage": tally.coverage,
                "first_taken": tally.first_taken,
                "first_passed": tally.first_passed,
                "first_pass": tally.first_pass,
            }
            for ability, tally in sorted(abilities.items())
        },
    }


ANSWERS = {"training_coverage": coverage, "training_first_pass": first_pass, "training_final_pass": final_pass}
"""Functions of this module by the indicator that they answer."""
