"""Which units carry a raised signal that could make a fall by itself: calls not recorded, recoded, moved, held back.

A verdict on a change asks here (statistics.md section 2: confirmed only without an integrity flag in the same
direction). A larger unit is named when its own check is raised, or when raised stations hold a material part of its
calls: one station of a hundred does not make a city's fall.
"""

from metrics.counting import Question
from metrics.integrity.panel import Judged, judged
from metrics.integrity.reading import Looking, looking
from metrics.integrity.signal import signal_entries
from metrics.units import resolve


def against_fall(question: Question) -> dict[str, tuple[str, ...]]:
    """Return for each row of a question the ids of such signals; rows without any are left out."""
    looked = looking(question.lake, question.scope)
    found = judged(looked)
    units = resolve(question.reference, question.scope, set())
    calls = dict(zip((unit.code for unit in looked.stations), looked.now("received"), strict=True))
    told = {}
    for unit in units.rows:
        inside = {code: count for code, count in calls.items() if units.row_of(code) == unit.code}
        names = [name for name in signal_entries() if _speaks(looked, found, name, unit.code, inside)]
        if names:
            told[unit.code] = tuple(names)
    return told


def _speaks(looked: Looking, found: Judged, name: str, unit: str, inside: dict[str, float]) -> bool:
    if _raised(found, name, unit):
        return True
    touched = sum(count for code, count in inside.items() if _raised(found, name, code))
    return touched > 0 and touched >= looked.rules.part_of_larger_unit * sum(inside.values())


def _raised(found: Judged, name: str, unit: str) -> bool:
    return any(measure.state == "raised" and measure.against_fall for measure in found.get((name, unit), ()))
