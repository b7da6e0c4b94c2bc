"""What a load tells: one object, printed as JSON for programs and as sentences for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from etl.errors import Refusal

Status = Literal["committed", "quarantined", "unchanged", "refused", "dry-run"]


@dataclass(slots=True)
class LoadReport:
    """The result of one load. `rows_refused` counts rows; `refusals` lists at most the first thousand cells."""

    status: Status
    table: str
    files: list[str]
    batch_id: int | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_updated: int = 0
    rows_repeated: int = 0
    rows_refused: int = 0
    data_version: int | None = None
    mapping: str = ""
    encoding: str = ""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    control_totals: list[dict[str, Any]] = field(default_factory=list)
    validation: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """The shape that other programs rely on (design/architecture.md), with a few keys more."""
        return {
            "status": self.status,
            "batch_id": self.batch_id,
            "table": self.table,
            "files": self.files,
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_updated": self.rows_updated,
            "rows_repeated": self.rows_repeated,
            "rows_refused": self.rows_refused,
            "data_version": self.data_version,
            "warnings": self.warnings,
            "refusals": [refusal.to_json(language) for refusal in self.refusals],
            "control_totals": self.control_totals,
            "mapping": self.mapping,
            "encoding": self.encoding,
            "validation": self.validation,
            "seconds": {step: round(taken, 3) for step, taken in self.seconds.items()},
        }

    @property
    def exit_status(self) -> int:
        """0 done, 1 the data were refused."""
        return 1 if self.status == "refused" else 0
