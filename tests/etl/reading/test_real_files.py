"""Every file of shared/data has its header and rows found; nothing of them is copied into the project.

The counts were taken from the files with other tools. Without the data these tests are left out.
"""

from pathlib import Path

import polars as pl
import pytest

from etl.reading import FoundTable, read_files, set_aside

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="shared/data is not there")
NBS = sorted((DATA / "nbs_gbk_exports").glob("*.csv"))
SAPS = sorted((DATA / "saps_station_year").glob("*.csv"))
LOOKUPS = {
    "san_diego_calls/pd_beat_codes_list_datasd.csv": (("beat", "neighborhood"), 125),
    "san_diego_calls/pd_cfs_calltypes_datasd.csv": (("call_type", "description"), None),
    "san_diego_calls/pd_dispo_codes_datasd.csv": (("dispo_code", "description"), None),
    "nyc_exams_by_unit/math_test_results_2006_2009.csv": (("DBN", "Grade", "Year", "Category", "Number Tested"), None),
}


def read(path: Path, folder: Path) -> tuple[FoundTable, pl.DataFrame, dict[int, str]]:
    (table,) = read_files([path], folder)
    frame = (
        pl.read_parquet(table.source)
        if table.is_parquet
        else pl.read_csv(table.source, infer_schema=False, row_index_name="_row", row_index_offset=table.header_row + 1)
    )
    records, aside = set_aside(frame, table.layout)
    return table, records, dict(aside.select("_row", "_why").iter_rows())


@pytest.mark.parametrize("path", NBS, ids=[path.name for path in NBS])
def test_exports_of_the_statistics_bureau(tmp_path: Path, path: Path):
    table, records, aside = read(path, tmp_path)
    assert (table.encoding, table.header_row, table.header_rows) == ("gb18030", 4, 1)
    assert table.columns[0] == "地区"
    assert all(column.endswith("年") for column in table.columns[1:])
    assert table.title == "数据库：分省年度数据"
    assert records["地区"].to_list()[0] == "北京市"
    assert records["地区"].to_list()[-1] == "新疆维吾尔自治区"
    assert records.height == 31
    assert set(aside.values()) == {"footer"}


def test_public_figures_read_the_same_in_both_encodings(tmp_path: Path):
    folder = DATA / "cn_110_public"
    plain, first, _ = read(folder / "ankang_city_periods.csv", tmp_path)
    chinese, second, aside = read(folder / "ankang_city_periods.gb18030.csv", tmp_path)
    assert (plain.encoding, chinese.encoding) == ("utf-8-sig", "gb18030")
    assert plain.columns == chinese.columns
    assert first.rows() == second.rows()
    assert not aside
    for name in ("changde_week.csv", "published_change_statements.csv"):
        table, records, aside = read(folder / name, tmp_path)
        assert table.header_row == 1
        assert records.height > 0
        assert not aside


@pytest.mark.parametrize("path", SAPS, ids=[path.name for path in SAPS])
def test_station_years_of_south_africa(tmp_path: Path, path: Path):
    table, records, _ = read(path, tmp_path)
    assert table.header_row > 1
    assert any("2003" in column for column in table.columns)
    assert "Murder" in records[table.columns[0]].str.strip_chars().to_list()


@pytest.mark.parametrize("name", LOOKUPS)
def test_lookups_and_exams(tmp_path: Path, name: str):
    columns, count = LOOKUPS[name]
    table, records, aside = read(DATA / name, tmp_path)
    assert table.header_row == 1
    assert table.columns[: len(columns)] == columns
    assert not table.is_parquet or "calltypes" in name
    assert count is None or records.height == count
    assert not aside
