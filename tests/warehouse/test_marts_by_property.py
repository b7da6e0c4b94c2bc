"""Whatever is loaded, loaded again, changed and undone: the marts equal a rebuild from all facts, at every step."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import warehouse
from warehouse import Lake, schema

from .facts import load, row, undo

HOUR, DAY = 3600, 86_400
START = datetime(2024, 1, 1, 10)
# Seconds from the start at which a pair stands at, just within or just outside a border of the definitions.
BORDERS = [border + shift for border in (2 * HOUR, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY) for shift in (-1, 0, 1)]
MOMENTS = [0, 1, HOUR, DAY, 14 * HOUR - 1, 14 * HOUR, *BORDERS, *(moment + 2 * HOUR for moment in BORDERS)]
CODES = {"d": "dispute", "c": "criminal", "h": "help", None: "unmapped", "q": "unmapped"}
MAPPED = [row("category_map", code=code, category_group=CODES[code]) for code in ("d", "c", "h")]
FLAGS = ("is_deleted", "is_nuisance", "is_invalid", "is_service_caller", "is_service_place")
Record = dict[str, Any]


@dataclass(frozen=True)
class Undo:
    """Take back one of the batches that stand, counted from the newest."""

    place: int


def of(*values: object) -> st.SearchStrategy[Any]:
    """One of some values, the first ones being the simplest."""
    return st.sampled_from(values)


def at(seconds: int | None) -> str | None:
    return None if seconds is None else str(START + timedelta(seconds=seconds))


def as_alert(drawn: Record) -> Record:
    moment, late = drawn.pop("moment"), drawn.pop("late")
    now, first = drawn["category_code"], drawn["category_code_initial"]
    return drawn | {
        "reported_at": at(moment),
        "recorded_at": None if late is None else at(moment + late),
        "category_group": CODES[now],
        "category_group_initial": None if first is None else CODES[first],
    }


ALERTS = st.fixed_dictionaries(
    {
        "alert_id": of(*"abcdefghijklmnop"),
        "moment": of(*MOMENTS),
        "late": of(None, None, DAY, DAY + 1),
        "updated_at": of(None, at(0), at(DAY)),
        "status_rank": of(0, 0, 1),
        "station_code": of("s1", "s2"),
        "station_code_initial": of(None, "s1", "s2"),
        "category_code": of(*CODES),
        "category_code_initial": of(*CODES),
        "caller_key": of(1, 1, 2, None),
        "place_key": of(7, 7, 8, None),
        "link_type": of(*["none"] * 20, "duplicate", "chase_up", "officer_feedback", "nuisance"),
        "main_alert_id": of(*[None] * 20, "a"),
        "case_id": of(None, "k1"),
        "lon": of(None, 112.5),
        "lat": of(None, 31.2),
        **{flag: of(*[False] * 20, True) for flag in FLAGS},
    }
).map(as_alert)
TOOK = of(None, *(at(seconds) for seconds in (0, 30 * DAY - 1, 30 * DAY, 90 * DAY - 1, 90 * DAY)))
CASES = st.fixed_dictionaries(
    {
        "case_id": of(*"abcdefghijkl"),
        "station_code": of("s1", "s2"),
        "kind": of("criminal", "administrative"),
        "is_small_livelihood": of(False, True),
        "accepted_at": of(None, at(0)),
        "filed_at": of(None, at(0), at(DAY)),
        "cleared_at": TOOK,
        "closed_at": TOOK,
        "cancelled_at": TOOK,
        "merged_into": of(*[None] * 4, "a"),
    }
)
RESULTS = st.fixed_dictionaries(
    {
        "result_id": of(*"abcdefghijkl"),
        "person_key": of(1, 1, 2, 3, None),
        "person_kind": of("officer", "officer", "auxiliary"),
        "station_code": of("s1", "s2"),
        "ability": of("response_casework", "community_work"),
        "held_on": of("2024-03-01", "2024-03-02"),
        "round": of("2024-Q1", "2024-Q2"),
        "attempt": of(1, 1, 2),
        "score": of(None, "59.99", "60.00", "87.50"),
    }
)


def steps(records: st.SearchStrategy[Record], key: str) -> st.SearchStrategy[list[Any]]:
    batch = st.lists(records, min_size=4, max_size=9, unique_by=lambda record: record[key])
    return st.lists(batch | batch | st.builds(Undo, st.integers(0, 3)), min_size=3, max_size=5)


@pytest.fixture(scope="module")
def shared(empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """One lake for all examples; each begins with its facts taken out."""
    folder = shutil.copytree(empty_folder, tmp_path_factory.mktemp("shared") / "lake")
    lake = warehouse.open_lake(folder)
    load(lake, "map", *MAPPED, table="category_map")
    yield lake
    warehouse.close_lake(folder)


def emptied(lake: Lake, table: str, mart: str) -> None:
    def work(cursor):
        for name in (schema.table(table).quoted, schema.table(table).history, f"lake.{mart}"):
            cursor.execute(f"DELETE FROM {name}")

    with lake.writer_lock():
        lake.commit(work, author="test", message="next example")


def run(lake: Lake, table: str, mart: str, plan: list[Any]) -> None:
    """Do the steps; `load` and `undo` compare the marts with a rebuild each time."""
    emptied(lake, table, mart)
    standing: list[int] = []
    for number, step in enumerate(plan):
        if isinstance(step, Undo):
            if standing:
                event("undo")
                undo(lake, standing.pop(-1 - step.place % len(standing)), table)
        else:
            done = load(lake, str(number), *[row(table, **record) for record in step], table=table)
            event(f"updated: {done.rows_updated > 0}, repeated: {done.rows_repeated > 0}")
            if done.batch_id is not None:
                standing.append(done.batch_id)
    for batch in reversed(standing):
        undo(lake, batch, table)
    assert lake.frame(f"SELECT count(*) FROM {schema.table(table).quoted}").item() == 0


# Few, because each step is a commit; the same ones each time. JICENG_EXAMPLES=200 searches further, and elsewhere.
EXAMPLES = int(os.environ.get("JICENG_EXAMPLES", "0"))
SLOW = settings(
    deadline=None, derandomize=not EXAMPLES, database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],  # to shrink takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip


@settings(SLOW, max_examples=EXAMPLES or 6)
@given(plan=steps(ALERTS, "alert_id"))
def test_alerts(shared: Lake, plan: list[Any]):
    run(shared, "alert", "mart_alert_day", plan)


@settings(SLOW, max_examples=EXAMPLES or 4)
@given(plan=steps(CASES, "case_id"))
def test_cases(shared: Lake, plan: list[Any]):
    run(shared, "case", "mart_case_day", plan)


@settings(SLOW, max_examples=EXAMPLES or 4)
@given(plan=steps(RESULTS, "result_id"))
def test_training_results(shared: Lake, plan: list[Any]):
    run(shared, "training_result", "mart_training", plan)
