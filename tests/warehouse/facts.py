"""Rows written in literals, straight into a lake: what these tests load when no file has to be read."""

from collections.abc import Collection, Iterable
from typing import Any

import warehouse
from warehouse import Lake, marts, schema

DEFAULTS: dict[str, dict[str, Any]] = {
    "alert": {
        "reported_at": "2024-01-01 10:00:00",
        "station_code": "s1",
        "link_type": "none",
        "category_scheme": "x",
        "category_group": "unmapped",
        "status_rank": 0,
    },
    "case": {"station_code": "s1", "kind": "criminal"},
    "training_result": {
        "person_kind": "officer",
        "station_code": "s1",
        "ability": "response_casework",
        "event_type": "test",
        "held_on": "2024-03-01",
        "round": "2024-Q1",
        "attempt": 1,
        "max_score": 100,
        "pass_mark": 60,
    },
    "category_map": {"scheme": "x", "version": "1", "is_police_matter": True, "valid_from": "1900-01-01"},
    "station": {"kind": "station", "valid_from": "1900-01-01"},
    "population": {"as_of": "2023-12-31", "basis": "actual"},
    "service_place": {"entry_id": "1", "covers": "place", "kind": "hospital"},
}
MARTS = {"alert": "mart_alert_day", "case": "mart_case_day", "training_result": "mart_training"}


def row(table: str = "alert", **given: object) -> str:
    """A SELECT of one row of a table, what is not given by default or null."""
    cells = []
    for column in schema.table(table).columns:
        value = given.get(column.name, DEFAULTS[table].get(column.name, False if column.type == "BOOLEAN" else None))
        cells.append(f'CAST({"NULL" if value is None else repr(value)} AS {column.type}) AS "{column.name}"')
    assert given.keys() <= set(schema.table(table).names), given
    return "SELECT " + ", ".join(cells)


def load(lake: Lake, name: str, *rows: str, table: str = "alert", **record: Any) -> warehouse.Committed:
    """Load rows as one batch, and hold the table's mart against a rebuild."""
    batch = warehouse.BatchRecord(table, (name,), name, "literal", "utf-8", "tester", len(rows), 0, **record)
    with lake.cursor() as cursor:  # a table: DuckDB would plan the literals anew in every statement of the commit
        cursor.execute(f"CREATE OR REPLACE TABLE memory.main.literals AS {' UNION ALL '.join(rows)}")
    done = warehouse.commit_batch(lake, "SELECT * FROM memory.main.literals", batch)
    assert_marts_equal_rebuild(lake, [table] if table in MARTS else ["alert"])
    return done


def undo(lake: Lake, batch_id: int | None, table: str = "alert") -> warehouse.Undone:
    """Take a batch of a table back, and hold its mart against a rebuild."""
    assert batch_id is not None
    done = warehouse.undo_batch(lake, batch_id, "tester")
    assert_marts_equal_rebuild(lake, [table])
    return done


def folded(mart: str, at: str = "") -> str:
    """A query that gives one row a grain, without those that come to nothing."""
    columns = schema.system_tables()[mart].columns
    counted = [c.name for c in columns if c.type == "BIGINT" or c.type.startswith("DECIMAL")]
    grain = ", ".join(c.name for c in columns if c.name not in counted)
    sums = ", ".join(f"sum({name}) AS {name}" for name in counted)
    some = " OR ".join(f"sum({name}) <> 0" for name in counted)
    return f"SELECT {grain}, {sums} FROM lake.{mart} {at} GROUP BY ALL HAVING {some} ORDER BY ALL"


def assert_marts_equal_rebuild(lake: Lake, tables: Iterable[str] = tuple(MARTS)) -> None:
    """The sums that loads and undos have left are those of all current facts, counted anew."""
    cursor = lake.cursor()
    cursor.execute("BEGIN")
    try:
        wanted = [MARTS[table] for table in tables]
        kept = {mart: cursor.execute(folded(mart)).fetchall() for mart in wanted}
        marts.rebuild(cursor, tables)
        for mart in wanted:
            assert kept[mart] == cursor.execute(folded(mart)).fetchall(), mart
    finally:
        cursor.execute("ROLLBACK")
        cursor.close()


IN_USE = ("alert", "history.alert", "mart_alert_day", "batch", "pin", "setting")


def in_use(lake: Lake, version: int | None = None) -> dict[str, tuple[int, int]]:
    """As `everything`, for the tables that a load of alerts fills; DuckLake is slow at empty tables."""
    return everything(lake, version, IN_USE)


def everything(
    lake: Lake, version: int | None = None, names: Collection[str] | None = None
) -> dict[str, tuple[int, int]]:
    """Rows and their sum of hashes, for every table at a version, older and undone rows too; marts folded."""
    at = f"AT (VERSION => {lake.require_version(version)})"
    relations = {name: f"FROM {own.quoted} {at}" for name, own in schema.system_tables().items()}
    relations |= {mart: folded(mart, at) for mart in MARTS.values()}
    for name, loadable in schema.tables().items():
        relations |= {name: f"FROM {loadable.quoted} {at}", f"history.{name}": f"FROM {loadable.history} {at}"}
    cursor, found = lake.cursor(), {}
    cursor.execute("BEGIN")
    for name, relation in relations.items():
        if names is not None and name not in names:
            continue
        row = cursor.execute(f"SELECT count(*), sum(hash(r)::HUGEINT) FROM ({relation}) AS r").fetchone()
        found[name] = (int(row[0]), int(row[1] or 0)) if row else (0, 0)
    cursor.execute("ROLLBACK")
    cursor.close()
    return found
