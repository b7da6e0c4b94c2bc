"""From any file to text tables: encoding, delimiter, sheet, header, and what is no data.

What is guessed is said and can be set by a person (`Choice`). Nothing is typed here: cells become text, rows keep the
number that the spreadsheet shows, and the cleaning that follows names whatever does not fit.
"""

from etl.reading.aside import WHY, set_aside
from etl.reading.files import read_files
from etl.reading.looks import peek
from etl.reading.totals import check_totals
from etl.reading.types import LIMITS, Choice, FoundTable, Limits, Peek

__all__ = ["LIMITS", "WHY", "Choice", "FoundTable", "Limits", "Peek", "check_totals", "peek", "read_files", "set_aside"]
