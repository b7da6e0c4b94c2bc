"""A small made-up city, written straight into a lake: two districts, four stations, two years of alerts.

One station bears a name that a spreadsheet could take for a formula. The newest records of the last week are still to
come. Deterministic, and quick: no file is read.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

import warehouse
from warehouse import Lake, schema

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 28)
DISTRICTS = {"339901": ("东城区", "Dongcheng"), "339902": ("临海区", "Linhai")}
STATIONS = {
    "339901010000": ("339901", "东门派出所", "East Gate"),
    "339901020000": ("339901", "=1+1派出所", "=1+1 Station"),
    "339902010000": ("339902", "海口派出所", "Harbour"),
    "339902020000": ("339902", "山下派出所", "Foothill"),
}
GROUPS = ("criminal", "public_order", "traffic", "dispute", "help", "tip_off", "other")
WEIGHTS = (2, 8, 30, 10, 25, 5, 20)
A_DAY = 24
REACH = datetime(2025, 12, 28, 23, 59)

Rows = list[dict[str, Any]]


def load(lake: Lake, table: str, rows: Sequence[dict[str, Any]], name: str, **record: Any) -> warehouse.Committed:
    """Write rows as one batch; what is not given is null, or false."""
    known = schema.table(table)
    names = {column.name: column for column in known.columns}
    frame = pl.DataFrame(
        [{column: None if row.get(column) is None else str(row[column]) for column in names} for row in rows],
        schema=dict.fromkeys(names, pl.String),
    )
    defaults = {"BOOLEAN": "false"}
    cells = ", ".join(
        f'coalesce(CAST("{c.name}" AS {c.type}), {defaults[c.type]}) AS "{c.name}"'
        if c.type in defaults
        else f'CAST("{c.name}" AS {c.type}) AS "{c.name}"'
        for c in known.columns
    )
    batch = warehouse.BatchRecord(table, (name,), name, "literal", "utf-8", "tester", len(rows), 0, **record)
    with lake.cursor() as cursor:
        cursor.register("given_rows", frame.to_arrow())
        cursor.execute(f"CREATE OR REPLACE TABLE memory.main.given AS SELECT {cells} FROM given_rows")
    return warehouse.commit_batch(lake, "SELECT * FROM memory.main.given", batch)


def alert(name: str, at: datetime, station: str, group: str, **more: Any) -> dict[str, Any]:
    """Return one call record."""
    known = {
        "alert_id": name,
        "link_type": "none",
        "reported_at": at,
        "recorded_at": at,
        "station_code": station,
        "station_code_initial": station,
        "category_scheme": "local",
        "category_code": group,
        "category_code_initial": group,
        "category_group": group,
        "category_group_initial": group,
        "status_rank": 0,
    }
    return known | more


def alerts() -> Rows:
    """Return the call records of two years; a tenth are stored a day late, and those past the reach are not there."""
    chance = random.Random(11)
    rows: Rows = []
    day = FIRST
    while day <= LAST:
        for number in range(A_DAY + (day.toordinal() % 5)):
            at = datetime.combine(day, datetime.min.time()) + timedelta(seconds=chance.randrange(86_400))
            stored = at + timedelta(days=chance.choices((0, 1, 2), (88, 9, 3))[0])
            group, station = chance.choices(GROUPS, WEIGHTS)[0], chance.choice(list(STATIONS))
            more = {
                "recorded_at": stored,
                "is_nuisance": str(chance.random() < 0.3).lower(),
                "caller_key": int(chance.random() ** 3 * 4000) if chance.random() < 0.95 else None,
                "place_key": int(chance.random() ** 3 * 2000),
            }
            if stored <= REACH:
                rows.append(alert(f"A{day:%Y%m%d}{number:03d}", at, station, group, **more))
        day += timedelta(days=1)
    return rows


def reference() -> dict[str, Rows]:
    """Return the tables that count nothing."""
    known = {"valid_from": "1900-01-01"}
    districts = [{"district_code": code, "name_zh": zh, "name_en": en} | known for code, (zh, en) in DISTRICTS.items()]
    stations = [
        {"station_code": code, "district_code": district, "name_zh": zh, "name_en": en, "kind": "station"} | known
        for code, (district, zh, en) in STATIONS.items()
    ]
    people = [{"org_code": code, "as_of": "2024-12-31", "basis": "resident", "persons": 30_000} for code in STATIONS]
    staff = [
        {"org_code": code, "as_of": "2024-01-01", "eligible_for_training": 40, "auxiliaries_eligible": 10}
        for code in STATIONS
    ]
    return {"district": districts, "station": stations, "population": people, "staff": staff}


def training() -> Rows:
    """Return the results of two rounds."""
    chance = random.Random(3)
    return [
        {
            "result_id": f"T{held}-{code}-{person}",
            "person_key": int(code[4:8]) * 100 + person,
            "person_kind": "officer",
            "station_code": code,
            "ability": "response_casework",
            "event_type": "test",
            "held_on": held,
            "round": held[:7],
            "attempt": 1,
            "score": chance.randrange(45, 100),
            "max_score": 100,
            "pass_mark": 60,
        }
        for held in ("2024-11-10", "2025-11-10")
        for code in STATIONS
        for person in range(30)
    ]


def build(folder: Path) -> Path:
    """Make the lake in a folder, closed, and return where it is."""
    lake = warehouse.open_lake(folder / "lake", create=True)
    for table, rows in (reference() | {"alert": alerts(), "training_result": training()}).items():
        load(lake, table, rows, f"{table}.csv")
    settings = {"city_zh": "枫桥市", "city_en": "Fengqiao", "is_demonstration": "true"}
    warehouse.write_settings(lake, settings, author="tests")
    warehouse.close_lake(folder / "lake")
    return folder / "lake"
