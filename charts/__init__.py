"""How figures look: pure functions, frame in and Plotly figure out.

Knows no SQL, no metrics and no words of its own: whatever is read on a chart comes in as an argument.
Colours can be told apart by colour-blind readers and on light and dark grounds; a verdict is always a
shape as well as a colour. Nothing is fetched from a network.
"""

from charts.changes import change_dots
from charts.control import control_chart
from charts.flow import contributions, waterfall
from charts.funnels import funnel
from charts.maps import district_map, shades
from charts.repeats import before_after, concentration_curve, gap_bars, greyed, risk_curve, state_bars
from charts.shares import share_dots, value_dots
from charts.signals import own_course, peer_funnel, signal_panel
from charts.style import CONFIG, is_empty
from charts.trends import trend

__all__ = [
    "CONFIG",
    "before_after",
    "change_dots",
    "concentration_curve",
    "contributions",
    "control_chart",
    "district_map",
    "funnel",
    "gap_bars",
    "greyed",
    "is_empty",
    "own_course",
    "peer_funnel",
    "risk_curve",
    "shades",
    "share_dots",
    "signal_panel",
    "state_bars",
    "trend",
    "value_dots",
    "waterfall",
]
