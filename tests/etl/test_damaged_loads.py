"""A damaged file of any kind is loaded whole, set aside row by row, or refused; never by a part, never with U+FFFD.

One lake for all examples; each is checked against the version before it.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import Options, load_files
from etl.errors import REASONS
from warehouse import Lake, close_lake, list_batches, open_lake

STATION = "990101010000"
ROWS = [["alert_id", "reported_at", "station_code", "channel", "address"]] + [
    [f"J{n}", f"2024-01-{n % 28 + 1:02d} 08:30:00", STATION, "电话㵲𠮷", f"胜利路{n}号"] for n in range(30)
]
WORDS = "SELECT count(*) FROM lake.alert WHERE contains(concat_ws('|', alert_id, channel, station_code), chr(65533))"
COUNTS = "SELECT count(*), count(DISTINCT alert_id) FROM lake.alert"


@pytest.fixture(scope="module")
def lake_of_all(stocked_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = shutil.copytree(stocked_folder, tmp_path_factory.mktemp("damaged") / "lake")
    yield open_lake(folder)
    close_lake(folder)


@cache
def whole(kind: str) -> bytes:
    """The rows as a text file in an encoding, or as a workbook."""
    if kind != "xlsx":
        return "\r\n".join(",".join(row) for row in ROWS).encode(kind)
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return made.getvalue()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    kind = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx"]))
    content = bytearray(whole(kind))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content) - 1))
        match draw(st.sampled_from(["change", "cut", "insert", "lost"])):
            case "change":
                content[at] = draw(st.integers(0, 255))
            case "cut":
                del content[max(at, 1) :]
            case "insert":
                content[at:at] = draw(st.binary(min_size=1, max_size=4))
            case "lost":
                content[at:at] = "�".encode("utf-8" if kind == "xlsx" else kind)
    return ("a.xlsx" if kind == "xlsx" else "a.csv"), bytes(content)


@given(damaged(), st.sampled_from(["reject", "quarantine"]))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_damage_commits_no_part_and_no_lost_letter(
    lake_of_all: Lake, tmp_path: Path, file: tuple[str, bytes], on_error: str
):
    lake, version, batches = lake_of_all, lake_of_all.version(), len(list_batches(lake_of_all))
    before = lake.frame(COUNTS).row(0)[0]
    (path := tmp_path / file[0]).write_bytes(file[1])
    report = load_files(lake, "alert", [path], options=Options(on_error=on_error, author="property"))
    rows, distinct = lake.frame(COUNTS).row(0)
    assert rows == distinct
    assert lake.frame(WORDS).item() == 0
    assert all(refusal.code in REASONS for refusal in report.refusals)
    if report.status in ("committed", "quarantined"):
        assert rows == before + report.rows_loaded
        assert len(list_batches(lake)) == batches + 1
        good = report.rows_loaded + report.rows_updated + report.rows_repeated
        assert good + report.rows_refused == report.rows_read
        assert report.status == "quarantined" or report.rows_refused == 0
    else:
        assert (lake.version(), rows, len(list_batches(lake))) == (version, before, batches)
        assert report.status in ("refused", "unchanged")
