"""The two catalogues hold the same names, every name that code uses, and none that it does not."""

import ast
import re
from pathlib import Path

import pytest

from etl.sayings import WARNINGS
from exports.figures import TUNED
from exports.report.changed import NAMED
from metrics import GROUPS
from metrics import catalogue as indicators
from tests.pages.conftest import FILES
from warehouse import tables
from warehouse.preview import FIGURES
from wording import LANGUAGES, Words, catalogue

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("pages", "wording", "exports")
SOURCES = [ROOT / "app.py", *sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
FIELD = re.compile(r"{(\w+)}")
NAME = re.compile(r"^[a-z_]+\.[a-zA-Z0-9_.]+$")


def strings() -> set[str]:
    """Return every text in the code that looks like the name of a message."""
    found: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.match(node.value):
                found.add(node.value)
    return found


def families() -> set[str]:
    """The families that `Words.of` is asked for and the beginnings of names that end in a code."""
    text = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES)
    asked = set(re.findall(r"""\.of\(\s*["']([a-z_.]+)["']""", text)) | set(
        re.findall(r'_family\(words, "([a-z_]+)"\)', text)
    )
    asked |= {beginning.rstrip(".") for beginning in re.findall(r'f"([a-z_]+\.)[a-z_]*{', text)}
    return asked | set(re.findall(r'_choose\(place, "\w+", .*"([a-z]+)"\)', text))


def test_both_catalogues_hold_the_same_names() -> None:
    assert set(catalogue("zh_CN")) == set(catalogue("en"))


@pytest.mark.parametrize("name", sorted(catalogue("en")))
def test_both_languages_fill_the_same_places_and_say_something(name: str) -> None:
    zh, en = catalogue("zh_CN")[name], catalogue("en")[name]
    assert zh.strip() and en.strip()
    assert set(FIELD.findall(zh)) == set(FIELD.findall(en))


def test_no_name_is_missing() -> None:
    known, prefixes = set(catalogue("en")), families()
    looked_up = {name for name in strings() if name.split(".")[0] in {key.split(".")[0] for key in known}}
    assert {name for name in looked_up if name not in known and name not in prefixes} == set()


def test_no_name_is_unused() -> None:
    used, prefixes = strings(), families()
    assert {
        name for name in catalogue("en") if name not in used and not any(name.startswith(f"{p}.") for p in prefixes)
    } == set()


CODES = {
    "group": GROUPS,
    "verdict": ("confirmed", "possible", "not_established", "contradicted"),
    "verdict_of": ("confirmed", "possible", "contradicted"),
    "comparison": ("yoy", "previous", "none"),
    "unit_of_value": sorted({entry.unit for entry in indicators().values()}),
    "direction": sorted({entry.direction for entry in indicators().values()}),
    "reason": (
        "no_data",
        "no_base",
        "base_under_20",
        "no_base_data",
        "no_comparison",
        "look_back_incomplete",
        "no_key",
        "no_round",
        "no_roster",
        "roster_too_small",
        "no_population",
        "no_return",
        "no_snapshot",
        "part_above_whole",
        "returns_incomplete",
        "small_cell",
        "components_only",
        "few_people",
        "no_contest",
        "no_required_hours",
        "no_earlier_round",
    ),
    "every": ("month", "quarter", "year"),
    "grade": (1, 2, 3, 4),
    "page": tuple(FILES),
    "lake_table": tuple(tables()),
    "source_field": sorted(
        {c.source_name for t in tables().values() for c in t.columns if c.private and not c.derived}
    ),
    "upload_step": ("look", "read", "arrange", "validate", "preview", "commit"),
    "upload_outcome": ("ready", "some_refused", "all_there", "unchanged", "refused", "unmapped"),
    "decide_done": ("committed", "quarantined", "unchanged"),
    "batch_status": ("committed", "quarantined", "undone"),
    "batch_figure": sorted({name for figures in FIGURES.values() for name in figures}),
    "change_kind": ("added", "replaced", "taken_out", "came_back"),
}


@pytest.mark.parametrize(("family", "code"), [(family, code) for family, codes in CODES.items() for code in codes])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_word(language: str, family: str, code: str) -> None:
    assert f"{family}.{code}" in catalogue(language)


CHOICES = sorted(
    {
        (name if name in NAMED else "figure_choice", str(value))
        for entry in indicators().values()
        for name, parameter in entry.parameters.items()
        for value in parameter.values
        if name not in TUNED and value != parameter.default
    }
)


@pytest.mark.parametrize(("family", "value"), CHOICES)
def test_every_choice_that_names_a_figure_has_a_word(family: str, value: str) -> None:
    assert f"{family}.{value}" in catalogue("en")


def test_no_word_stands_for_a_choice_that_nobody_has() -> None:
    known = {name.partition(".")[2] for name in catalogue("en") if name.startswith("figure_choice.")}
    assert known == {value for family, value in CHOICES if family == "figure_choice"}


def codes_of_metrics(pattern: str) -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "metrics").rglob("*.py"))
    return set(re.findall(pattern, text))


@pytest.mark.parametrize("code", sorted(codes_of_metrics(r'(?<!Link)Note\(\s*"([a-z_0-9]+)"[,)]')))
def test_every_note_has_a_sentence(code: str) -> None:
    assert f"note.{code}" in catalogue("en")


def values_of_notes() -> dict[str, set[str]]:
    """What metrics fills each note with, read from its code."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "metrics").rglob("*.py"))
    found = re.findall(r'Note\(\s*"([a-z_0-9]+)",\s*{([^}]*)}', text)
    return {code: set(re.findall(r'"(\w+)":', values)) for code, values in found}


@pytest.mark.parametrize(("code", "values"), sorted(values_of_notes().items()))
def test_a_note_asks_for_no_value_that_metrics_does_not_give(code: str, values: set[str]) -> None:
    assert set(FIELD.findall(catalogue("en")[f"note.{code}"])) <= values


@pytest.mark.parametrize("code", sorted(WARNINGS))
def test_every_warning_of_the_importer_has_a_sentence(code: str) -> None:
    assert f"warning.{code}" in catalogue("en")


def test_numbers_dates_and_periods_are_written_as_the_language_does() -> None:
    from datetime import date

    zh, en = Words("zh_CN"), Words("en")
    week = (date(2025, 12, 22), date(2025, 12, 29))
    assert zh.period(week) == "2025年12月22日至28日"
    assert "22" in en.period(week) and "28" in en.period(week) and "2025" in en.period(week)
    assert en.number(1234567) == "1,234,567"
    assert en.signed(-0.094) == "−9.4%"
    assert en.signed(0.02) == "+2.0%"
    assert zh.points(0.003) == "+0.3 个百分点"
    assert en.signed(-0.0001) == "0.0%"
    assert en.number(None) == "–"
