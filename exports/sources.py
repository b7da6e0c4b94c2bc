"""What a published figure is made of: counts of the alerts' day mart or records, and how far back and ahead it looks.

Counts of alerts come from the day mart, so a load that moved none of a figure's counts did not change it. Everything
else is read from records. What is not listed here is made of anything.
"""

from dataclasses import dataclass
from typing import Any

import metrics

YEAR, SEASON = 365, 120
"""Days: how far back the longest look-back and the standing returns reach; how far ahead an outcome is waited for."""
INVALID = ("excluded_invalid", "excluded_nuisance")
RECODED = ("recoded_down", "recoded_up")
ALERTS = ("alert", "category_map")
KEYS = ("caller", "place", "matter")
OF_KEY = ("keyed", "duplicate", "repeat_7", "repeat_30", "repeat_90", "repeat_365")


@dataclass(frozen=True)
class Source:
    """What a figure is made of.

    Attributes:
        counts: columns of the day mart that it adds up; where there are none it reads the records of `tables`.
        tables: tables whose records it reads besides; empty without counts: any.
        part: the one class, kind or name of a record that it counts; None for all. Records without one count anyway.
        back, ahead: days before and after its periods that it looks at.
    """

    counts: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    part: str | None = None
    back: int = 0
    ahead: int = 0


ANYTHING = Source(back=YEAR, ahead=SEASON)
COUNTS: dict[str, tuple[str, ...]] = {
    "alerts_received": ("received",),
    "alerts_excluded": ("received", "valid"),
    "valid_share": ("received", "valid"),
    "recoded_down_share": ("recoded_down", "valid"),
    "recoded_up_share": ("recoded_up", "valid"),
    "net_downgrade_rate": (*RECODED, "valid"),
    "missing_caller_share": ("caller_keyed", "valid"),
    "invalid_share": ("received", *INVALID),
    "merged_share": ("received", "excluded_duplicate", *INVALID),
    "moved_share": ("moved", "valid"),
    "recorded_late_share": ("recorded_late", "valid"),
    "loaded_within_24h": ("recorded_late", "valid"),
}
LONG = ("alert_course", "alert_funnel")
"""Indicators that read the year before their periods, too."""
PEOPLE = ("alert_rate", "alert_funnel", "case_rate", "preventable_case_rate", "repeat_clusters")
"""Indicators that divide by residents, or may."""
RETURNED = {"alerts_reported": "alerts_valid", "excluded_reported": "alerts_invalid"}
"""Indicators that read a return under another name, where their entry does not say so."""


def source_of(figure: dict[str, Any]) -> Source:
    """Return what a figure is made of; `figure` is one line of `comparison.differences`."""
    entry = metrics.catalogue().get(figure["indicator"])
    if entry is None:
        return ANYTHING
    options = dict(pair.split("=", 1) for pair in figure["parameters"].split(";") if "=" in pair)
    people = ("population",) if entry.id in PEOPLE else ()
    if entry.id in COUNTS:
        return Source(COUNTS[entry.id], part=_class(figure))
    if entry.subject == "alerts":
        part = figure["unit"] if options.get("split") == "class" else _class(figure)
        return Source(("valid",), people, part, YEAR if entry.id in LONG else 0)
    if entry.id == "repeat_share":
        return Source(_of_key(options))
    if entry.subject == "repeats":
        return Source((), (*ALERTS, "service_place", "treatment", *people), back=YEAR, ahead=SEASON)
    return _of_records(entry, options, people)


def _of_records(entry: metrics.Indicator, options: dict[str, str], people: tuple[str, ...]) -> Source:
    if entry.id == "complete_fields":
        return Source((), ALERTS)
    if entry.id == "escalated_cases":
        return Source((), ("case", *ALERTS), back=YEAR, ahead=SEASON)
    if entry.subject == "cases":
        return Source((), ("case", *people), _chosen(options, "kind"), YEAR, SEASON)
    if entry.subject == "training":
        return Source((), ("training_result", "staff"), _chosen(options, "ability"), YEAR)
    if entry.subject == "staffing":
        return Source((), ("staff",), back=2 * YEAR)
    if entry.subject in ("returns", "reported", "registers"):
        name = RETURNED.get(entry.id, (entry.upload.indicator_id or entry.id) if entry.upload else None)
        return Source((), ("indicator_return",), name, YEAR, SEASON)
    return ANYTHING


def _class(figure: dict[str, Any]) -> str | None:
    return None if figure["category"] == "all" else str(figure["category"])


def _chosen(options: dict[str, str], name: str) -> str | None:
    return None if options.get(name, "all") == "all" else options[name]


def _of_key(options: dict[str, str]) -> tuple[str, ...]:
    keys = [options["key"]] if options.get("key") in KEYS else KEYS
    return tuple(f"{key}_{name}" for key in keys for name in OF_KEY)
