"""No small count on domestic violence or minors is shown, and none follows from what is: by algebra, and by bounds."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import metrics.showing
from metrics import Scope, indicator, series, show
from metrics.suppression import SMALL_CELL, Cell, hidden_cells

THRESHOLD = 5
WEEK = (date(2025, 12, 22), date(2025, 12, 29))


def tree(*districts: list[int] | list[tuple[int, int]]) -> dict[str, Cell]:
    """Cells of a city from the counts of its stations, district by district; pairs are part and whole."""
    cells: dict[str, Cell] = {}

    def total(code: str, parent: str | None, below: list[Cell]) -> Cell:
        wholes = [cell.whole for cell in below]
        whole = None if None in wholes else sum(w for w in wholes if w is not None)
        cells[code] = Cell(code, parent, sum(cell.part for cell in below), whole)
        return cells[code]

    tops = []
    for d, stations in enumerate(districts):
        below = []
        for s, counts in enumerate(stations):
            part, whole = counts if isinstance(counts, tuple) else (counts, None)
            code = f"{'ABCDEFG'[d]}{s + 1}"
            cells[code] = Cell(code, "ABCDEFG"[d], part, whole)
            below.append(cells[code])
        tops.append(total("ABCDEFG"[d], "city", below))
    total("city", None, tops)
    return cells


def equations(cells: dict[str, Cell], hidden: frozenset[str]) -> tuple[list[str], np.ndarray, dict[str, np.ndarray]]:
    """What adds up: the unknown cells, one line a total with the signs of its unknowns, and the known remainders."""
    unknown = sorted(hidden)
    lines, parts, wholes = [], [], []
    for code in cells:
        below = [cell for cell in cells.values() if cell.parent == code]
        if below:
            signs = {cell.code: 1 for cell in below} | {code: -1}
            lines.append([signs.get(name, 0) for name in unknown])
            known = [(sign, cells[name]) for name, sign in signs.items() if name not in hidden]
            parts.append(-sum(sign * cell.part for sign, cell in known))
            wholes.append(-sum(sign * (cell.whole or 0) for sign, cell in known))
    matrix = np.array(lines, dtype=float).reshape(len(lines), len(unknown))
    return unknown, matrix, {"part": np.array(parts, dtype=float), "whole": np.array(wholes, dtype=float)}


def derivable(cells: dict[str, Cell], hidden: frozenset[str]) -> set[str]:
    """The hidden cells that the equations fix: those whose unit vector lies in the row space."""
    unknown, matrix, _ = equations(cells, hidden)
    rank = np.linalg.matrix_rank(matrix) if len(unknown) else 0
    return {
        name
        for place, name in enumerate(unknown)
        if np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(unknown))[place]])) == rank
    }


def pinned(cells: dict[str, Cell], hidden: frozenset[str]) -> set[str]:
    """The hidden plain counts that whole numbers from 1 up leave a single value for."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    unknown, matrix, known = equations(cells, hidden)
    found = set()
    for place, name in enumerate(unknown):
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(unknown))
            cost[place] = sign
            done = milp(
                cost,
                constraints=LinearConstraint(matrix, known["part"], known["part"]),
                bounds=Bounds(1, 10_000),
                integrality=np.ones(len(unknown)),
            )
            assert done.status == 0
            ends.append(round(sign * done.fun))
        if ends[0] == ends[1]:
            found.add(name)
    return found


COUNTS = st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=5), min_size=1, max_size=4)
PAIRS = st.lists(
    st.lists(st.integers(0, 30).flatmap(lambda w: st.tuples(st.integers(0, w), st.just(w))), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)


def of_any_shape(cells: dict[str, Cell]) -> frozenset[str]:
    hidden = hidden_cells(cells, THRESHOLD)
    small = {code for code, cell in cells.items() if cell.is_small(THRESHOLD)}
    assert small <= hidden
    assert derivable(cells, hidden) == set()
    assert hidden == hidden_cells(dict(reversed(list(cells.items()))), THRESHOLD)  # the order decides nothing
    assert small or not hidden
    assert all(cells[code].size for code in hidden)  # a zero is shown as a zero
    return hidden


@given(COUNTS)
@settings(max_examples=300, deadline=None)
def test_no_hidden_count_follows_from_what_is_shown(districts: list[list[int]]) -> None:
    of_any_shape(tree(*districts))


@given(PAIRS)
@example([[(0, 5), (1, 5)]])  # a total that hides before its part has been looked at
@settings(max_examples=300, deadline=None)
def test_no_hidden_part_or_whole_follows_from_what_is_shown(districts: list[list[tuple[int, int]]]) -> None:
    of_any_shape(tree(*districts))


@given(COUNTS)
@settings(max_examples=60, deadline=None)
def test_nor_does_it_follow_from_knowing_that_hidden_counts_are_at_least_one(districts: list[list[int]]) -> None:
    cells = tree(*districts)
    assert pinned(cells, hidden_cells(cells, THRESHOLD)) == set()


@pytest.mark.parametrize(
    ("districts", "hidden"),
    [
        (([9, 8], [7, 6]), set()),
        (([0, 8], [0, 0]), set()),
        (([3, 8, 9], [7, 6]), {"A1", "A2"}),  # the smallest other one hides beside it
        (([3, 8, 8], [7, 6]), {"A1", "A2"}),  # of two as small, the first
        (([3, 2, 9], [7, 6]), {"A1", "A2"}),  # 5 from two that are at least 1
        (([1, 1, 9], [7, 6]), {"A1", "A2", "A3"}),  # 2 from two would be 1 and 1
        (([3], [7, 6], [20]), {"A1", "A", "B2", "B"}),  # a district of one station hides, and another beside it
        (([1, 1, 1, 1, 1],), {"A1", "A2", "A3", "A4", "A5", "A", "city"}),
        (([(97, 100), (50, 80)], [(60, 90), (50, 70)]), {"A1", "A2"}),  # 3 of 100 did not
    ],
)
def test_complements_by_hand(districts: tuple, hidden: set[str]) -> None:
    assert hidden_cells(tree(*districts), THRESHOLD) == hidden


@pytest.fixture
def sensitive(lake, monkeypatch: pytest.MonkeyPatch):
    """Three stations with 3, 8 and 40 alerts in the week, 9, 8 and 40 in its base; and the count made sensitive."""
    entry = replace(indicator("alerts_valid"), sensitive=True)
    monkeypatch.setattr(metrics.showing, "indicator", lambda _: entry)
    for station, now, before in (("A1", 3, 9), ("A2", 8, 8), ("B1", 40, 40)):
        lake.alerts(station, WEEK[0], 1, now)
        lake.alerts(station, date(2024, 12, 23), 1, before)
    for station in ("A1", "A2", "B1"):  # the other days are known and quiet
        lake.alerts(station, date(2025, 12, 23), 6, 0, 1)
        lake.alerts(station, date(2024, 12, 24), 6, 0, 1)
    return lake


def shown(lake, **scope) -> dict[str, int | None]:
    return {row.unit: row.numerator for row in show(lake, "alerts_valid", Scope(*WEEK, **scope)).rows}


def test_show_hides_the_same_cells_whatever_is_asked(sensitive) -> None:
    assert shown(sensitive, by="station") == {"A1": None, "A2": None, "B1": 40}
    assert shown(sensitive, by="station", districts=("A",)) == {"A1": None, "A2": None}
    assert shown(sensitive, by="district") == {"A": 11, "B": 40}
    assert shown(sensitive) == {"city": 51}
    assert shown(sensitive, stations=("A2",)) == {"A2": None}
    assert shown(sensitive, stations=("A1", "B1")) == {"selection": None}  # 43 − 40 would be A1
    assert shown(sensitive, by="district", stations=("A2", "B1")) == {"A": None, "B": None}
    assert shown(sensitive, districts=("A", "B")) == {"selection": 51}


def test_nothing_made_from_a_hidden_count_is_left(sensitive) -> None:
    result = show(sensitive, "alerts_valid", Scope(*WEEK, by="station"))
    row = result.rows[0]
    assert row.suppressed == SMALL_CELL
    assert (row.value, row.change, row.interval, row.p, row.verdict, dict(row.extra)) == (None,) * 5 + ({},)
    assert row.base_numerator == 9
    assert "small_cells" in [note.code for note in result.notes]
    assert dict(result.rows[2].extra) == {"difference": 0}  # other counts of a sensitive table are not for show


def test_a_small_base_hides_the_change_and_not_the_count(sensitive) -> None:
    sensitive.alerts("B1", date(2024, 12, 23), 1, -38)
    row = show(sensitive, "alerts_valid", Scope(*WEEK, by="station")).rows[2]
    assert (row.numerator, row.base_numerator, row.change) == (40, None, None)
    assert row.has_note("base_small_cell")
    assert "difference" not in row.extra


def test_a_trend_shows_no_more_than_the_figure(sensitive) -> None:
    trend = series(sensitive, "alerts_valid", Scope(*WEEK, stations=("A1",)))
    assert trend["value"].to_list() == trend["numerator"].to_list() == [None]
    assert series(sensitive, "alerts_valid", Scope(*WEEK))["numerator"].to_list() == [51]


def test_what_is_not_sensitive_stays_whole(lake) -> None:
    lake.alerts("A1", WEEK[0], 7, 0, 1)
    lake.alerts("A1", WEEK[0], 1, 3)
    assert shown(lake, by="station")["A1"] == 3


def test_a_trend_of_returns_hides_the_complement_too(lake) -> None:
    lake.district("C")
    period = {"period_start": date(2025, 10, 1), "period_end": date(2026, 1, 1), "breakdown": "all"}
    for org, repeated in (("A", 3), ("B", 6), ("C", 20)):
        row = {"indicator_id": "domestic_violence_repeat", "org_code": org, "numerator": repeated, "denominator": 90}
        lake.add("indicator_return", row | period)
    quarter, name = (date(2025, 10, 1), date(2026, 1, 1)), "domestic_violence_repeat"
    rows = show(lake, name, Scope(*quarter, "none", "district")).rows
    assert [row.numerator for row in rows] == [None, None, 20]
    trends = {org: series(lake, name, Scope(*quarter, districts=(org,)), "month") for org in ("A", "B", "C")}
    assert [trend["numerator"].to_list() for trend in trends.values()] == [[None], [None], [20]]
    assert series(lake, name, Scope(*quarter), "month")["numerator"].to_list() == [29]
