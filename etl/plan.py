"""What the cleaning of a batch needs besides its rows, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

import polars as pl

from etl import keys
from etl.errors import Refusal
from etl.lookups import Lookups
from etl.mapping import Mapping
from etl.times import Period

LISTED_LIMIT = 100_000
"""So many bad cells of a load are named; beyond that the mapping is wrong, and the count says the rest."""


class Allowance:
    """How many more cells of a load may be named; shared by its workers."""

    def __init__(self, left: int = LISTED_LIMIT) -> None:
        """Begin with `left`."""
        self._left = left
        self._guard = Lock()

    def take(self, wanted: int) -> int:
        """As many of `wanted` as are left."""
        with self._guard:
            given = min(wanted, self._left)
            self._left -= given
            return given


@dataclass(frozen=True, slots=True)
class Plan:
    """All that cleaning needs besides the rows."""

    mapping: Mapping
    lookups: Lookups
    zone: str
    secret: bytes
    service: dict[str, frozenset[int]] = field(default_factory=dict)
    has_lost_letters: bool = False
    sheet: str | None = None
    first_row: int = 2
    date_system: int = 1900
    period: Period | None = None
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One cleaned batch: typed rows with `_row`, `_file`, `_part`, `_bad`; refusals; new units.

    `hidden`: how many cells lost a personal number. `fell_back`: how many alerts take their group from the category at
    first, because they have none now.
    """

    frame: pl.DataFrame
    refusals: list[Refusal]
    units: pl.DataFrame | None
    hidden: int = 0
    no_rates: dict[str, list[str]] = field(default_factory=dict)
    fell_back: int = 0


def service_keys(mapping: Mapping, secret: bytes) -> dict[str, frozenset[int]]:
    """Hashes of the institutions' numbers and places that the mapping lists."""
    found = {}
    for kind, values in (("phone", mapping.service_callers), ("address", mapping.service_places)):
        hashed = keys.hash_series(pl.Series("v", values, dtype=pl.String), kind, secret) if values else pl.Series([])
        found[kind] = frozenset(hashed.drop_nulls().to_list())
    return found
