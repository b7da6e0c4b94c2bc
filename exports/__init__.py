"""How the week leaves: the weekly snapshot, its verification, and the comparison of two. Only `pages/office` uses it.

A package is a folder and a ZIP with figures, workbook, page and paper, made from one data version; the same week at the
same version is the same bytes.
"""

from exports.apart import Apart, make_apart
from exports.building import FORMATS, Made, weekly
from exports.comparing import Opened, compare, opened
from exports.errors import ExportError
from exports.revisions import Revisions
from exports.shelf import Package, listed, shelf
from exports.telling import compared, differing, verdict
from exports.verifying import Verified, verify
from exports.weeks import Week, complete_weeks, newest_week, week_of

__all__ = [
    "FORMATS",
    "Apart",
    "ExportError",
    "Made",
    "Opened",
    "Package",
    "Revisions",
    "Verified",
    "Week",
    "compare",
    "compared",
    "complete_weeks",
    "differing",
    "listed",
    "make_apart",
    "newest_week",
    "opened",
    "shelf",
    "verdict",
    "verify",
    "week_of",
    "weekly",
]
