"""Every sample of the small uploads loads as it is, and every indicator that it feeds shows a figure."""

from datetime import date
from pathlib import Path

import pytest

from etl import LoadReport, Options, load_files
from metrics import Scope, catalogue, show
from metrics.definitions import Indicator
from scripts.upload_layouts import FORMS, fed_by, name_in_file
from warehouse import Lake, close_lake, open_lake

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
DISTRICTS = "district_code,name_zh,is_municipal_district\n990102,东城区,true\n990103,西城区,true\n"
STATIONS = (
    "station_code,district_code,name_zh\n990102010000,990102,柳溪派出所\n990102020000,990102,兰溪派出所\n"
    "990103010000,990103,安塘派出所\n990103030000,990103,鹤岭派出所\n"
)
YEAR = (date(2025, 1, 1), date(2026, 1, 1))
FED = [entry for entry in catalogue().values() if entry.upload]


@pytest.fixture(scope="module")
def reports() -> dict[str, LoadReport]:
    return {}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, reports: dict[str, LoadReport]):
    """A lake of two districts and four stations into which every sample was loaded."""
    folder = tmp_path_factory.mktemp("samples")
    lake = open_lake(folder / "lake", create=True)
    for table, text in (("district", DISTRICTS), ("station", STATIONS)):
        file = folder / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        assert load_files(lake, table, [file], options=Options(author="tester")).status == "committed"
    returns = [SAMPLES / name for name in FORMS if name != "staff_snapshot.csv"]
    for path in returns:
        reports[path.name] = load_files(lake, "indicator_return", [path], "returns_by_name", Options(author="tester"))
    staff = SAMPLES / "staff_snapshot.csv"
    reports[staff.name] = load_files(lake, "staff", [staff], "auto", Options(author="tester"))
    yield lake
    close_lake(folder / "lake")


def test_there_is_a_sample_for_every_form_and_a_form_for_every_figure() -> None:
    assert set(FORMS) == {entry.upload.sample for entry in FED}
    assert set(FORMS) <= {path.name for path in SAMPLES.iterdir()}


@pytest.mark.parametrize("sample", FORMS)
def test_a_sample_loads_whole_and_without_a_warning(lake: Lake, reports: dict[str, LoadReport], sample: str) -> None:
    report = reports[sample]
    assert (report.status, report.rows_refused, report.refusals) == ("committed", 0, [])
    assert report.rows_loaded == report.rows_read > 0
    assert not [warning for warning in report.warnings if warning["code"] != "in_the_future"]


@pytest.mark.parametrize("sample", FORMS)
def test_a_sample_is_small_marked_and_opens_in_a_spreadsheet(sample: str) -> None:
    content = (SAMPLES / sample).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and len(content) < 10_000
    assert "演示" in content.decode("utf-8-sig").splitlines()[0]


@pytest.mark.parametrize("entry", FED, ids=lambda entry: entry.id)
def test_every_indicator_shows_a_figure_from_its_sample(lake: Lake, entry: Indicator) -> None:
    level = entry.levels[0]
    rows = show(lake, entry.id, Scope(*YEAR, "none", level)).rows
    assert rows
    for row in rows:
        assert row.suppressed in (None, "base_under_20", "small_cell"), row
        assert row.value is not None or row.numerator is not None or row.suppressed == "small_cell"


def test_names_in_files_are_each_of_one_figure() -> None:
    names: dict[str, set[str]] = {}
    for entry in FED:
        names.setdefault(name_in_file(entry), set()).add(entry.upload.indicator_id or entry.id)
    assert {name: ids for name, ids in names.items() if len(ids) > 1} == {}
    assert all(fed_by(sample) for sample in FORMS)
