"""Questions to the metrics, kept by data version.

A version never changes, so an answer that is kept is never stale, and nothing needs clearing. The
lake is opened once a process; DuckDB gives each question its own cursor.
"""

import os
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import polars as pl
import streamlit as st

import metrics
import warehouse
from metrics import Parameters, Result, Scope
from wording import Words

Level = Literal["city", "district", "station"]
KEPT = 3000
SPARK_WEEKS = 26
YEAR_WEEKS = 52
CUMULATIVE = ("alert_year_to_date",)
"""Sums since New Year: their course says nothing but that days pass, so they get no spark line."""
SELDOM = ("training", "reported", "registers", "staffing")
"""Subjects with a figure a round, return or snapshot, whose course is that of all data."""


@st.cache_resource(show_spinner=False)
def _lake(location: str | None) -> warehouse.Lake:
    return warehouse.open_lake(location)


def lake() -> warehouse.Lake:
    """Return the lake that the environment names.

    Raises:
        warehouse.LakeError: there is none, or it cannot be read.
    """
    return _lake(os.environ.get("JICENG_LAKE"))


def _where() -> str | None:
    return os.environ.get("JICENG_LAKE")


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _answer(where: str | None, indicator: str, scope: Scope, options: tuple[tuple[str, Any], ...]) -> Result:
    return metrics.show(_lake(where), indicator, scope, **dict(options))


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _series(
    where: str | None, indicator: str, scope: Scope, step: str, options: tuple[tuple[str, Any], ...]
) -> pl.DataFrame:
    return metrics.series(_lake(where), indicator, scope, step, **dict(options))


@st.cache_data(max_entries=256, show_spinner=False)
def _returned(where: str | None, version: int, period: tuple[date, date]) -> tuple[date, date] | None:
    return metrics.returned_period(_lake(where), version, period)


@st.cache_data(max_entries=64, show_spinner=False)
def batches(where: str | None, version: int) -> list[dict[str, Any]]:
    """Return the batches of a version, oldest first."""
    return warehouse.list_batches(_lake(where), version)


@st.cache_resource(show_spinner=False, max_entries=4)
def outlines(where: str | None, version: int) -> dict[str, Any] | None:
    """Return the district outlines beside the lake; `version` makes a new load look again."""
    return warehouse.outlines(_lake(where))


@dataclass(frozen=True)
class Here:
    """Where the reader stands: language, data version, and the filters with their meaning."""

    words: Words
    version: int
    is_latest: bool
    span: tuple[date, date]
    period: tuple[date, date]
    comparison: str
    district: str
    station: str
    group: str
    names: dict[str, str]

    @property
    def scope(self) -> Scope:
        """The question that the filters ask, for the place as a whole."""
        return Scope(
            start=self.period[0],
            end=self.period[1],
            comparison=self.comparison,
            by="city",
            districts=(self.district,) if self.district else (),
            stations=(self.station,) if self.station else (),
            groups=(self.group,) if self.group else (),
            version=self.version,
        )

    @property
    def level(self) -> str:
        """The level of the units listed: districts of the city, or stations of a district."""
        return "station" if self.district or self.station else "district"

    def ask(self, indicator: str, by: str = "city", comparison: str | None = None, **options: object) -> Result:
        """Return an indicator for the filters."""
        scope = replace(self.scope, by=by, comparison=comparison or self.comparison)
        return _answer(_where(), indicator, scope, tuple(sorted(options.items())))

    def units(self, indicator: str, **options: object) -> Result:
        """Return an indicator for every unit listed."""
        return self.ask(indicator, self.level, **options)

    def everywhere(self, indicator: str, by: str, **options: object) -> Result:
        """Return an indicator for the whole city, whatever place is chosen."""
        scope = replace(self.scope, by=by, districts=(), stations=())
        return _answer(_where(), indicator, scope, tuple(sorted(options.items())))

    def of_group(self, indicator: str, *groups: str, **options: object) -> Result:
        """Return an indicator for the place, of one class or of several together."""
        scope = replace(self.scope, groups=groups)
        return _answer(_where(), indicator, scope, tuple(sorted(options.items())))

    def series(self, indicator: str, start: date, end: date, step: str, **options: object) -> pl.DataFrame:
        """Return an indicator step by step."""
        scope = replace(self.scope, start=start, end=end, comparison="none")
        return _series(_where(), indicator, scope, step, tuple(sorted(options.items())))

    def course(self, indicator: str, **options: object) -> tuple[str, pl.DataFrame, pl.DataFrame]:
        """Return the last year and the one before, by weeks; by days where no whole week is known.

        The frame of the year before stands on its own time line.
        """
        end, year = self.period[1], timedelta(weeks=YEAR_WEEKS)
        for step in ("week", "day"):
            now = self.series(indicator, end - year, end, step, **options)
            if step == "day" or now["value"].null_count() < len(now):
                break
        return step, now, self.series(indicator, end - 2 * year, end - year, step, **options)

    def spark(self, indicator: str, **options: object) -> list[float | None]:
        """Return the last half year by weeks (by days where no whole week is known), for a spark line."""
        if indicator in CUMULATIVE:
            return []
        end = self.period[1]
        by_round = metrics.catalogue()[indicator].subject in SELDOM
        half_year = end - timedelta(weeks=SPARK_WEEKS)
        start = min(self.span[0], half_year) if by_round else half_year
        for step in ("week", "day"):
            values = self.series(indicator, start, end, step, **options)["value"].drop_nulls().to_list()
            if values:
                break
        return values

    def returned(self) -> "Here | None":
        """Return the same place at the period that units reported, against the one before; None without returns.

        That is the chosen period where there are returns of it, else the latest that there are.
        """
        period = _returned(_where(), self.version, self.period)
        return replace(self, period=period, comparison="previous") if period else None

    def batches(self) -> list[dict[str, Any]]:
        """Return the batches of the version shown."""
        return batches(_where(), self.version)

    def outlines(self) -> dict[str, Any] | None:
        """Return the district outlines, None when there are none."""
        return outlines(_where(), self.version)

    @property
    def parameters(self) -> Parameters:
        """Return the parameters at the version shown."""
        return metrics.parameters(lake(), self.version)

    def setting(self, name: str) -> str:
        """Return a setting of the lake at the version shown."""
        return lake().setting(name, "", version=self.version) or ""


def here() -> Here:
    """Return where the reader stands, as the front door found it in this rerun."""
    found: Here = st.session_state["here"]
    return found


@st.cache_data(max_entries=256, show_spinner=False)
def units_of(
    where: str | None, version: int, district: str, by: Level, start: date, end: date
) -> list[tuple[str, str, str]]:
    """Return code and both names of the units that stand on a period's last day, of one district if it is named."""
    scope = Scope(start, end, "none", by, districts=(district,) if district else (), version=version)
    result = metrics.show(_lake(where), "alerts_received", scope)
    return [(row.unit, row.name_zh, row.name_en or "") for row in result.rows]


def units(version: int, by: Level, period: tuple[date, date]) -> list[tuple[str, str, str]]:
    """Return code and both names of every unit of a level that stands on a period's last day."""
    return units_of(_where(), version, "", by, *period)
