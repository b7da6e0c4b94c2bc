"""Every file of shared/data, one by one: it loads by the mapping named here, or is refused for the reason named here.

The small ones are loaded (or refused) in a lake of their own. Of the call records, 193 files, every one is looked at
and must have what its city's mapping reads; they are loaded in full and counted in the tests of the three cities.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import warehouse
from etl import LoadReport, Options, load_files, load_mapping, peek
from etl.reading import Choice

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NO_DATA = ("README.md", "reference/vera_call_taxonomy/LICENSE")
FILES = [path for path in sorted(DATA.rglob("*")) if path.is_file() and str(path.relative_to(DATA)) not in NO_DATA]
CITIES = {"san_antonio_calls": "san_antonio", "milwaukee_calls": "milwaukee", "san_diego_calls": "san_diego"}


@dataclass(frozen=True)
class Expected:
    """A mapping and what comes of it: rows loaded and refused, or why the file is refused as a whole."""

    table: str
    mapping: str = "plain"
    loaded: int | None = None
    refused: int = 0
    code: str = ""
    sheet: str | None = None


RETURN = "indicator_return"
SMALL = {
    "cn_110_public/ankang_city_periods.csv": Expected(RETURN, "ankang", 48, 18),
    "cn_110_public/ankang_city_periods.gb18030.csv": Expected(RETURN, "ankang", 48, 18),
    "cn_110_public/changde_week.csv": Expected(RETURN, "changde", 12),
    "cn_110_public/published_change_statements.csv": Expected(RETURN, "published_changes", 7, 5),
    "nbs_gbk_exports/": Expected(RETURN, "nbs_province_years"),
    "nyc_exams_by_unit/": Expected(RETURN, "nyc_math", 18_363, 282),
    "saps_station_year/": Expected(RETURN, "saps"),
    "reference/gb2260/mca/": Expected("district", "gb2260"),
    "reference/gb2260/stats/201810.tsv": Expected("district", "gb2260", 3_659),
    "reference/gb2260/revisions.json": Expected("district", code="unread_kind"),
    "reference/vera_call_taxonomy/CallTypes_TS.xlsx": Expected("category_map", "vera_call_types", sheet="CallTypes"),
    # shares of a year by call type, without a unit or a period
    "reference/vera_call_taxonomy/CityCallTypeDisposition.xlsx": Expected(RETURN, code="missing_column"),
    "san_diego_calls/pd_beat_codes_list_datasd.csv": Expected("station", "san_diego_beats", 125),
    # one quoted column that holds a comma
    "san_diego_calls/beat-neighborhood.csv": Expected("station", "san_diego_beats", code="missing_column"),
    # lists of codes without a group, and of outcomes, which no table is for
    "san_diego_calls/pd_cfs_calltypes_datasd.csv": Expected("category_map", code="missing_column"),
    "san_diego_calls/pd_dispo_codes_datasd.csv": Expected("category_map", code="missing_column"),
}


def name_of(path: Path) -> str:
    return path.relative_to(DATA).as_posix()


def expected_of(name: str) -> Expected | None:
    return next((found for start, found in SMALL.items() if name.startswith(start)), None)


def load(path: Path, expected: Expected, folder: Path) -> tuple[warehouse.Lake, LoadReport]:
    lake = warehouse.open_lake(folder / "lake", create=True)
    if expected.table == "station":
        (units := folder / "district.csv").write_text(
            "district_code,name_zh\n" + "".join(f"{n},{n}\n" for n in range(1, 10)), encoding="utf-8"
        )
        load_files(lake, "district", [units])
    options = Options(author="tester", dry_run=not expected.code)
    return lake, load_files(
        lake, expected.table, [path], expected.mapping, options, choice=Choice(sheet=expected.sheet)
    )


@pytest.mark.skipif(not FILES, reason="needs the public files in ../shared/data, which are not here")
@pytest.mark.parametrize("path", [path for path in FILES if expected_of(name_of(path))], ids=name_of)
def test_a_small_file_loads_or_is_refused_for_its_reason(path: Path, tmp_path: Path):
    expected = expected_of(name_of(path))
    assert expected is not None
    lake, report = load(path, expected, tmp_path)
    if expected.code:
        assert [refusal.code for refusal in report.refusals] == [expected.code]
        assert report.rows_loaded == 0
        assert report.status == "refused"
    else:
        assert report.status == "dry-run", report.refusals[:3]
        assert report.rows_loaded > 0
        assert report.rows_loaded + report.rows_refused + report.rows_repeated == report.rows_read
        if expected.loaded is not None:
            assert (report.rows_loaded, report.rows_refused) == (expected.loaded, expected.refused)
        assert "\ufffd" not in str(report.to_json())
    warehouse.close_lake(lake.home)


@pytest.mark.skipif(not FILES, reason="needs the public files in ../shared/data, which are not here")
@pytest.mark.parametrize("folder", CITIES)
def test_every_file_of_calls_has_what_its_mapping_reads(folder: str, tmp_path: Path):
    wanted = set(load_mapping(CITIES[folder], "alert").columns)
    files = [path for path in FILES if name_of(path).startswith(f"{folder}/") and not expected_of(name_of(path))]
    assert len(files) == {"san_antonio_calls": 22, "milwaukee_calls": 170, "san_diego_calls": 1}[folder]
    for path in files:
        layout = peek(path, tmp_path).layout
        assert layout is not None and wanted <= set(layout.columns), path.name


def test_no_file_is_forgotten():
    names = {name_of(path) for path in FILES}
    assert {name for name in names if not expected_of(name) and name.split("/")[0] not in CITIES} == set()


@pytest.mark.skipif(not FILES, reason="needs the public files in ../shared/data, which are not here")
def test_codes_that_a_taxonomy_gives_two_categories_are_named(tmp_path: Path):
    path = DATA / "reference" / "vera_call_taxonomy" / "CallTypes_TS.xlsx"
    _, report = load(path, SMALL[name_of(path)], tmp_path)
    assert [r.value for r in report.refusals if r.code == "two_meanings"] == ["DOMESTIC DISTURBANCE"] * 2
    assert sum(r.code == "required" for r in report.refusals) == 248  # without a category
