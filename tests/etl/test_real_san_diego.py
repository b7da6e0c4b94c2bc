"""San Diego: dispositions decide what is valid, and received minus every exclusion gives valid, in every division."""

from collections import Counter
from pathlib import Path

import pytest

from etl import LoadReport
from metrics import Scope, show
from warehouse import Lake

from .real_city import load_city, raw_rows

DUPLICATES, INVALID = ("DUP", "V"), ("U", "W", "CAN", "X")


@pytest.fixture(scope="module")
def file(san_diego_folder: Path) -> Path:
    return san_diego_folder / "pd_calls_for_service_2023_datasd.csv"


@pytest.fixture(scope="module")
def rows(file: Path) -> list[dict[str, str]]:
    return list(raw_rows([file]))


@pytest.fixture(scope="module")
def loaded(file: Path, tmp_path_factory) -> tuple[Lake, LoadReport]:
    return load_city(tmp_path_factory.mktemp("san_diego"), [file], "san_diego")


def test_every_call_is_loaded_and_the_beat_that_is_none_is_kept_apart(loaded):
    lake, report = loaded
    assert (report.status, report.rows_read, report.rows_loaded, report.rows_refused) == (
        "committed",
        26_595,
        26_595,
        0,
    )
    other = "SELECT station_code FROM lake.station WHERE kind = 'other'"
    assert lake.frame(other).item() == "-1"
    assert lake.frame("SELECT count(*) FROM lake.alert WHERE station_code = '-1'").item() == 402


@pytest.mark.parametrize("by", ["city", "district"])
def test_received_less_every_exclusion_is_valid_as_counted_by_hand(loaded, rows, by: str):
    lake, _ = loaded
    first, last = lake.frame("SELECT min(reported_at)::DATE, max(reported_at)::DATE + 1 FROM lake.alert").row(0)
    found = show(lake, "alerts_valid", Scope(start=first, end=last, comparison="none", by=by)).rows
    counted = Counter((row["beat"][0] if by == "district" else "", row["disposition"]) for row in rows)
    assert sum(row.extra["waterfall"]["received"] for row in found) == 26_595
    for row in found:
        fall = row.extra["waterfall"]
        mine = {result: number for (unit, result), number in counted.items() if by == "city" or unit == row.unit}
        duplicate, invalid = (sum(mine.get(result, 0) for result in results) for results in (DUPLICATES, INVALID))
        assert fall["excluded_duplicate"] == duplicate
        assert fall["excluded_invalid"] == invalid
        assert fall["received"] == sum(mine.values())
        assert fall["valid"] == row.numerator == sum(mine.values()) - duplicate - invalid
        assert fall["valid"] == fall["received"] - sum(
            number for name, number in fall.items() if name.startswith("excl")
        )


def test_only_codes_that_the_citys_own_list_lacks_are_in_no_group(loaded, rows, san_diego_folder):
    listed = {row["call_type"] for row in raw_rows([san_diego_folder / "pd_cfs_calltypes_datasd.csv"])}
    lacking = Counter(row["call_type"] for row in rows if row["call_type"] not in listed)
    assert lacking.total() == 21
    unmapped = (
        "SELECT coalesce(category_code, ''), count(*) FROM lake.alert WHERE category_group = 'unmapped' GROUP BY 1"
    )
    assert dict(loaded[0].frame(unmapped).rows()) == dict(lacking)


@pytest.mark.parametrize(
    ("code", "group"),
    [("459R", "criminal"), ("459A", "other"), ("459C", "public_order"), ("20002", "traffic"), ("MPSSTP", "traffic"),
     ("T", "traffic"), ("415", "dispute"), ("415V", "public_order"), ("415PP", "help"), ("CW", "help"), ("FU", "other"),
     ("CCF", "tip_off"), ("AU10851", "criminal"), ("AU1171", "help"), ("AU1", "other"), ("INFOT", "traffic")],
)  # fmt: skip
def test_a_call_type_is_in_the_group_that_its_description_says(loaded, code: str, group: str):
    sql = "SELECT DISTINCT category_group FROM lake.alert WHERE category_code = $code"
    assert loaded[0].frame(sql, {"code": code})["category_group"].to_list() == [group]
