"""How results are put into words, the same on a page, in a report and in a file: both languages, numbers, dates.

Knows the typed results of `metrics` and the catalogues in `locale/`; no screens, no charts, no SQL.
"""

from wording import saying, signalling
from wording.guarding import guarded
from wording.words import DASH, LANGUAGES, MINUS, Words, catalogue, language_of

__all__ = [
    "DASH",
    "LANGUAGES",
    "MINUS",
    "Words",
    "catalogue",
    "guarded",
    "language_of",
    "saying",
    "signalling",
]
