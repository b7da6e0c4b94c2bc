"""Any table in any dress reads back equal; damage is refused or read, never half-read, never with lost letters."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.errors import FileRefused
from etl.reading import FoundTable, read_files, set_aside

WORDS = st.text("甲乙丙丁东城西所案件街道路号ABCxyz,;\t|\"'\n 　𠮷㵲", min_size=1, max_size=8).filter(
    lambda text: text.strip("\n 　\t") == text and "\n\n" not in text
)
NUMBERS = st.integers(0, 99_999).map(str)
HEADINGS = ("单位", "类别", "件数", "备注")
QUIET = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    rows = draw(st.integers(1, 12))
    return [[f"所{number}", draw(WORDS), draw(NUMBERS), f"注{draw(WORDS)}"] for number in range(rows)]


@st.composite
def dresses(draw: st.DrawFn) -> dict[str, object]:
    return {
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])),
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "end": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "title": draw(st.booleans()),
        "levels": draw(st.integers(1, 2)),
        "blanks": draw(st.booleans()),
        "footer": draw(st.booleans()),
    }


def written(table: list[list[str]], dress: dict[str, object]) -> bytes:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if dress["end"] == "\r" else csv.QUOTE_MINIMAL  # Python leaves \n bare beside \r
    writer = csv.writer(out, delimiter=str(dress["delimiter"]), lineterminator=str(dress["end"]), quoting=quoting)
    if dress["title"]:
        writer.writerow(["2024年1月统计表", "", "", ""])
    if dress["levels"] == 2:
        writer.writerows([["单位", "警情", "", "备注"], ["", "类别", "件数", ""]])
    else:
        writer.writerow(HEADINGS)
    for number, row in enumerate(table):
        writer.writerow(row)
        if dress["blanks"] and number % 3 == 0:
            writer.writerow(["", "", "", ""])
    if dress["footer"]:
        writer.writerow(["填报人：×××", "", "", ""])
    return out.getvalue().encode(str(dress["encoding"]))


def records(found: FoundTable) -> pl.DataFrame:
    frame = (
        pl.read_parquet(found.source)
        if found.is_parquet
        else pl.read_csv(
            found.source,
            infer_schema=False,
            separator=found.delimiter or ",",
            row_index_name="_row",
            row_index_offset=2,
        )
    )
    return set_aside(frame, found.layout)[0]


@given(tables(), dresses())
@QUIET
def test_a_table_in_any_dress_reads_back_equal(table: list[list[str]], dress: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(written(table, dress))
        (found,) = read_files([path], Path(folder))
        expected = ("单位", "警情_类别", "警情_件数", "备注") if dress["levels"] == 2 else HEADINGS
        assert found.columns == expected
        assert [list(row) for row in records(found).drop("_row").iter_rows()] == table


@given(tables(), dresses(), st.data())
@QUIET
def test_damage_never_crashes_and_never_invents_letters(
    table: list[list[str]], dress: dict[str, object], data: st.DataObject
) -> None:
    content = bytearray(written(table, dress))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["change", "cut", "insert"])):
            case "change":
                content[at] = data.draw(st.integers(0, 255))
            case "cut":
                del content[at:]
            case "insert":
                content[at:at] = data.draw(st.binary(min_size=1, max_size=4))
        if not content:
            break
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(bytes(content))
        try:
            (found,) = read_files([path], Path(folder))
        except FileRefused as refused:
            assert refused.refusal.file == "a.csv"
            return
        if found.is_parquet:
            assert "\ufffd" not in str(records(found).rows()) or found.has_lost_letters
