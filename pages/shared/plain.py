"""Text that comes from outside, shown as it is: names of files and headings mean nothing to Markdown."""

import re

MEANS_SOMETHING = re.compile(
    r"[\\`*\[\]~:$<>|]|(?<![^\W_])_|_(?![^\W_])|^[#+\-]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)"
)


def escaped(text: str) -> str:
    """Return a text as a label shows it, whatever Markdown would make of it.

    Only signs that mean something where they stand are escaped, because screen readers are given the label as it is.
    """
    return MEANS_SOMETHING.sub(r"\\\g<0>", text)
