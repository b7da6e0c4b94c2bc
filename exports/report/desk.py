"""Questions of a report to the metrics, each asked once for both languages, and the words of one language."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import polars as pl

import metrics
from exports.figures import ALL, Asked, Kept, answer
from exports.weeks import Week
from metrics import MetricError, Result, Row, Scope
from warehouse import Lake
from wording import Words

WEEKS_SHOWN = 26
YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Answers:
    """What the metrics say about a week; every question is asked once."""

    lake: Lake
    week: Week
    shared: Kept = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict)

    def ask(
        self, indicator: str, comparison: str = "previous", by: str = "city", category: str = "", **options: object
    ) -> Result:
        """Return an indicator of the week."""
        option = next(iter(options.items()), None)
        asked = Asked(indicator, comparison, by, category or ALL, option)
        return self.shared.get(asked) or self.shared.setdefault(asked, answer(self.lake, self.week, asked))

    def city(self, indicator: str, comparison: str = "previous", category: str = "", **options: object) -> Row:
        """Return the city's row of an indicator."""
        return self.ask(indicator, comparison, "city", category, **options).rows[0]

    def maybe(self, indicator: str, comparison: str = "previous", by: str = "city") -> Result | None:
        """Return an indicator, None where it has no answer for this question."""
        if by not in metrics.catalogue()[indicator].levels:
            return None
        try:
            return self.ask(indicator, comparison, by)
        except MetricError:
            return None

    def course(self, category: str = "") -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the valid alerts of the last half year by weeks, and a year before on the same time line."""
        key = ("course", category)
        if key not in self.kept:
            end = self.week.end
            scope = Scope(
                end - timedelta(weeks=WEEKS_SHOWN),
                end,
                "none",
                groups=(category,) if category else (),
                version=self.week.version,
            )
            now = metrics.series(self.lake, "alerts_valid", scope, "week")
            past = replace(scope, start=scope.start - YEAR, end=scope.end - YEAR)
            before = metrics.series(self.lake, "alerts_valid", past, "week")
            self.kept[key] = now, before.with_columns(pl.col("period_start") + YEAR)
        found: tuple[pl.DataFrame, pl.DataFrame] = self.kept[key]
        return found

    def names(self) -> dict[str, tuple[str, str | None]]:
        """Return both names of every district and station."""
        rows = [row for by in ("district", "station") for row in self.ask("alerts_received", "previous", by).rows]
        return {row.unit: (row.name_zh, row.name_en) for row in rows}


@dataclass(frozen=True)
class Desk:
    """One language at work on a week: a `wording.saying.Place` with the answers."""

    words: Words
    answers: Answers
    names: Mapping[str, str]

    @property
    def week(self) -> Week:
        """The week."""
        return self.answers.week

    def name(self, row: Row) -> str:
        """Return the name of a row's unit."""
        return self.words.name(row.name_zh, row.name_en)

    def indicator(self, name: str) -> str:
        """Return the name of an indicator."""
        return self.words.text(metrics.catalogue()[name].name)

    @property
    def is_recorded(self) -> bool:
        """Whether there are call records of the week: without them a count of zero is unknown, not none."""
        return self.answers.city("alerts_valid").value is not None

    @property
    def days(self) -> int:
        """How many days of the week the data know."""
        return int(self.answers.ask("alerts_valid").provenance["days_compared"]) or 7


def desk_of(language: str, answers: Answers) -> Desk:
    """Return the desk of a language."""
    words = Words(language)
    names = {code: words.name(zh, en) for code, (zh, en) in answers.names().items()}
    return Desk(words, answers, names)
