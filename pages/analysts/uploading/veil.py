"""What may be shown of a file: cells of columns that fill public fields; of all others only their shape.

Telephone and identity numbers are veiled wherever they stand, because a guess about a column can be wrong.
"""

import re
from collections.abc import Collection, Sequence

from etl import mask

MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
LONGEST = 80


def veiled(text: str) -> str:
    """Return a text without telephone and identity numbers."""
    text = MOBILE.sub(lambda found: mask(found[0]) or "", text)
    return IDENTITY.sub(lambda found: (mask(found[0]) or "") if is_identity(found[0]) else found[0], text)


def is_identity(digits: str) -> bool:
    """Return whether eighteen signs are an identity number by their check sign (GB 11643); record numbers are not."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], WEIGHTS, strict=True))
    return CHECKS[total % 11] == digits[17].upper()


def cell(text: str | None, column: str | None, public: Collection[str]) -> str:
    """Return a cell as it may be shown; `column` may name several, joined by ` + `."""
    if not text:
        return ""
    known = [name for name in (column or "").split(" + ") if name]
    if known and all(name in public for name in known):
        return veiled(text)[:LONGEST]
    return mask(text) or ""


def examples(cells: Sequence[str | None], column: str, public: Collection[str], most: int = 2) -> str:
    """Return the first different cells of a column, as they may be shown."""
    told = dict.fromkeys(cell(text, column, public)[:24] for text in cells if text and text.strip())
    return " · ".join(list(told)[:most])
