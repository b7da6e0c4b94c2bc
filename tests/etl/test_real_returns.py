"""The public tables that report figures, not records: each loads by its mapping, checked in plain Python beside it."""

import csv
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from etl import LoadReport, Options, load_files, load_mapping
from warehouse import Lake, open_lake

from .real_city import SECRET, raw_rows

D = Decimal
RETURNS = "SELECT indicator_id, breakdown, period_start, period_end, numerator FROM lake.indicator_return ORDER BY ALL"


@pytest.fixture
def load_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JICENG_KEY", SECRET)

    def load(files: Sequence[Path], mapping: str) -> tuple[Lake, LoadReport]:
        lake = open_lake(tmp_path / files[0].name, create=True)
        return lake, load_files(lake, "indicator_return", files, mapping, Options(author="tester"))

    return load


def test_ankang_gives_the_same_figures_in_both_encodings(load_returns, chinese_110_folder: Path):
    figures = []
    for name in ("ankang_city_periods.csv", "ankang_city_periods.gb18030.csv"):
        lake, report = load_returns([chinese_110_folder / name], "ankang")
        assert (report.rows_read, report.rows_loaded, report.rows_refused) == (66, 48, 18)
        named = {(refusal.row, refusal.column, refusal.code) for refusal in report.refusals}
        assert named == {(row, column, "required") for row in (5, 6) for column in ("期间起", "期间止")}
        assert len(report.refusals) == 4  # a cell that nine figures share is named once
        figures.append(lake.frame(RETURNS).rows())
    assert figures[0] == figures[1]
    dated = [row for row in raw_rows([chinese_110_folder / "ankang_city_periods.csv"]) if row["期间起"]]
    classes = list(load_mapping("ankang", "indicator_return").wide.headings)
    printed = [D(row[word]) for row in dated for word in classes if row[word]]
    assert sorted(row[-1] for row in figures[0]) == sorted(printed)


def test_a_last_day_becomes_the_first_day_after_it(load_returns, chinese_110_folder: Path):
    file = chinese_110_folder / "changde_week.csv"
    (row,) = raw_rows([file])
    lake, report = load_returns([file], "changde")
    assert (report.status, report.rows_loaded) == ("committed", 12)
    ((start, end),) = lake.frame("SELECT DISTINCT period_start, period_end FROM lake.indicator_return").rows()
    assert start == date.fromisoformat(row["期间起"])
    assert (end - date.fromisoformat(row["期间止"])).days == 1
    assert (end - start).days == 7


def test_exactly_the_two_published_percentages_that_are_wrong_are_listed(load_returns, chinese_110_folder: Path):
    file = chinese_110_folder / "published_change_statements.csv"
    _, report = load_returns([file], "published_changes")
    wrong = [warning for warning in report.warnings if warning["code"] == "published_change_differs"]
    assert [(w["row"], w["stated"], w["computed"]) for w in wrong] == [
        (4, "下降17.9%", "-17.99%"),
        (14, "上升13.9%", "+12.90%"),
    ]
    days = [(w["period_start"], w["period_end"]) for w in wrong]
    assert days == [("2015-08-01", "2015-09-01"), ("2017-01-09", "2017-01-16")]
    assert [str(w["row"]) for w in wrong] == [row["row"] for row in raw_rows([file]) if row["一致"] == "否"]
    assert {refusal.column for refusal in report.refusals} == {"期间"}  # weeks whose days are not told
    assert (report.rows_read, report.rows_refused) == (16, 5)


def nbs_figures(file: Path) -> tuple[str, dict[tuple[str, int], Decimal]]:
    """The indicator of a file, and its figures by province and year."""
    with file.open(encoding="gb18030", newline="") as stream:
        lines = list(csv.reader(stream))
    (indicator,) = [line[0].partition("：")[2] for line in lines if line and line[0].startswith("指标：")]
    (top,) = [at for at, line in enumerate(lines) if line and line[0] == "地区"]
    years = [int(heading.removesuffix("年")) if heading.strip() else 0 for heading in lines[top][1:]]
    figures = {}
    for line in lines[top + 1 :]:
        if len(line) > 2:
            figures |= {(line[0], year): D(cell) for year, cell in zip(years, line[1:], strict=False) if cell.strip()}
    return indicator.strip(), figures


def test_nbs_exports_load_every_figure_under_the_indicator_that_their_own_line_names(load_returns, gbk_folder: Path):
    files = sorted(gbk_folder.glob("*.csv"))
    lake, report = load_returns(files, "nbs_province_years")
    expected = {}
    for file in files:
        indicator, figures = nbs_figures(file)
        expected |= {(indicator, place, date(year, 1, 1)): figure for (place, year), figure in figures.items()}
    sql = "SELECT indicator_id, org_code, period_start, numerator FROM lake.indicator_return"
    loaded = {(one, place, start): figure for one, place, start, figure in lake.frame(sql).rows()}
    assert (report.status, report.rows_refused, report.encoding) == ("committed", 0, "gb18030")
    assert loaded == {key: round(figure, 2) for key, figure in expected.items()}


def test_saps_stations_sum_to_the_provincial_totals_that_are_printed_above_them(load_returns, saps_folder: Path):
    lake, report = load_returns([saps_folder / "wc.csv"], "saps")
    with (saps_folder / "wc.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    titles = [at for at, line in enumerate(lines) if line and re.match(r"Crime in", line[0])]
    stations = [lines[at][0] for at in titles if not re.search(r"in\s+Western Cape\s+for", lines[at][0])]
    assert (report.status, report.rows_refused) == ("committed", 0)
    found = "SELECT count(DISTINCT org_code), min(period_start), max(period_end) FROM lake.indicator_return"
    assert lake.frame(found).rows() == [(len(stations), date(2003, 4, 1), date(2013, 4, 1))]
    provincial = lines[titles[0] : titles[1]]
    for crime in ("Murder", "Attempted murder", "Total Sexual Crimes"):
        (printed,) = [line[1:] for line in provincial if line[0].strip() == crime]
        sql = """SELECT sum(numerator) FROM lake.indicator_return WHERE breakdown = $crime
            GROUP BY period_start ORDER BY period_start"""
        assert [total for (total,) in lake.frame(sql, {"crime": crime}).rows()] == [D(cell) for cell in printed]


def test_every_province_of_saps_loads_and_each_titled_station_is_one(load_returns, saps_folder: Path):
    files = sorted(saps_folder.glob("*.csv"))
    lake, report = load_returns(files, "saps")
    titles = [
        match[1].strip()
        for file in files
        for line in file.read_text(encoding="utf-8-sig").splitlines()
        if (match := re.match(r'"?Crime in\s+(.+?)\s+for\s+April', line))
    ]
    assert (report.status, report.rows_refused, report.rows_repeated) == ("committed", 0, 0)
    loaded = set(lake.frame("SELECT DISTINCT org_code FROM lake.indicator_return")["org_code"])
    assert loaded <= set(titles)
    aside = set(titles) - loaded
    assert len(aside) == 8, aside  # provinces above their stations


def test_suppressed_results_are_left_out_and_are_no_zeros(load_returns, new_york_exams_file: Path):
    rows = list(raw_rows([new_york_exams_file]))
    hidden = [int(row["row"]) for row in rows if row["Level 3+4 #"] == "s"]
    told = [row for row in rows if row["Level 3+4 #"] != "s"]
    lake, report = load_returns([new_york_exams_file], "nyc_math")
    assert [(refusal.row, refusal.code) for refusal in report.refusals] == [(row, "suppressed") for row in hidden]
    sums = lake.frame("SELECT count(*), sum(numerator), sum(denominator) FROM lake.indicator_return").rows()
    passed, tested = (
        sum(int(row[column].replace(",", "")) for row in told) for column in ("Level 3+4 #", "Number Tested")
    )
    assert sums == [(len(told), passed, tested)]
