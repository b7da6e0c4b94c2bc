"""Signals of data integrity (G1 to G21): prompts to look, never proof, one false-discovery family a publication.

Each family of checks has a module; `panel` judges them together. Knows counting and units, never the verdicts
of a change, which ask here.
"""

from metrics.integrity.audit import Audited, Draw, audited, draw
from metrics.integrity.falling import against_fall
from metrics.integrity.panel import signals
from metrics.integrity.pictures import course, moves, peers, recodings
from metrics.integrity.signal import STATES, Measured, Signal, SignalEntry, signal_entries

__all__ = [
    "STATES",
    "Audited",
    "Draw",
    "Measured",
    "Signal",
    "SignalEntry",
    "against_fall",
    "audited",
    "course",
    "draw",
    "moves",
    "peers",
    "recodings",
    "signal_entries",
    "signals",
]
