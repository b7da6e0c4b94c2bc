"""Results in words: changes, verdicts, reasons and notes as sentences.

Everything here turns codes and numbers of a `Row` into text; nothing is computed that metrics has not said.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from metrics import Note, Result, Row, catalogue
from wording.words import DASH, Words


class Place(Protocol):
    """Where something is said: the words of one language, and the names of units by their code."""

    @property
    def words(self) -> Words:
        """The language."""

    @property
    def names(self) -> Mapping[str, str]:
        """Names of districts and stations in that language, by code."""


SHAPES = {"confirmed": "●", "possible": "○", "not_established": "│", "contradicted": "×"}
"""The same shapes as in `charts.changes`."""
FIRST_SAID, LAST_SAID = ("series_break", "no_base_data", "days_compared"), ("event",)
NAMED = 4
"""So many units are named in a sentence; more are counted."""
OWN_PERIODS = ("reported", "registers", "staffing")
"""Subjects whose figures have the periods of their returns or snapshots."""
IN_PERCENT = ("share", "percent")
DIGITS = {
    "per_10000": 1,
    "per_day": 1,
    "per_1000": 2,
    "per_100": 1,
    "hours": 1,
    "hours_each": 1,
    "minutes": 1,
    "days": 1,
    "points": 1,
    "score": 1,
    "ratio": 2,
    "times": 2,
    "reports_per_key": 2,
}
"""Decimals of a figure by its unit; counts have none."""
ABOUT_THE_BASE = ("no_base_data", "base_look_back_incomplete", "base_roster_too_small", "base_share_under_20")


def value(words: Words, row: Row) -> str:
    """Return a figure with its unit."""
    if row.unit_of_value == "grade" and row.value is not None:
        return words.of("grade", round(row.value))
    if row.unit_of_value in IN_PERCENT:
        return words.percent(row.value)
    if row.unit_of_value == "change":
        return words.signed(row.value)
    if row.unit_of_value == "score_change":
        return scored(words, row.value)
    return words.number(row.value, _digits(row))


def scored(words: Words, value: float | None) -> str:
    """Return a difference of scores in points with its sign."""
    if value is None:
        return DASH
    return words("unit.score", value=("+" if round(value, 1) > 0 else "") + words.number(value, 1))


def change(words: Words, row: Row) -> str:
    """Return the change of a figure: in percent for counts, in points for shares, as a count where neither is given."""
    if row.change == 0:
        return words("say.flat")
    if row.change is not None:
        if row.unit_of_value in ("score", "score_change"):
            return scored(words, row.change)
        return words.points(row.change) if row.unit_of_value in IN_PERCENT else words.signed(row.change)
    difference = row.extra.get("difference")
    return words("say.count_difference", value=words.difference(difference)) if difference is not None else DASH


def interval(words: Words, row: Row) -> str:
    """Return the interval that the row carries."""
    if row.interval is None:
        return ""
    low, high = row.interval
    if row.unit_of_value in IN_PERCENT:
        return words("say.interval", low=words.percent(low), high=words.percent(high))
    if row.unit_of_value == "change":
        return words("say.interval", low=words.signed(low), high=words.signed(high))
    if row.unit_of_value == "score_change":
        return words("say.interval", low=scored(words, low), high=scored(words, high))
    digits = _digits(row)
    return words("say.interval", low=words.number(low, digits), high=words.number(high, digits))


def _digits(row: Row) -> int:
    """Return the decimal places of a figure; a rate under one gets one more, or nothing would be left of it."""
    small = row.unit_of_value == "per_10000" and row.value is not None and row.value < 1
    return DIGITS.get(row.unit_of_value, 0) + small


def verdict(words: Words, row: Row) -> str:
    """Return the verdict with its shape and, where it says anything, its direction; empty without one."""
    if row.verdict is None:
        return ""
    if row.verdict == "not_established":
        return f"{SHAPES[row.verdict]} {words.of('verdict', row.verdict)}"
    direction = words("say.rise") if (row.change or 0) > 0 else words("say.fall")
    return f"{SHAPES.get(row.verdict, '')} {words.of('verdict_of', row.verdict, direction=direction)}"


def why(words: Words, row: Row) -> str:
    """Return why a figure or its change is not given; empty when it is."""
    return words.of("reason", row.suppressed) if row.suppressed else ""


TARGET_SHAPES = {"met": "✓", "not_met": "△", "not_due": "…", "reached": "✓", "not_yet": "…"}
REGISTER_SHAPES = {"complete": "■", "partial": "▣", "none": "□"}


def status(words: Words, row: Row) -> str:
    """Return where a figure stands: against its target, in its register, by its verdict, or why it is not given."""
    told = row.extra.get("target_status")
    if told:
        return f"{TARGET_SHAPES[told]} {words.of('target_status', told)}"
    if row.extra.get("status"):
        return f"{REGISTER_SHAPES[row.extra['status']]} {words.of('register_status', row.extra['status'])}"
    return verdict(words, row) or why(words, row)


def target(words: Words, row: Row) -> str:
    """Return the target of a share with the distance to it; empty where nobody set one."""
    if row.extra.get("target") is None:
        return ""
    wanted = words.percent(row.extra["target"], 0)
    wanted = words.of("target_comparison", row.extra["target_comparison"], value=wanted)
    if row.extra.get("target_distance") is None:
        return wanted
    return words("say.target_distance", target=wanted, distance=words.points(row.extra["target_distance"]))


def data_period(place: Place, row: Row, result: Result) -> str:
    """Return which period or day a figure really speaks of: its return, snapshot, round or cohort, else the period."""
    words = place.words
    for found in row.notes:
        values = found.values
        if found.code in PERIOD_NOTES:
            return words.period((values["from"], values["to"] + timedelta(days=1)))
        if found.code in DAY_NOTES:
            return words.day(values.get("as_of") or values.get("on"))
    return words.period(result.period)


PERIOD_NOTES = ("returns_used", "return_before_period", "cohort_immature", "moved_between")
DAY_NOTES = ("snapshot", "round_before_period")


def why_no_change(place: Place, result: Result) -> str:
    """Return why the first row has no change: its own reason, or a note about the base."""
    row = result.rows[0]
    told = [note(place, found) for found in (*result.notes, *row.notes) if found.code in ABOUT_THE_BASE]
    return why(place.words, row) or (told[0] if told and row.change is None else "")


def note(place: Place, found: Note) -> str:
    """Return a note as a sentence."""
    filled = {key: _plain(place, key, content) for key, content in found.values.items()}
    if "title_zh" in found.values:
        filled["title"] = place.words.name(found.values.get("title_zh"), found.values.get("title_en"))
    if found.code in ("key", "key_alone"):
        filled["key"] = place.words.of("key", found.values["key"])
    if found.code == "dark_unit":
        filled["period"] = place.words.of("dark_period", found.values["period"])
    if found.code == "event":
        filled["kind"] = place.words.of("event_kind", found.values["kind"])
    if found.code == "residents":
        filled["basis"] = place.words.of("basis", found.values["basis"])
    if found.code == "person_kind":
        filled["person_kind"] = place.words.of("person_kind", found.values["person_kind"])
    return place.words.of("note", found.code, **filled)


def _plain(place: Place, key: str, content: object) -> str:
    if content is None:
        return DASH
    if key == "unit":
        return place.names.get(str(content), str(content))
    if isinstance(content, list | tuple):
        return listed(place, [_plain(place, "unit", item) for item in content])
    if key in ("missing", "located_share", "shared_share", "part", "rest"):
        return place.words.percent(float(str(content)), 0)
    if isinstance(content, date):
        return place.words.day(content)
    if isinstance(content, int):
        return place.words.number(content)
    return str(content)


def listed(place: Place, names: Sequence[str]) -> str:
    """Return names as a list in words, the rest of a long one as a number."""
    comma = place.words("say.comma")
    if len(names) <= NAMED:
        return comma.join(names)
    return place.words("say.and_more", names=comma.join(names[:NAMED]), n=len(names) - NAMED)


def notes(place: Place, result: Result) -> list[str]:
    """Return the sentences of a result, those of its rows named by their unit, each once."""
    common, own = _shared_notes(result.rows)
    told = [(found.code, note(place, found)) for found in (*result.notes, *common)]
    for row, found in own:
        name = place.words.name(row.name_zh, row.name_en)
        told.append((found.code, place.words("say.of_unit", unit=name, sentence=note(place, found))))
    told.sort(key=lambda pair: (pair[0] not in FIRST_SAID, pair[0] in LAST_SAID))
    return list(dict.fromkeys(sentence for _, sentence in told))


def _shared_notes(rows: Iterable[Row]) -> tuple[list[Note], list[tuple[Row, Note]]]:
    """Return the notes that every row has, and the others with their rows."""
    rows = list(rows)
    common = [found for found in rows[0].notes if all(found in row.notes for row in rows)] if rows else []
    return common, [(row, found) for row in rows for found in row.notes if found not in common]


def foot(place: Place, result: Result) -> str:
    """Return the line beneath a figure: n, base, method of the interval, definition and data version."""
    words = place.words
    total = sum(row.numerator or 0 for row in result.rows)
    whole = [row.denominator for row in result.rows if row.denominator]
    counted = any(row.numerator is not None for row in result.rows)
    parts = [words("foot.n", n=words.number(total))] if counted else []
    if whole:
        parts = [words("foot.n_of", n=words.number(total), whole=words.number(sum(whole)))]
    rounds = _rounds(result)
    if rounds:
        parts.append(words("foot.rounds", **rounds))
    elif _base_period(result) and catalogue()[result.indicator].subject != "training":  # a year of hours has no base
        base = [row.base_numerator for row in result.rows if row.base_numerator is not None]
        parts.append(
            words("foot.base", n=words.number(sum(base)) if base else DASH, period=words.period(_base_period(result)))
        )
    method = words.text(_method(result))
    if method:
        parts.append(words("foot.interval", method=method))
    parts.append(words("foot.definition", number=result.definition_text))
    parts.append(words("foot.data", version=result.data_version))
    return " · ".join(parts)


def _base_period(result: Result) -> tuple[date, date] | None:
    """Return the base that was really used: of returns and snapshots their own, which seldom are the period asked for.

    None where such a figure has no base, or hides it.
    """
    if result.base_period is None:
        return None
    extra = next((row.extra for row in result.rows if row.extra), {})
    if "base_periods" in extra:
        periods = extra["base_periods"]
        return (periods[0][0], periods[-1][1] + timedelta(days=1)) if periods else None
    if "base_as_of" in extra:
        day = extra["base_as_of"]
        return (day, day + timedelta(days=1)) if day else None
    return None if catalogue()[result.indicator].subject in OWN_PERIODS else result.base_period


def _rounds(result: Result) -> dict[str, str]:
    """Return the rounds of tests that a result shows and compares; nothing for figures of days."""
    extra = result.rows[0].extra if result.rows else {}
    if not extra.get("rounds"):
        return {}
    return {name: ", ".join(extra[name]) or DASH for name in ("rounds", "base_rounds")}


def _method(result: Result) -> Mapping[str, str]:
    found: Mapping[str, str] = result.provenance.get("interval", {})
    return found
