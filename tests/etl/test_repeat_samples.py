"""The samples of the two tables of repeat reports load as they are, and no number or address stays."""

from datetime import date
from pathlib import Path

import pytest

from etl import Options, load_files
from warehouse import Lake

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"


TREATED = [("9901052025091290025", date(2025, 9, 15), "mediation"), ("9901072025080891025", date(2025, 8, 10), "visit")]
LISTED = [
    ("1", None, "place", "hospital"),
    ("2", None, "caller", "hotline"),
    ("3", "9901012025122800001", "place", "property_office"),
]


@pytest.mark.parametrize(
    ("table", "mapping", "columns", "rows"),
    [
        ("treatment", "treatments", "alert_id, treated_on, measure", TREATED),
        ("service_place", "institutions", "entry_id, alert_id, covers, kind", LISTED),
    ],
)
def test_a_sample_loads_as_it_is(lake: Lake, table: str, mapping: str, columns: str, rows: list[object]) -> None:
    report = load_files(lake, table, [SAMPLES / f"{table}.csv"], mapping, Options(author="tester"))
    assert (report.status, report.rows_refused) == ("committed", 0)
    assert sorted(lake.frame(f"SELECT {columns} FROM lake.{table}").rows()) == rows


def test_what_a_list_names_is_hashed(lake: Lake) -> None:
    load_files(lake, "service_place", [SAMPLES / "service_place.csv"], "institutions", Options(author="tester"))
    text = str(lake.frame("SELECT * FROM lake.service_place").to_dicts())
    assert "医院" not in text and "8765" not in text
