"""How a table is laid out on paper: heads are broken to the width of what stands under them, numbers never."""

import io
import shutil
import subprocess
from datetime import date, datetime

import pytest

from exports import software
from exports.report import paper
from exports.report.model import Cell, Report, Section, Table, words
from exports.report.paper import _block
from exports.weeks import Week
from tests.exports.conftest import needs_paper
from wording import saying
from wording.words import catalogue

INTERVAL = "+29.2% to +249.4%"


@pytest.mark.parametrize(
    ("head", "text", "form", "lines"),
    [
        ("Change on last year", "+2.3%", "change", ["Change", "on last", "year"]),
        ("Denominator", "12", "count", ["Denominator"]),
        ("Within 13\u00a0d", "7,362", "count", ["Within", "13\u00a0d"]),
        ("Verdict on last year", "rise", "text", ["Verdict on last year"]),
        ("去年同期", "85", "count", ["去年同期"]),
        ("首考合格率", "87.6%", "share", ["首考合", "格率"]),
        ("", "", "text", [""]),
    ],
)
def test_a_head_is_as_wide_as_its_column(head: str, text: str, form: str, lines: list[str]) -> None:
    table = Table("t", "t", (head,), ((Cell(1, text, form),),))
    assert _block(table, "Sans")["heads"] == [lines]


def test_what_may_be_broken_is_long_text_alone() -> None:
    row = (words("Dongcheng"), words(INTERVAL), Cell(3, "3", "count"), words("Draw a random sample of the records."))
    laid = _block(Table("t", "t", ("a", "b", "c", "d"), (row,)), "Sans")
    assert laid["firm"] == [True, True, True, False]
    assert laid["right"] == [False, False, True, False]


def test_rows_that_are_not_printed_need_no_room() -> None:
    rows = ((words("short"),), (words("a sentence that is only in the workbook and on the page"),))
    laid = _block(Table("t", "t", ("a",), rows, most=1), "Sans")
    assert laid["rows"] == [["short"]] and laid["firm"] == [True]


@pytest.mark.parametrize(("sentences", "pages"), [(165, 6), (350, 7)])
def test_a_report_that_would_be_too_long_is_set_smaller(
    monkeypatch: pytest.MonkeyPatch, sentences: int, pages: int
) -> None:
    """At most six pages, as offices know them; what cannot be squeezed into six stays whole."""
    needs_paper()
    from pypdf import PdfReader

    week = Week(date(2025, 12, 22), date(2025, 12, 29), 8, datetime(2025, 12, 29, 8))
    told = tuple(f"Sentence {number}. " + "Nothing can be told from chance here. " * 4 for number in range(sentences))
    report = Report("en", "Weekly", ("Dec 22",), (Section("overview", "1. Overview", told),), "foot")
    monkeypatch.setattr(paper, "SCALES", ("1",))
    whole = len(PdfReader(io.BytesIO(paper.paper(report, week))).pages)
    monkeypatch.undo()
    found = PdfReader(io.BytesIO(paper.paper(report, week)))
    assert whole > 6 and whole >= len(found.pages)
    assert (len(found.pages) <= 6) == (pages == 6)
    assert f"Sentence {sentences - 1}." in found.pages[-1].extract_text()


def test_every_sign_of_a_report_is_in_the_font_of_the_paper() -> None:
    """A sign that the font has not is printed as an empty box."""
    needs_paper()
    if shutil.which("fc-list") is None:
        pytest.skip("fontconfig is not here to tell what is in a font")
    shapes = "".join((*saying.SHAPES.values(), *saying.TARGET_SHAPES.values(), *saying.REGISTER_SHAPES.values()))
    told = [text for code in ("zh_CN", "en") for name, text in catalogue(code).items() if name.startswith("report")]
    signs = {sign for sign in shapes + "".join(told) if not sign.isascii() and not sign.isspace()}
    asked = [["fc-list", f":charset={ord(sign):x}", "family"] for sign in sorted(signs)]
    has = [subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in asked]
    sans = software.fonts()["sans"].family
    assert [sign for sign, families in zip(sorted(signs), has, strict=True) if sans not in families] == []
