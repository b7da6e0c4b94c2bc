"""Shares that guard other figures: valid share, recoding as less serious, missing numbers.

They are signals to look, never proof. Their verdicts go no further than possible: calls come in bursts and
by habit of the unit, so the shares scatter more than Wilson's interval says.
"""

from metrics.alerts import lines
from metrics.counting import Question, count_alerts
from metrics.rows import share_row
from metrics.types import Row
from metrics.verdicts import POSSIBLE

Counts = dict[str, int]


def valid_share(question: Question) -> list[Row]:
    """Return valid alerts out of calls received."""
    return _rows(question, "valid", "received")


def recoded_down_share(question: Question) -> list[Row]:
    """Return valid alerts recoded as less serious out of valid alerts."""
    return _rows(question, "recoded_down", "valid")


def missing_caller_share(question: Question) -> list[Row]:
    """Return valid alerts without a usable number out of valid alerts."""
    return _rows(question, "caller_missing", "valid")


def _rows(question: Question, part: str, whole: str) -> list[Row]:
    rows = []
    for unit, now, before, notes in lines(question, count_alerts(question)):
        pair, base = _pair(now, part, whole), _pair(before, part, whole)
        broken = any(note.code == "series_break" for note in notes)
        rows.append(
            share_row(
                question,
                unit,
                pair,
                base if question.compared.has_base else None,
                notes,
                {"received": now["received"], "base_received": before["received"]},
                highest=POSSIBLE,
                broken=broken,
            )
        )
    return rows


def _pair(counts: Counts, part: str, whole: str) -> tuple[int, int]:
    found = counts | {"caller_missing": counts["valid"] - counts["caller_keyed"]}
    return found[part], found[whole]


ANSWERS = {
    "valid_share": valid_share,
    "recoded_down_share": recoded_down_share,
    "missing_caller_share": missing_caller_share,
}
"""Functions of this module by the indicator that they answer."""
