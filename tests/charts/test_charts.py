"""Charts are pure functions: the same frame gives the same figure, and what matters is in it."""

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from charts import (
    change_dots,
    contributions,
    control_chart,
    district_map,
    funnel,
    is_empty,
    share_dots,
    trend,
    waterfall,
)
from charts.maps import shades

UNITS = pl.DataFrame(
    {
        "unit": ["a", "b", "c", "d"],
        "name": ["A", "B", "C", "D"],
        "value": [1.0, 2.0, 3.0, None],
        "change": [-0.3, 0.2, 0.01, None],
        "low": [-0.4, 0.1, -0.1, None],
        "high": [-0.2, 0.3, 0.12, None],
        "verdict": ["confirmed", "possible", "not_established", None],
        "text": ["A −30%", "B", "C", "D"],
        "kind": ["x", "x", "y", "y"],
    }
)
WORDS = {"confirmed": "confirmed", "possible": "possible", "not_established": "not established"}
SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def feature(code: str, ring: list[list[float]]) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"district_code": code}, "geometry": geometry}


def outlines() -> dict[str, Any]:
    rings = {code: [[x + 2 * n, y] for x, y in SQUARE] for n, code in enumerate("abcd")}
    return {"type": "FeatureCollection", "features": [feature(code, ring) for code, ring in rings.items()]}


def the_map(**options: Any) -> Any:
    return district_map(outlines(), UNITS, average=1.0, steps=["1", "2", "3"], **options)


def test_a_verdict_is_a_shape_as_well_as_a_colour() -> None:
    figure = change_dots(UNITS, axis="change", verdicts=WORDS)
    assert {trace.name: trace.marker.symbol for trace in figure.data if trace.name} == {
        "confirmed": "circle",
        "possible": "circle-open",
        "not established": "line-ns-open",
    }


def test_the_interval_is_drawn_where_it_lies() -> None:
    dots = change_dots(UNITS, axis="change", verdicts=WORDS).data[0]
    assert dots.x[0] - dots.error_x.arrayminus[0] == pytest.approx(-0.4)
    assert dots.x[0] + dots.error_x.array[0] == pytest.approx(-0.2)


def test_a_unit_without_a_percentage_has_no_dot() -> None:
    figure = change_dots(UNITS, axis="change", verdicts=WORDS)
    assert "D" not in {name for trace in figure.data for name in trace.y}


@pytest.mark.parametrize(
    "make", [lambda: change_dots(UNITS, axis="a", verdicts=WORDS), lambda: share_dots(UNITS, axis="a"), the_map]
)
def test_every_mark_knows_its_unit_for_the_click(make: Any) -> None:
    codes = {point[0] for trace in make().data if trace.customdata is not None for point in trace.customdata}
    assert {"a", "b", "c"} <= codes


def test_a_district_whose_interval_holds_the_average_is_hatched() -> None:
    frame = UNITS.with_columns(low=pl.col("value") - 0.5, high=pl.col("value") + 0.5)
    areas = district_map(outlines(), frame, average=1.0, steps=[]).data[:4]
    assert [bool(area.fillpattern.shape) for area in areas] == [True, False, False, False]


def test_the_chosen_district_has_a_strong_edge() -> None:
    assert [area.line.width for area in the_map(selected=["b"]).data[:4]] == [1, 4, 1, 1]


def test_the_marker_stands_in_the_middle() -> None:
    markers = next(trace for trace in the_map().data if trace.customdata is not None)
    assert (markers.x[0], markers.y[0]) == pytest.approx((1.0, 1.0))


def test_a_district_with_several_parts_and_one_without_a_shape() -> None:
    several = {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[9, 9], [10, 9], [10, 10], [9, 9]]]]}
    parts = {"type": "Feature", "properties": {"district_code": "a"}, "geometry": several}
    empty = {"type": "Feature", "properties": {"district_code": "b"}, "geometry": None}
    figure = district_map({"features": [parts, empty]}, UNITS, average=None, steps=[])
    assert sum(trace.fill == "toself" for trace in figure.data) == 2


def test_shades_are_told_apart_only_where_values_differ() -> None:
    assert shades(UNITS.with_columns(value=pl.lit(2.0))) == [2.0]
    assert shades(UNITS.clear()) == []


def test_nothing_is_fetched_from_a_network() -> None:
    text = json.dumps(the_map().to_plotly_json(), default=str)
    assert "http" not in text
    assert "geo" not in {trace.type for trace in the_map().data}


def test_a_step_without_a_value_breaks_the_line() -> None:
    days = pl.DataFrame({"period_start": ["2025-01-06", "2025-01-13", "2025-01-20"], "value": [1.0, None, 3.0]})
    frame = days.with_columns(pl.col("period_start").str.to_date())
    line = trend(frame, axis="alerts", names=("now", "before")).data[0]
    assert line.connectgaps is False
    assert list(line.y) == [1.0, None, 3.0]


def test_an_event_is_marked_with_its_words() -> None:
    frame = pl.DataFrame({"period_start": ["2025-01-06", "2025-02-03"], "value": [1.0, 2.0]}).with_columns(
        pl.col("period_start").str.to_date()
    )
    events = pl.DataFrame({"on": ["2025-01-28"], "title": ["春节"]}).with_columns(pl.col("on").str.to_date())
    figure = trend(frame, axis="alerts", names=("now", "before"), events=events)
    assert [note.text for note in figure.layout.annotations] == ["春节", "alerts"]
    assert figure.layout.shapes[0].x0 == "2025-01-28"


def test_the_waterfall_goes_down_from_received_to_valid() -> None:
    lines = [("received", 100, True, "100"), ("invalid", -30, False, "−30"), ("valid", 70, True, "70")]
    frame = pl.DataFrame(lines, schema=["name", "value", "is_total", "text"], orient="row")
    bars = waterfall(frame, axis="calls").data[0]
    assert list(bars.measure) == ["absolute", "relative", "absolute"]
    assert bars.x[0] + bars.x[1] == bars.x[2]


def test_axes_carry_their_unit() -> None:
    assert change_dots(UNITS, axis="change, %", verdicts=WORDS).layout.xaxis.title.text == "change, %"
    assert share_dots(UNITS, axis="share, %").layout.xaxis.title.text == "share, %"


def test_the_same_frame_gives_the_same_figure() -> None:
    assert the_map().to_json() == the_map().to_json()


def test_a_figure_without_any_value_is_known_as_empty() -> None:
    nothing = UNITS.with_columns(value=None, change=None, verdict=None)
    assert is_empty(change_dots(nothing, axis="a", verdicts=WORDS))
    assert is_empty(share_dots(nothing, axis="a"))
    assert not is_empty(share_dots(UNITS, axis="a"))


def test_the_marks_of_a_change_have_no_sign_before_zero() -> None:
    axis = change_dots(UNITS, axis="a", verdicts=WORDS).layout.xaxis
    assert list(axis.ticktext) == ["−40%", "−20%", "0%", "+20%", "+40%"]


def test_shares_keep_their_order_and_leave_out_who_has_none() -> None:
    figure = share_dots(UNITS.with_columns(value=pl.col("value") / 10), axis="a", average=0.2, average_name="city")
    assert list(figure.layout.yaxis.categoryarray) == ["C", "B", "A"]
    assert figure.layout.shapes[0].x0 == 0.2
    assert [trace.name for trace in figure.data] == ["x", "y", "city"]


def test_the_axis_of_shares_never_makes_little_look_like_much() -> None:
    close = UNITS.with_columns(value=pl.lit(0.9), low=pl.lit(0.89), high=pl.lit(0.91))
    low, high = share_dots(close, axis="a").layout.xaxis.range
    assert high - low >= 0.1


def test_names_of_near_neighbours_stand_apart() -> None:
    near = {code: [[x / 10 + n / 10, y / 10] for x, y in SQUARE] for n, code in enumerate("ab")}
    far = {code: [[x + n * 9, y + 9] for x, y in SQUARE] for n, code in enumerate("cd")}
    shape = {"features": [feature(code, ring) for code, ring in (near | far).items()]}
    markers = next(t for t in district_map(shape, UNITS, average=None, steps=[]).data if t.customdata is not None)
    assert list(markers.textposition[:2]) == ["top center", "bottom center"]


def test_the_unit_of_a_trend_stands_above_it_and_its_time_line_ends_with_the_data() -> None:
    days = pl.DataFrame({"period_start": ["2025-01-06", "2025-01-13"], "value": [1.0, 2.0]})
    frame = days.with_columns(pl.col("period_start").str.to_date())
    layout = trend(frame, axis="alerts a week", names=("now", "before")).layout
    assert layout.annotations[0].text == "alerts a week"
    assert list(layout.xaxis.range) == ["2025-01-03", "2025-01-16"]


COURSE = pl.DataFrame(
    {
        "start": [date(2025, 1, 6) + timedelta(weeks=number) for number in range(4)],
        "value": [10.0, 11.0, None, 5.0],
        "low": [7.0] * 4,
        "high": [13.0] * 4,
        "centre": [10.0] * 4,
        "baseline": [True, True, False, False],
        "rule": [None, None, None, "outside"],
        "direction": [0, 0, 0, -1],
        "text": ["a", "b", "c", "d"],
    }
)
LINES = {"value": "week", "centre": "mean", "limits": "limits", "baseline": "baseline"}


def test_a_signal_is_a_shape_with_a_word_and_a_gap_stays_a_gap() -> None:
    figure = control_chart(COURSE, axis="a day", names=LINES, rules={"outside": "outside the limits"})
    signal = figure.data[-1]
    assert (signal.name, signal.marker.symbol, list(signal.y)) == ("outside the limits", "diamond", [5.0])
    assert figure.data[3].y[2] is None and not figure.data[3].connectgaps
    assert [note.text for note in figure.layout.annotations] == ["baseline", "a day"]


def test_events_stand_on_a_control_chart() -> None:
    events = pl.DataFrame({"on": [date(2025, 1, 20), date(2030, 1, 1)], "title": ["merger", "later"]})
    figure = control_chart(COURSE, axis="a day", names=LINES, rules={}, events=events)
    said = [note.text for note in figure.layout.annotations]
    assert "merger" in said and "later" not in said


def test_contributions_end_at_the_whole_change() -> None:
    parts = pl.DataFrame(
        {"unit": ["a", "b", "c"], "name": ["A", "B", "C"], "difference": [-5, -2, 4], "text": ["−5", "−2", "+4"]}
    )
    bar = contributions(parts, axis="alerts", total="in all").data[0]
    assert list(bar.x) == [-5, -2, 4, -3]
    assert list(bar.measure) == ["relative", "relative", "relative", "total"]
    assert list(bar.text)[-1] == "−3"


def test_a_funnel_names_exceptions_and_leaves_the_rest_grey() -> None:
    frame = pl.DataFrame(
        {
            "unit": ["a", "b", "c"],
            "name": ["A", "B", "C"],
            "value": [1.0, 2.0, 0.4],
            "expected": [30.0, 20.0, 40.0],
            "inner_low": [0.7] * 3,
            "inner_high": [1.3] * 3,
            "outer_low": [0.5] * 3,
            "outer_high": [1.5] * 3,
            "exception": [False, True, True],
            "text": ["A", "B", "C"],
        }
    )
    names = {name: name for name in ("inner", "outer", "within", "high", "low")}
    drawn = {trace.name: trace for trace in funnel(frame, axes=("x", "y"), names=names).data if "markers" in trace.mode}
    assert {name: list(trace.text or []) for name, trace in drawn.items()} == {
        "within": [],
        "high": ["B"],
        "low": ["C"],
    }
    assert {name: trace.marker.symbol for name, trace in drawn.items()} == {
        "within": "circle-open",
        "high": "triangle-up",
        "low": "triangle-down",
    }
    assert list(drawn["low"].x) == [40.0]
