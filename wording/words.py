"""The words of both languages, and numbers, dates and periods as each language writes them.

Words stand in `locale/<language>/LC_MESSAGES/jiceng.po` under short names (`overview.title`); code never holds
a sentence. The catalogues are read as they are, once a process, so a fresh clone needs no compiling.
Names that end in a code (`verdict.confirmed`) are looked up with `Words.of("verdict", code)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

CATALOGUES = Path(__file__).resolve().parents[1] / "locale"
LANGUAGES = ("zh_CN", "en")
MINUS, DASH = "\u2212", "–"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every message of a language by its name."""
    path = CATALOGUES / language / "LC_MESSAGES" / "jiceng.po"
    with path.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale=language) if entry.id}


@cache
def _locale(language: str) -> Locale:
    """Return Babel's rules of a language, which it would look for anew for every number."""
    return Locale.parse(language)


def language_of(browser: str | None) -> str:
    """Return the language to begin with: Chinese for a browser that asks for it, else English."""
    return "zh_CN" if (browser or "").lower().startswith("zh") else "en"


class _Values(dict[str, object]):
    """Values for a sentence; what is missing becomes a dash, because a page must not fail for a word."""

    def __missing__(self, key: str) -> str:
        return DASH


@dataclass(frozen=True)
class Words:
    """One language. `words("name", key=value)` is the sentence called `name`, filled."""

    language: str

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a sentence; a missing name stands for itself and a missing value for a dash, and tests find both."""
        sentence = catalogue(self.language).get(name) or name
        return sentence.format_map(_Values(values)) if values else sentence

    def of(self, family: str, code: object, /, **values: object) -> str:
        """Return the word for a code of a family; a code without a word stands for itself."""
        name = f"{family}.{code}"
        return self(name, **values) if name in catalogue(self.language) else str(code)

    @property
    def short(self) -> str:
        """`zh` or `en`, as the catalogue of indicators and the error sentences name languages."""
        return self.language[:2]

    def both(self) -> "tuple[Words, Words]":
        """Return the words of Chinese and of English."""
        return Words("zh_CN"), Words("en")

    def name(self, zh: str | None, en: str | None) -> str:
        """Return the name of a unit or an event in this language, or the one that there is."""
        return (zh if self.short == "zh" else en) or zh or en or ""

    def text(self, both: Mapping[str, str] | None) -> str:
        """Return one language of a text that comes in both."""
        return (both or {}).get(self.short, "")

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with its thousands set apart."""
        if value is None:
            return DASH
        value = round(value, digits) or 0  # no minus before a zero
        form = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, form, locale=_locale(self.language)).replace("-", MINUS)

    def percent(self, value: float | None, digits: int = 1) -> str:
        """Return a fraction in percent."""
        return DASH if value is None else f"{self.number(100 * value, digits)}%"

    def signed(self, value: float | None, digits: int = 1) -> str:
        """Return a relative change in percent with its sign."""
        return DASH if value is None else _plus(100 * value, digits) + f"{self.number(100 * value, digits)}%"

    def points(self, value: float | None, digits: int = 1) -> str:
        """Return the difference of two shares in percentage points with its sign."""
        if value is None:
            return DASH
        return self("unit.points", value=_plus(100 * value, digits) + self.number(100 * value, digits))

    def difference(self, value: int | None) -> str:
        """Return a difference of counts with its sign."""
        return DASH if value is None else _plus(value, 0) + self.number(value)

    def day(self, day: date | None) -> str:
        """Return a date."""
        length = "medium" if self.short == "en" else "long"
        return DASH if day is None else format_date(day, length, _locale(self.language))

    def moment(self, moment: datetime | None) -> str:
        """Return a date with its time of day."""
        form = "d MMM y HH:mm" if self.short == "en" else "y年M月d日 HH:mm"
        return DASH if moment is None else format_datetime(moment, form, locale=_locale(self.language))

    def period(self, period: tuple[date, date] | None) -> str:
        """Return a half-open period by its first and last day."""
        if period is None:
            return DASH
        first, last = period[0], period[1] - timedelta(days=1)
        if first == last:
            return self.day(first)
        return format_interval(first, last, "yMMMd", locale=self.language).replace("\u2009", " ")


def _plus(value: float, digits: int) -> str:
    return "+" if round(value, digits) > 0 else ""
