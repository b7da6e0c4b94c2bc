"""No number, name, identity number or address of a loaded file is found in any file of the lake afterwards.

Looked for in the bytes of every file under the lake's folder, as text in several encodings, and in what the files hold
once they are unpacked: every column of every Parquet file and every table of the SQLite catalogue, as text.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

import warehouse
from etl import Options, load_files
from warehouse import Lake

PHONES = ("13987654321", "18612345678", "057188886666", "13700001111")
NAMES = ("欧阳震华", "司徒美堂", "诸葛孔明")
IDENTITIES = ("11010519491231002X", "440308199901010012")
ADDRESSES = ("翡翠湾花园三期", "胭脂巷九十八弄", "长乐未央路")
SECRETS = (*PHONES, *NAMES, *IDENTITIES, *ADDRESSES)
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")

ALERTS = f"""alert_id,reported_at,station_code,phone,address,lon
J1,2024-01-01 10:00:00,990101010000,{PHONES[0]},{ADDRESSES[0]}12号,116.4
J2,2024-01-02 10:00:00,990101010000,+86 186-1234-5678,{ADDRESSES[1]},116.4
J3,{PHONES[3]},990101010000,{PHONES[2]},{ADDRESSES[2]}7号,116.4
J4,2024-01-03 10:00:00,{NAMES[0]},{PHONES[0]},{ADDRESSES[0]}13号,116.4
J5,2024-01-04 10:00:00,990101010000,{PHONES[1]},{ADDRESSES[1]},{IDENTITIES[0]}
J6,2024-01-04 {ADDRESSES[2]},990101010000,{IDENTITIES[1]},{NAMES[1]},116.4
"""
CASES = f"""case_id,station_code,kind,officer,filed_at
A1,990101010000,criminal,{NAMES[0]},2024-01-01 10:00:00
A2,990101010000,{NAMES[1]},{IDENTITIES[0]},2024-01-01 10:00:00
"""
RESULTS = f"""result_id,person,person_kind,station_code,ability,event_type,held_on,round,score
R1,{IDENTITIES[1]},officer,990101010000,response_casework,test,2024-01-01,2024-Q1,80
R2,{NAMES[2]},auxiliary,990101010000,response_casework,test,2024-01-01,2024-Q1,{PHONES[0]}
"""
FILES = {"alert": ALERTS, "case": CASES, "training_result": RESULTS}


def load_all(lake: Lake, folder: Path, encoding: str, on_error: str) -> dict[str, tuple[str, int]]:
    found = {}
    for table, text in FILES.items():
        (file := folder / f"{table}.csv").write_text(text, encoding=encoding)
        report = load_files(lake, table, [file], options=Options(on_error=on_error, author="tester"))
        found[table] = (report.status, report.rows_refused)
    return found


def unpacked(path: Path) -> Iterator[str]:
    """What a file holds, as text."""
    if path.suffix == ".parquet":
        for row in duckdb.connect().execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [str(path)]).fetchall():
            yield " ".join(map(str, row))
        metadata = duckdb.connect().execute(
            "SELECT stats_min_value, stats_max_value FROM parquet_metadata(?)", [str(path)]
        )
        yield str(metadata.fetchall())
    elif path.name == "catalog.sqlite":
        with closing(sqlite3.connect(path)) as catalogue:
            for (table,) in catalogue.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in catalogue.execute(f'SELECT * FROM "{table}"'):
                    yield " ".join(
                        cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in row
                    )


def found_in(folder: Path) -> list[str]:
    """Every secret that stands in a file of a folder, with the file."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        raw, texts = path.read_bytes(), list(unpacked(path))
        for secret in SECRETS:
            if any(secret.encode(encoding) in raw for encoding in ENCODINGS) or any(secret in text for text in texts):
                found.append(f"{secret} in {path.relative_to(folder)}")
    return found


def test_the_search_finds_what_is_there(stocked: Lake):
    cursor = stocked.cursor()
    cursor.execute("UPDATE lake.alert SET channel = ? WHERE alert_id = 'first-1'", [PHONES[0]])
    cursor.execute("INSERT INTO lake.event (event_id, title_zh) VALUES ('1', ?)", [NAMES[0]])
    (stocked.home / "scratch").mkdir(exist_ok=True)
    (stocked.home / "scratch" / "copy.csv").write_text(ADDRESSES[0], encoding="gb18030")
    (stocked.home / "wide.txt").write_text(IDENTITIES[0], encoding="utf-16")
    assert {line.partition(" in ")[0] for line in found_in(stocked.home)} == {
        PHONES[0], NAMES[0], ADDRESSES[0], IDENTITIES[0]
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("on_error", ["reject", "quarantine"])
def test_nothing_personal_is_in_the_lakes_files(stocked: Lake, tmp_path: Path, encoding: str, on_error: str):
    (folder := tmp_path / "upload").mkdir()
    loaded = load_all(stocked, folder, encoding, on_error)
    if on_error == "reject":
        assert loaded == {"alert": ("refused", 4), "case": ("refused", 1), "training_result": ("refused", 1)}
    else:
        assert {status for status, _ in loaded.values()} == {"quarantined"}
        keys = stocked.frame("SELECT count(caller_key), count(place_key) FROM lake.alert WHERE alert_id LIKE 'J%'")
        assert keys.row(0) == (2, 2)
        assert len(warehouse.list_quarantine(stocked)) >= 6
        last = warehouse.list_batches(stocked)[-1]["batch_id"]
        warehouse.undo_batch(stocked, last, "tester")
        warehouse.maintain(stocked, keep_days=0)
    warehouse.close_lake(stocked.home)
    assert found_in(stocked.home) == []
