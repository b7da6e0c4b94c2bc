"""Is a package what it says it is: genuine, or what differs; what somebody else made of it is told in a sentence."""

import hashlib
import json
import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
import warehouse
from exports import software, weekly
from exports.manifest import parsed
from exports.packing import read, sums, zip_bytes
from exports.verifying import figures_of
from warehouse import Lake
from wording import Words

LAST = date(2025, 12, 22)

pytestmark = pytest.mark.usefixtures("few")


def test_a_package_is_genuine_or_it_is_said_what_differs(lake: Lake, tmp_path: Path) -> None:
    archive = weekly(lake, LAST, tmp_path, formats=("parquet",)).archive
    assert exports.verify(lake, archive).outcome == "genuine"
    assert exports.verify(lake, archive.with_suffix("")).is_genuine
    files = files_of(archive)
    table = pl.read_parquet(files["figures.parquet"])
    of_city = (pl.col("indicator") == "alerts_valid") & (pl.col("by") == "city") & (pl.col("category") == "all")
    forged = table.with_columns(pl.when(of_city).then(7.0).otherwise(pl.col("value")).alias("value"))
    forged.write_parquet(tmp_path / "forged.parquet")
    files["figures.parquet"] = (tmp_path / "forged.parquet").read_bytes()
    found = exports.verify(lake, zip_bytes(files, "x", datetime(2025, 12, 29)), "forged.zip")
    assert found.outcome == "changed" and dict(found.files) == {"figures.parquet": "changed"}
    assert found.differing == 2 and {one["before"]["value"] for one in found.figures} == {7.0}
    assert "figures.parquet" in exports.verdict(Words("en"), found)


def files_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    return zip_bytes(files, "x", datetime(2025, 12, 29))


def test_changed_files_are_told_with_what_became_of_the_figures(lake: Lake, tmp_path: Path) -> None:
    files = files_of(weekly(lake, LAST, tmp_path, formats=("parquet", "csv")).archive)
    found = exports.verify(lake, zipped(files | {"figures.csv": files["figures.csv"] + b"\n"}))
    assert (found.outcome, found.differing, dict(found.files)) == ("changed", 0, {"figures.csv": "changed"})
    assert "(figures.csv was changed); its" in exports.verdict(Words("en"), found)
    found = exports.verify(lake, zipped(files | {"figures.parquet": files["figures.parquet"][:-9]}))
    assert (found.outcome, found.compared) == ("changed", 0)
    assert "its figures cannot be read" in exports.verdict(Words("en"), found)
    found = exports.verify(lake, zipped(files | {"readme.txt": b"x"}))
    assert dict(found.files) == {"readme.txt": "added"}


def test_a_table_that_makes_its_reader_panic_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(_: bytes) -> None:
        raise pl.exceptions.PanicException("assertion failed")

    monkeypatch.setattr(pl, "read_parquet", panic)
    with pytest.raises(exports.ExportError, match=r"figures\.csv cannot be read"):
        figures_of({"figures.parquet": b"PAR1"})


def test_a_changed_bit_anywhere_in_the_zip_is_a_sentence(lake: Lake, tmp_path: Path) -> None:
    whole = weekly(lake, LAST, tmp_path, formats=("parquet",)).archive.read_bytes()
    read_all_the_same = 0
    for at in range(0, len(whole), len(whole) // 400):
        changed = bytearray(whole)
        changed[at] ^= 4
        try:
            read(bytes(changed), "x.zip")
            read_all_the_same += 1  # the bit says when or by whom a file was packed
        except exports.ExportError as error:
            assert error.code in ("damaged_package", "not_a_package", "too_large")
    assert read_all_the_same < 20


WHOLE = {
    "package": "x",
    "city": {"zh": "甲", "en": "A"},
    "week": {"first": "2025-12-22"},
    "data_version": 8,
    "files": {"a.csv": {"sha256": "0"}},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": 1},
        {"week": {"first": "22 December"}},
        {"week": {"first": "9999-12-31"}},
        {"data_version": "8; DROP TABLE alert"},
        {"data_version": 10**40},
        {"data_version": True},
        {"files": ["a.csv"]},
        {"files": {"a.csv": "0"}},
        {"files": {"a.csv": {"sha256": 0}}},
        {"city": "甲"},
        {"city": {"zh": "甲"}},
        {"package": None},
    ],
)
def test_a_manifest_that_somebody_else_wrote_is_a_sentence(wrong: dict) -> None:
    assert parsed(json.dumps(WHOLE).encode()) == WHOLE
    with pytest.raises(exports.ExportError, match=r"manifest\.json cannot be read"):
        parsed(json.dumps(WHOLE | wrong).encode())
    with pytest.raises(exports.ExportError, match="cannot be read"):
        parsed(b"[" * 100_000)


def test_a_package_of_another_city_is_not_called_forged_but_its_files_are_checked(lake: Lake, tmp_path: Path) -> None:
    files = files_of(weekly(lake, LAST, tmp_path, formats=("parquet",)).archive)
    manifest = json.loads(files["manifest.json"]) | {"city": {"zh": "乙市", "en": "B"}}
    files["manifest.json"] = json.dumps(manifest).encode()
    told = {
        name: digest for digest, _, name in (line.partition("  ") for line in files["SHA256SUMS"].decode().split("\n"))
    }
    told["manifest.json"] = hashlib.sha256(files["manifest.json"]).hexdigest()
    files["SHA256SUMS"] = "".join(f"{digest}  {name}\n" for name, digest in told.items() if name).encode()
    found = exports.verify(lake, zipped(files))
    assert (found.outcome, dict(found.files)) == ("other_city", {})
    assert exports.verdict(Words("en"), found).endswith("Every file has its checksum.")
    found = exports.verify(lake, zipped(files | {"figures.parquet": b"x"}))
    assert found.outcome == "other_city"
    assert exports.verdict(Words("en"), found).endswith("not the ones that were made: figures.parquet was changed.")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"hello"])
def test_what_is_no_package_is_said_to_be_none(lake: Lake, content: bytes) -> None:
    with pytest.raises(exports.ExportError):
        exports.verify(lake, content, "x.zip")


def resummed(files: dict[str, bytes]) -> bytes:
    """Return a package whose checksums were written anew, as a forger would."""
    content = json.loads(files["manifest.json"])
    content["files"] = {
        name: {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in content["files"]
    }
    files = files | {"manifest.json": json.dumps(content).encode()}
    return zipped(files | {"SHA256SUMS": sums({name: held for name, held in files.items() if name != "SHA256SUMS"})})


def test_a_forged_report_with_new_checksums_is_not_genuine(lake: Lake, tmp_path: Path) -> None:
    """Words and pictures are counted by nobody again: the lake has recorded which package was made."""
    files = files_of(weekly(lake, LAST, tmp_path, formats=("parquet", "html"), language="zh").archive)
    page = files["report.html"].replace("有效警情".encode(), "无效警情".encode())
    found = exports.verify(lake, resummed(files | {"report.html": page}))
    assert (found.outcome, found.is_genuine, dict(found.files), found.differing) == ("other_package", False, {}, 0)
    assert "not the package that was made" in exports.verdict(Words("en"), found)
    assert exports.verify(lake, zipped(files)).is_genuine  # packed anew with the files that were made


def test_a_package_that_the_lake_has_no_record_of_has_right_figures_and_no_more(
    lake: Lake, built: Path, tmp_path: Path
) -> None:
    made = weekly(lake, LAST, tmp_path / "out", formats=("parquet",))
    other = warehouse.open_lake(shutil.copytree(built, tmp_path / "other"))
    found = exports.verify(other, made.archive)
    assert (found.outcome, found.is_genuine, found.is_recorded) == ("unrecorded", False, False)
    assert "no record of making it" in exports.verdict(Words("en"), found)
    warehouse.close_lake(tmp_path / "other")


def test_a_package_without_a_table_is_known_by_its_record(lake: Lake, tmp_path: Path) -> None:
    files = files_of(weekly(lake, LAST, tmp_path, formats=("html",), language="zh").archive)
    found = exports.verify(lake, zipped(files))
    assert found.is_genuine and "holds no table" in exports.verdict(Words("en"), found)
    assert exports.verify(lake, resummed(files | {"report.html": b"x"})).outcome == "no_figures"


def test_a_package_with_csv_alone_is_verified_and_compared(lake: Lake, tmp_path: Path) -> None:
    made = weekly(lake, LAST, tmp_path / "csv", formats=("csv",))
    whole = weekly(lake, LAST, tmp_path / "both", formats=("parquet",))
    assert exports.verify(lake, made.archive).is_genuine
    found = exports.compare(exports.opened(made.archive), exports.opened(whole.archive), lake)
    assert found.changed.is_empty() and found.compared > 50


def test_no_run_takes_away_what_another_published(lake: Lake, tmp_path: Path) -> None:
    first = weekly(lake, LAST, tmp_path, formats=("parquet", "html"), language="zh")
    assert weekly(lake, LAST, tmp_path, formats=("parquet",), language="zh").status == "unchanged"
    more = weekly(lake, LAST, tmp_path, formats=("csv",), language="en")
    assert more.status == "made" and more.name == first.name
    files = files_of(more.archive)
    assert {"figures.parquet", "figures.csv", "report.html"} <= set(files)
    assert json.loads(files["manifest.json"])["choices"]["languages"] == ["zh", "en"]
    assert exports.verify(lake, more.archive).is_genuine
    with pytest.raises(exports.ExportError, match="not a format"):
        weekly(lake, LAST, tmp_path, formats=())


def test_a_package_without_its_paper_is_not_taken_away_either(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software, "fonts", dict)
    first = weekly(lake, LAST, tmp_path, formats=("pdf", "html"), language="zh")
    assert [warning["reason"] for warning in first.warnings] == ["no_font"]
    more = weekly(lake, LAST, tmp_path, formats=("csv",), language="zh")
    assert {"report.html", "figures.csv"} <= set(files_of(more.archive))
    assert weekly(lake, LAST, tmp_path, formats=("csv",), language="zh").status == "made"  # the paper is tried again
