"""A lake that an earlier program made gets the newer columns when it is opened, and goes on working."""

import shutil
from pathlib import Path

import pytest

import warehouse
from warehouse import Lake, schema
from warehouse.lake import COLUMNS_SQL

from .facts import load, row, undo

LACKING = {
    "batch": ["loaded_version"],
    "quarantine": ["cell_id", "status", "owner", "note", "handled_by", "handled_at"],
}


@pytest.fixture
def old(empty_folder: Path, tmp_path: Path) -> Path:
    """The folder of a lake of schema 1, with a batch."""
    folder = shutil.copytree(empty_folder, tmp_path / "old")
    lake = warehouse.open_lake(folder)
    load(lake, "A", row(alert_id="a"))
    cursor = lake.cursor()
    for table, names in LACKING.items():
        for name in names:
            cursor.execute(f"ALTER TABLE lake.{table} DROP COLUMN {name}")
    cursor.execute("ALTER TABLE lake.population DROP COLUMN basis")
    cursor.execute("ALTER TABLE lake.history.population DROP COLUMN basis")
    cursor.execute("ALTER TABLE lake.history.population ADD COLUMN basis VARCHAR")
    warehouse.write_settings(lake, {"schema_version": "1"}, author="test")
    warehouse.close_lake(folder)
    return folder


def columns(lake: Lake) -> set[tuple[str, str, str]]:
    return set(lake.frame(COLUMNS_SQL).rows())


def test_an_older_lake_gets_the_columns_it_lacks_and_loads_and_undoes(old: Path, lake: Lake):
    opened = warehouse.open_lake(old)
    assert columns(opened) == columns(lake)
    assert opened.settings()["schema_version"] == str(schema.SCHEMA_VERSION)
    load(opened, "B", row(alert_id="a", station_code="s2"))
    load(opened, "P", row("population", org_code="s1", persons=3), table="population")
    load(opened, "Q", row("population", org_code="s1", persons=4), table="population")
    undo(opened, 2)
    undo(opened, 4)
    assert opened.frame("SELECT station_code FROM lake.alert").item() == "s1"
    assert opened.frame("SELECT org_code, basis, persons FROM lake.population").rows() == [("s1", "actual", 3)]
    warehouse.close_lake(old)


def test_batches_are_listed_at_a_version_from_before(old: Path):
    opened = warehouse.open_lake(old)
    assert [batch["data_version"] for batch in warehouse.list_batches(opened, opened.version() - 1)] == [2]
    assert [batch["files"] for batch in warehouse.batch_history(opened, opened.version() - 1)] == [["A"]]
    warehouse.close_lake(old)
