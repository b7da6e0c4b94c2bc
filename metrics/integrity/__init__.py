"""Signals of data integrity (G1 to G21): prompts to look, never proof, one false-discovery family a publication.

Each family of checks has a module; `panel` judges them together. Knows counting and units, never the verdicts
of a change, which ask here.
"""

from metrics.integrity.audit import Audited, Draw, audited, draw
from metrics.integrity.falling import against_fall
from metrics.integrity.figures import of_frame
from metrics.integrity.panel import Census, census, signals
from metrics.integrity.pictures import COURSES, course, has_funnel, moves, peers, recodings
from metrics.integrity.signal import STATES, Measured, Signal, SignalEntry, signal_entries

__all__ = [
    "COURSES",
    "STATES",
    "Audited",
    "Census",
    "Draw",
    "Measured",
    "Signal",
    "SignalEntry",
    "against_fall",
    "audited",
    "census",
    "course",
    "draw",
    "has_funnel",
    "moves",
    "of_frame",
    "peers",
    "recodings",
    "signal_entries",
    "signals",
]
