"""What the figures mean: the indicator catalogue, the functions behind it, and their statistics.

Reads the warehouse's marts at a version; knows no screens, no charts and no importer.
"""

from metrics.definitions import Indicator, catalogue, indicator
from metrics.errors import MetricError
from metrics.periods import base_period
from metrics.returns import returned_period
from metrics.showing import GROUPS, data_span, default_period, last_complete_week, show
from metrics.trends import series
from metrics.types import Note, Result, Row, Scope, Warehouse

__all__ = [
    "GROUPS",
    "Indicator",
    "MetricError",
    "Note",
    "Result",
    "Row",
    "Scope",
    "Warehouse",
    "base_period",
    "catalogue",
    "data_span",
    "default_period",
    "indicator",
    "last_complete_week",
    "returned_period",
    "series",
    "show",
]
