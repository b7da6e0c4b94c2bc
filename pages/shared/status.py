"""Three separate statuses of the data: loaded, checked, fresh."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

FRESH_DAYS = 8
"""A weekly office is up to date when the last day with data is at most so many days ago."""


@dataclass(frozen=True)
class Status:
    """When data were last loaded, how many warnings stand open, and how many days ago the data end."""

    loaded_at: datetime | None
    warnings: int
    age: int

    @property
    def is_fresh(self) -> bool:
        """Whether the data reach near enough to today."""
        return self.age <= FRESH_DAYS


def status(batches: list[dict[str, Any]], last_day: date, today: date) -> Status:
    """Return the statuses of a data version."""
    standing = [batch for batch in batches if batch["status"] != "undone"]
    moments = [batch["loaded_at"] for batch in standing if batch["loaded_at"]]
    warnings = sum(len(warnings_of(batch)) for batch in standing)
    return Status(max(moments, default=None), warnings, (today - last_day).days)


def warnings_of(batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the warnings that a batch was loaded with."""
    found = json.loads(batch["warnings"] or "[]")
    return found if isinstance(found, list) else [found]
