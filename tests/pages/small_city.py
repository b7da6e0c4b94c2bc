"""A small made-up city for the tests of the pages: four districts, sixteen stations, two years, some thousand alerts.

Loaded through the importer like any other file. Dongcheng's alerts truly fall in the second year. Deterministic.
"""

import csv
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import warehouse
from etl import load_files

FIRST_DAY, DAYS = date(2024, 1, 1), 731
DISTRICTS = {
    "339901": ("东城区", "Dongcheng"),
    "339902": ("临海区", "Linhai"),
    "339903": ("枫桥县", "Fengqiao"),
    "339904": ("石门区", "Shimen"),
}
GROUPS = {
    "criminal": 2,
    "public_order": 8,
    "traffic": 30,
    "dispute": 10,
    "help": 25,
    "tip_off": 5,
    "other": 10,
    "odd": 1,
}
ABILITIES = ("dispute_resolution", "element_control", "response_casework", "community_work")
ROUNDS = {
    "2024-Q2": date(2024, 5, 10),
    "2024-Q4": date(2024, 11, 10),
    "2025-Q2": date(2025, 5, 10),
    "2025-Q4": date(2025, 11, 10),
}
SIZE = 30_000

Rows = list[dict[str, Any]]


def stations() -> Rows:
    """Return sixteen stations."""
    return [
        {
            "station_code": f"{code}{number:02d}0000",
            "district_code": code,
            "name_zh": f"{zh}第{number}派出所",
            "name_en": f"{en} No. {number}",
        }
        for code, (zh, en) in DISTRICTS.items()
        for number in range(1, 5)
    ]


def reference() -> dict[str, Rows]:
    """Return the tables that do not count anything, in the order of loading."""
    district = [
        {"district_code": code, "name_zh": zh, "name_en": en, "is_municipal_district": "true"}
        for code, (zh, en) in DISTRICTS.items()
    ]
    mapped = [
        {"scheme": "local", "code": code, "name": code, "category_group": code} for code in GROUPS if code != "odd"
    ]
    people = [{"org_code": code, "as_of": "2024-12-31", "basis": "resident", "persons": 120_000} for code in DISTRICTS]
    people += [
        {"org_code": s["station_code"], "as_of": "2024-12-31", "basis": "resident", "persons": 30_000}
        for s in stations()
    ]
    staff = [
        {"org_code": s["station_code"], "as_of": "2024-01-01", "eligible_for_training": 12, "auxiliaries_eligible": 20}
        for s in stations()
    ]
    festival = {
        "event_id": "E1",
        "starts_on": "2025-01-28",
        "ends_on": "2025-02-05",
        "kind": "festival",
        "title_zh": "春节",
        "title_en": "Spring Festival",
    }
    tables = {"district": district, "station": stations(), "category_map": mapped, "population": people}
    return tables | {"event": [festival], "staff": staff}


def alerts(chance: random.Random) -> Rows:
    """Return call records; from 2025 on a third of Dongcheng's are gone."""
    units, rows = stations(), []
    for number in range(SIZE):
        unit, day = chance.choice(units), chance.randrange(DAYS)
        if unit["district_code"] == "339901" and day > 365 and chance.random() < 0.35:
            continue
        moment = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(
            days=day, seconds=chance.randrange(86_400)
        )
        group = chance.choices(list(GROUPS), list(GROUPS.values()))[0]
        rows.append(
            {
                "alert_id": f"A{number}",
                "reported_at": moment.isoformat(sep=" "),
                "station_code": unit["station_code"],
                "category_code": group,
                "category_code_initial": group,
                "is_nuisance": str(chance.random() < 0.3).lower(),
                "phone": f"138{int(chance.random() ** 3 * SIZE / 3):08d}" if chance.random() < 0.95 else "",
                "address": f"{int(chance.random() ** 3 * SIZE / 5)} Lane",
            }
        )
    return rows


def cases(chance: random.Random) -> Rows:
    """Return cases."""
    units = stations()
    moments = [datetime(2024, 1, 1) + timedelta(days=chance.randrange(DAYS), hours=9) for _ in range(1_500)]
    return [
        {
            "case_id": f"C{number}",
            "station_code": chance.choice(units)["station_code"],
            "kind": chance.choice(["criminal", "administrative"]),
            "filed_at": moment.isoformat(sep=" "),
            "accepted_at": moment.isoformat(sep=" "),
        }
        for number, moment in enumerate(moments)
    ]


def training(chance: random.Random) -> Rows:
    """Return results of four rounds."""
    rows: Rows = []
    for name, day in ROUNDS.items():
        for unit in stations():
            for kind, people in (("officer", 12), ("auxiliary", 20)):
                for person in range(people):
                    taken = [ability for ability in ABILITIES if chance.random() < 0.75]
                    rows += [
                        {
                            "result_id": f"T{len(rows)}-{ability}-{name}",
                            "person": f"{unit['station_code']}{kind}{person}",
                            "person_kind": kind,
                            "station_code": unit["station_code"],
                            "ability": ability,
                            "event_type": "test",
                            "held_on": day.isoformat(),
                            "round": name,
                            "attempt": 1,
                            "score": min(100, max(0, round(chance.gauss(72, 12)))),
                        }
                        for ability in taken
                    ]
    return rows


def outlines() -> dict[str, Any]:
    """Return the districts as four squares."""
    features = []
    for number, code in enumerate(DISTRICTS):
        x, y = 120 + number % 2 * 0.5, 30 + number // 2 * 0.4
        ring = [[x, y], [x + 0.5, y], [x + 0.5, y + 0.4], [x, y + 0.4], [x, y]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"district_code": code}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def build(folder: Path) -> Path:
    """Make the lake in a folder and return where it is."""
    chance = random.Random(7)
    tables = reference() | {"alert": alerts(chance), "case": cases(chance), "training_result": training(chance)}
    lake = warehouse.open_lake(folder / "lake", create=True)
    for table, rows in tables.items():
        report = load_files(lake, table, [_file(folder, table, rows)])
        assert report.status == "committed", (table, report.refusals[:3])
    source = folder / "outlines.geojson"
    source.write_text(json.dumps(outlines()), encoding="utf-8")
    warehouse.write_outlines(lake, source)
    settings = {"city_zh": "枫桥市", "city_en": "Fengqiao", "is_demonstration": "true"}
    warehouse.write_settings(lake, settings, author="tests")
    return folder / "lake"


def _file(folder: Path, table: str, rows: Rows) -> Path:
    path = folder / f"{table}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
