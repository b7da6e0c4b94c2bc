"""Charts of signals: a state is a shape as well as a colour, limits are drawn, what lies beyond them is marked."""

from datetime import date, timedelta

import polars as pl

from charts import is_empty, own_course, peer_funnel, signal_panel

STATES = {"raised": "worth a look", "quiet": "quiet", "not_enough": "too little", "no_data": "no data"}
CELLS = pl.DataFrame(
    [(unit, unit.upper(), "G1", "G1 Not recorded", state, "text") for unit, state in zip("abcd", STATES, strict=True)],
    schema=["unit", "name", "signal", "label", "state", "text"],
    orient="row",
)
PEERS = pl.DataFrame(
    {
        "unit": ["a", "b", "c"],
        "n": [20, 50, 90],
        "value": [0.1, 0.4, 0.2],
        "expected": [0.2, 0.2, 0.2],
        "low": [0.0, 0.1, 0.15],
        "high": [0.5, 0.35, 0.3],
        "state": ["quiet", "raised", "quiet"],
        "text": ["A", "B", "C"],
    }
)
NAMES = {"limits": "limits", "expected": "expected", "units": "units", "raised": "raised", "chosen": "this one"}


def test_each_state_of_the_panel_has_its_own_shape() -> None:
    figure = signal_panel(CELLS, states=STATES)
    symbols = {trace.name: trace.marker.symbol for trace in figure.data}
    assert len(set(symbols.values())) == len(STATES) == len(symbols)
    assert [list(point) for trace in figure.data for point in trace.customdata] == [[unit, "G1"] for unit in "abcd"]


def test_the_funnel_marks_the_chosen_and_the_raised_unit_by_shape() -> None:
    figure = peer_funnel(PEERS, axis="share", size="base", names=NAMES, chosen="c")
    shapes = {trace.name: trace.marker.symbol for trace in figure.data if trace.mode == "markers"}
    assert shapes == {"units": "circle", "raised": "triangle-up", "this one": "diamond"}
    assert sum(trace.name == "limits" for trace in figure.data) == 2


def test_weeks_beyond_the_limits_are_another_shape_and_unknown_weeks_a_gap() -> None:
    weeks = pl.DataFrame(
        {
            "period_start": [date(2025, 1, 6) + timedelta(days=7 * n) for n in range(4)],
            "value": [0.1, None, 0.11, 0.4],
            "centre": [0.1] * 4,
            "low": [0.05] * 4,
            "high": [0.2] * 4,
            "in_window": [False, False, True, True],
        }
    )
    names = {"value": "week", "limits": "limits", "centre": "mean", "window": "window"}
    line = next(trace for trace in own_course(weeks, axis="share", names=names).data if trace.name == "week")
    assert list(line.marker.symbol) == ["circle", "circle", "circle", "triangle-up"]
    assert line.y[1] is None
    assert not line.connectgaps
    assert is_empty(own_course(weeks.clear(), axis="share", names=names))


def test_names_of_signals_stand_above_their_lines() -> None:
    figure = signal_panel(CELLS, states=STATES)
    assert not figure.layout.yaxis.showticklabels
    assert [note.text for note in figure.layout.annotations] == ["G1 Not recorded"]
