"""Signals of data integrity in words: what was found, against what, and what to look at; never an accusation.

Everything here turns a `Signal` and its measures into text; the texts of the catalogue are its own.
"""

from datetime import date

from metrics import Measured, Note, Signal, SignalEntry, signal_entries
from wording.saying import Place, listed
from wording.words import DASH, Words

SHAPES = {"raised": "▲", "quiet": "○", "not_enough": "–", "no_data": "×"}
"""The same shapes as in `charts.signals`."""
SMALLEST_P = 0.001
ABOUT = ("signal_round", "person_kind", "turned_in_week")
"""Notes that say which of several figures a measure is."""


def state(words: Words, code: str) -> str:
    """Return a state with its shape."""
    return f"{SHAPES.get(code, '')} {words.of('signal_state', code)}".strip()


def title(words: Words, entry: SignalEntry) -> str:
    """Return number and name of a signal."""
    return f"{entry.id} {words.text(entry.name)}"


def measure(words: Words, signal: str, name: str | None) -> str:
    """Return the name of a measure."""
    found = signal_entries()[signal].measures.get(name or "")
    return words.text(found.text) if found else ""


def figure(words: Words, unit_of_value: str | None, number: float | None) -> str:
    """Return a value in its unit."""
    if number is None:
        return DASH
    if unit_of_value == "share":
        return words.percent(number)
    if unit_of_value == "change":
        return words.signed(number)
    return words.number(number, {"count": 0, "points": 1}.get(unit_of_value or "", 2))


def chance(words: Words, p: float | None) -> str:
    """Return a p-value with three digits."""
    if p is None:
        return DASH
    return words.number(p, 3) if p >= SMALLEST_P else f"<{words.number(SMALLEST_P, 3)}"


def finding(place: Place, signal: str, found: Measured) -> str:
    """Return one measure as a sentence: value with interval, what was expected, from where it is raised, base."""
    words = place.words
    name = measure(words, signal, found.name)
    about = [note(place, one) for one in found.notes if one.code in ABOUT]
    if about:
        name = words("signal.about", name=name, about=words("say.comma").join(about))
    if found.value is None:
        rest = [note(place, one) for one in found.notes if one.code not in ABOUT]
        return words("signal.unjudged", name=name, why=" ".join(rest) or words.of("signal_state", found.state))
    value = figure(words, found.unit_of_value, found.value)
    if found.interval:
        low, high = (figure(words, found.unit_of_value, end) for end in found.interval)
        value = f"{value} {words('say.interval', low=low, high=high)}"
    parts = [words("signal.value", name=name, value=value)]
    if found.expected is not None:
        parts.append(words("signal.expected", value=figure(words, found.unit_of_value, found.expected)))
    if found.threshold is not None:
        parts.append(words("signal.from", value=figure(words, found.unit_of_value, found.threshold)))
    if found.n is not None:
        parts.append(words("signal.base", n=words.number(found.n)))
    told = words("signal.sentence", parts=words("signal.comma").join(parts))
    return " ".join([told, *(note(place, one) for one in found.notes if one.code not in ABOUT)])


def lead(place: Place, signal: Signal) -> str:
    """Return the leading finding of a signal, or at which stations it is raised."""
    own = [one for one in signal.measures if one.state == signal.state]
    if own and signal.state in ("raised", "quiet"):
        return finding(place, signal.id, min(own, key=lambda one: 1.0 if one.p is None else one.p))
    if signal.raised_at:
        return place.words("signal.raised_at", units=listed(place, [_name(place, code) for code in signal.raised_at]))
    return " ".join(note(place, one) for one in signal.notes) or place.words.of("signal_state", signal.state)


def needs(words: Words, entry: SignalEntry) -> str:
    """Return what data a signal would take."""
    return words("signal.needs", data=words.text(entry.needs))


def note(place: Place, found: Note) -> str:
    """Return a note of a signal as a sentence."""
    words = place.words
    filled = {key: _plain(place, key, content) for key, content in found.values.items()}
    if "title_zh" in found.values:
        filled["title"] = words.name(found.values.get("title_zh"), found.values.get("title_en"))
    if found.code == "person_kind":
        return str(filled["person_kind"])
    return words.of("note", found.code, **filled)


def _plain(place: Place, key: str, content: object) -> str:
    words = place.words
    if key == "units" and isinstance(content, list | tuple):
        return listed(place, [_name(place, str(code)) for code in content])
    if key == "level":
        return words.of("signal_level", content)
    if key == "state":
        return words.of("signal_state", content)
    if key == "person_kind":
        return words.of("person_kind", content)
    if key in ("basis", "now"):
        return words.of("basis", content)
    return words.day(content) if isinstance(content, date) else str(content)


def _name(place: Place, code: str) -> str:
    return place.names.get(code, code)
