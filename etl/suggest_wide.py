"""Recognises wide tables: classes of alerts, months or years across the top of a return.

A heading is a class by its last part (有效警情_刑事 is 刑事 under 有效警情); what is counted is said by the part above
it, or by nothing, and is then for a person to choose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.reading.periods import find_period
from etl.reading.words import squeezed

ENOUGH = 2
ENDING = re.compile(r"(类警情|警情|类案件|案件|类)$")
ONLY_MONTH = re.compile(r"(1[0-2]|0?[1-9])月(份)?")
PERIOD = re.compile(r"(19|20)\d\d(年|[-/.]\d{1,2}([-/.]\d{1,2})?$|$)")
TABLE = "indicator_return"
PLAIN_WORDS = {"period_start": {"context": "period_start"}, "period_end": {"context": "period_end"}}


@dataclass(frozen=True, slots=True)
class Wide:
    """The `unpivot` of a mapping, the fields that no column fills, and the headings that are taken."""

    unpivot: dict[str, Any]
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    @property
    def filled(self) -> set[str]:
        """The fields that need no heading any more."""
        stands = {name for words in self.unpivot["columns"].values() for name in words}
        dated = {"period_start", "period_end"} if self.unpivot.get("period") else set()
        return {"numerator", *self.fields, *stands, *dated}


def find_wide(
    columns: Sequence[str], groups: Mapping[str, str], indicators: Mapping[str, str], dated: bool
) -> Wide | None:
    """The wide columns of a return, or None.

    Args:
        columns: the headings.
        groups: words for classes, and the group of each.
        indicators: words for what is counted.
        dated: whether columns of the table itself hold its period.
    """
    classes: dict[str, dict[str, str]] = {}
    for column in columns:
        group = groups.get(ENDING.sub("", squeezed(column).rsplit("_", 1)[-1]))
        if group and {"breakdown": group} not in classes.values():
            classes[column] = {"breakdown": group}
    if len(classes) >= ENOUGH:
        around = {} if dated else {name: dict(rule) for name, rule in PLAIN_WORDS.items()}
        return Wide({"value": "numerator", "columns": classes}, _counted(classes, indicators) | around, tuple(classes))
    periods = [column for column in columns if _is_period(squeezed(column))]
    if len(periods) >= ENOUGH:
        unpivot = {"value": "numerator", "columns": {column: {} for column in periods}, "period": True}
        return Wide(unpivot, {}, tuple(periods))
    return None


def _is_period(text: str) -> bool:
    if ONLY_MONTH.fullmatch(text):
        return True
    return (
        PERIOD.match(text) is not None and find_period(text if "年" in text or "-" in text else f"{text}年") is not None
    )


def _counted(columns: Mapping[str, object], indicators: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The indicator that the words above the classes name."""
    text = squeezed("".join(columns))
    found = next((indicator for word, indicator in indicators.items() if word in text), None)
    return {"indicator_id": {"constant": found}} if found else {}
