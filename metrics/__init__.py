"""What the figures mean: the indicator catalogue, the functions behind it, and their statistics.

Reads the warehouse's marts at a version; knows no screens, no charts and no importer.
"""

from metrics import _one_thread as _one_thread  # before anything that loads NumPy
from metrics.definitions import CHAPTERS, Indicator, catalogue, concerned_by, indicator
from metrics.delay import Delay, reporting_delay
from metrics.drilling import cluster_alerts
from metrics.errors import MetricError
from metrics.integrity import Measured, Signal, SignalEntry, signal_entries, signals
from metrics.parameter_table import ParameterChange, Parameters, parameters, table_of_parameters
from metrics.periods import base_period
from metrics.returns import returned_period, returned_periods, returned_weeks
from metrics.showing import GROUPS, data_span, default_period, last_complete_week, show
from metrics.trends import series
from metrics.types import Note, Result, Row, Scope, Warehouse

__all__ = [
    "CHAPTERS",
    "GROUPS",
    "Delay",
    "Indicator",
    "Measured",
    "MetricError",
    "Note",
    "ParameterChange",
    "Parameters",
    "Result",
    "Row",
    "Scope",
    "Signal",
    "SignalEntry",
    "Warehouse",
    "base_period",
    "catalogue",
    "cluster_alerts",
    "concerned_by",
    "data_span",
    "default_period",
    "indicator",
    "last_complete_week",
    "parameters",
    "reporting_delay",
    "returned_period",
    "returned_periods",
    "returned_weeks",
    "series",
    "show",
    "signal_entries",
    "signals",
    "table_of_parameters",
]
