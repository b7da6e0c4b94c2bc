"""A package: the same bytes everywhere, the same figures in every file, and nothing in it that does not belong."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

import metrics
from metrics.command_line import main as metrics_main
from tests.exports.conftest import NAME, needs_paper
from warehouse import Lake
from wording import Words

WEEK = (date(2025, 12, 22), date(2025, 12, 29))

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def figures(package: Path) -> pl.DataFrame:
    return pl.read_parquet(package / "figures.parquet")


@pytest.fixture(scope="module")
def manifest(package: Path) -> dict:
    return json.loads((package / "manifest.json").read_text(encoding="utf-8"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_week_and_version_are_the_same_bytes(packages: tuple[Path, Path]) -> None:
    here, there = ({path.name: digest(path) for path in folder.iterdir()} for folder in packages)
    assert here == there
    assert digest(packages[0].with_name(f"{NAME}.zip")) == digest(packages[1].with_name(f"{NAME}.zip"))


def test_a_package_holds_what_was_promised(package: Path, manifest: dict) -> None:
    promised = {"workbook.xlsx", "workbook.en.xlsx", "report.html", "figures.parquet", "figures.csv"}
    paper = set() if manifest["warnings"] else {"report.pdf", "report.en.pdf"}
    files = {path.name for path in package.iterdir()}
    assert files == promised | paper | {"manifest.json", "SHA256SUMS"}
    with zipfile.ZipFile(package.with_name(f"{NAME}.zip")) as archive:
        assert {name.partition("/")[2]: archive.read(name) for name in archive.namelist()} == {
            path.name: path.read_bytes() for path in package.iterdir()
        }


def test_the_manifest_says_what_the_package_was_made_from(package: Path, manifest: dict, read_only: Lake) -> None:
    assert manifest["week"] == {"first": "2025-12-22", "last": "2025-12-28"}
    assert (manifest["data_version"], manifest["data_until"]) == (8, "2025-12-28")
    assert manifest["recorded_until"].startswith("2025-12-28T22:50")
    assert manifest["definitions"]["alerts_valid"] == metrics.catalogue()["alerts_valid"].definition
    assert (manifest["parameters"]["smallest_base"], manifest["parameters"]["filing_line_yuan"]) == ("20", "none")
    assert manifest["rows"]["station"] == 4
    assert [batch["table"] for batch in manifest["batches"]][-1] == "training_result"
    assert manifest["software"]["libraries"]["polars"] == pl.__version__
    assert "key_fingerprint" not in manifest["settings"]
    assert {name: entry["sha256"] for name, entry in manifest["files"].items()} == {
        path.name: digest(path) for path in package.iterdir() if path.name not in ("manifest.json", "SHA256SUMS")
    }
    listed = dict(line.split("  ")[::-1] for line in (package / "SHA256SUMS").read_text().splitlines())
    assert listed == {path.name: digest(path) for path in package.iterdir() if path.name != "SHA256SUMS"}


def test_every_indicator_of_the_catalogue_is_published(figures: pl.DataFrame, manifest: dict) -> None:
    from exports.figures import published

    assert [entry.id for entry in published()] == list(metrics.catalogue())
    assert set(figures["indicator"]) >= {"alert_change", "alert_rate", "training_coverage"}
    assert (
        figures.height
        == manifest["figures"]
        == figures.select("indicator", "parameters", "comparison", "by", "unit", "category").n_unique()
    )


def test_csv_and_parquet_hold_the_same(package: Path, figures: pl.DataFrame) -> None:
    raw = (package / "figures.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows) == figures.height
    for row, line in zip(rows, figures.iter_rows(named=True), strict=True):
        for name, value in line.items():
            text = row[name].lstrip("\t'")
            if isinstance(value, float):
                assert float(text) == value
            else:
                assert text == ("" if value is None else str(value).lstrip("'"))


def test_codes_stay_text_and_names_never_become_formulas(package: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((package / "figures.csv").read_text(encoding="utf-8-sig"))))
    assert {row["unit"] for row in rows if row["by"] == "station"} >= {"\t339901010000"}
    assert {row["name_zh"] for row in rows if row["unit"] == "\t339901020000"} == {"'=1+1派出所"}
    book = load_workbook(package / "workbook.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
    units = book["全部指标数据"]
    heads = [cell.value for cell in units[1]]
    codes = {row[heads.index("unit")] for row in units.iter_rows(min_row=2, values_only=True)}
    assert {"339901010000", "city", "339901"} <= codes


def of_city(figures: pl.DataFrame, indicator: str, category: str = "all") -> dict:
    chosen = figures.filter(
        (pl.col("indicator") == indicator)
        & (pl.col("by") == "city")
        & (pl.col("category") == category)
        & (pl.col("comparison") == "previous")
    )
    return chosen.row(0, named=True)


def test_the_workbook_shows_the_same_figures_and_draws_them(package: Path, figures: pl.DataFrame) -> None:
    book = load_workbook(package / "workbook.xlsx")
    rows = {row[0].value: [cell.value for cell in row] for row in book["警情分类"].iter_rows()}
    change = of_city(figures, "alert_change")
    total = rows["有效警情小计"]
    assert (total[1], total[3]) == (change["numerator"], change["base_numerator"])
    assert total[4] == change["numerator"] - change["base_numerator"]
    assert total[5] == pytest.approx(change["change"], abs=1e-9)
    for group in ("criminal", "traffic", "help"):
        line = rows[Words("zh_CN").of("group", group)]
        assert line[1] == of_city(figures, "alerts_valid", group)["numerator"]
    assert book["总体情况"]._charts and book["警情分类"]._charts and book["区县与派出所"]._charts
    assert book["全部指标数据"].freeze_panes == "B2"
    assert book["警情分类"].freeze_panes == book["重复警情"].freeze_panes == "B1"
    assert book["数据质量"].sheet_view is not None and book["指标口径"]["A2"].value
    english = load_workbook(package / "workbook.en.xlsx")
    rows = {row[0].value: row[1].value for row in english["Alerts by class"].iter_rows()}
    assert rows["Valid alerts"] == change["numerator"]


def test_a_difference_of_shares_is_told_in_points_and_not_in_percent(package: Path, figures: pl.DataFrame) -> None:
    city = (pl.col("indicator") == "valid_share") & (pl.col("by") == "city") & (pl.col("comparison") == "yoy")
    change = figures.filter(city).row(0, named=True)["change"]
    for name, sheet, unit in (("workbook", "数据质量", " 个百分点"), ("workbook.en", "Data integrity", " pts")):
        rows = load_workbook(package / f"{name}.xlsx")[sheet].iter_rows()
        cell = next(row for row in rows if row[0].value in ("全市", "City"))[2]
        assert cell.value == pytest.approx(100 * change, abs=1e-6)
        assert cell.number_format == f'+0.0"{unit}";-0.0"{unit}";0.0"{unit}"'


def table_of(page: str, key: str) -> list[list[str]]:
    body = re.search(rf'<table data-key="{key}">.*?</table>', page, re.DOTALL)
    assert body is not None
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body[0], re.DOTALL)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_the_page_shows_the_same_figures_and_needs_no_network(package: Path, figures: pl.DataFrame) -> None:
    page = (package / "report.html").read_text(encoding="utf-8")
    own = page.partition("<script>")[0] + page.rpartition("<script type=")[2]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', own)
    assert "default-src 'none'" in page and page.count("Plotly.newPlot(place") == 1
    zh, en = page.split('<article lang="en"')
    say = Words("zh_CN")
    change = of_city(figures, "alert_change")
    rows = {row[0]: row for row in table_of(zh, "classes")}
    assert rows["有效警情小计"][1:6] == [
        say.number(change["numerator"]),
        "100.0%",
        say.number(change["base_numerator"]),
        say.difference(change["numerator"] - change["base_numerator"]),
        say.signed(change["change"]),
    ]
    assert {row[0] for row in table_of(en, "districts")} >= {"Dongcheng", "Linhai"}
    drawn = json.loads(re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)[1])
    assert set(re.findall(r'class="chart" id="([^"]+)"', page)) == set(drawn)
    assert all(trace["uid"] for figure in drawn.values() for trace in figure["data"])


@pytest.mark.parametrize(("file", "language"), [("report.pdf", "zh_CN"), ("report.en.pdf", "en")])
def test_the_paper_shows_the_same_figures_on_two_to_six_pages(
    package: Path, figures: pl.DataFrame, file: str, language: str
) -> None:
    needs_paper()
    from pypdf import PdfReader

    reader = PdfReader(package / file)
    assert 2 <= len(reader.pages) <= 6
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    say = Words(language)
    change, share = of_city(figures, "alert_change"), of_city(figures, "valid_share")
    for shown in (say.number(change["numerator"]), say.percent(share["value"]), say.signed(change["change"])):
        assert shown.replace(" ", "") in text
    assert say("report.signed_off", version=8).replace(" ", "") in text
    assert reader.metadata.creation_date_raw.startswith("D:20")


def test_page_and_command_line_give_the_same_figures(
    built: Path, figures: pl.DataFrame, read_only: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    scope = metrics.Scope(*WEEK, comparison="previous", by="station", version=8)
    shown = metrics.show(read_only, "alert_change", scope)
    monkeypatch.setenv("JICENG_LAKE", str(built))
    command = ["show", "alert_change", "--from", "2025-12-22", "--to", "2025-12-28", "--compare", "previous"]
    assert metrics_main([*command, "--by", "station", "--version", "8", "--json"]) == 0
    printed = {row["unit"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    for row in shown.rows:
        chosen = figures.filter(
            (pl.col("indicator") == "alert_change")
            & (pl.col("unit") == row.unit)
            & (pl.col("category") == "all")
            & (pl.col("comparison") == "previous")
        ).row(0, named=True)
        assert chosen["numerator"] == row.numerator == printed[row.unit]["numerator"]
        assert chosen["base_numerator"] == row.base_numerator
        assert chosen["verdict"] == row.verdict == printed[row.unit]["verdict"]
        assert chosen["change"] == (None if row.change is None else pytest.approx(row.change, abs=1e-11))


def test_no_person_is_in_a_package(figures: pl.DataFrame, manifest: dict) -> None:
    assert not {"caller_key", "place_key", "person_key", "alert_id"} & set(figures.columns)
    assert "author" not in json.dumps(manifest)
