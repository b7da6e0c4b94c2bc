r"""Files that are many tables below each other, each under a line with its title (Crime in Aberdeen (EC) for …).

A mapping names the form of these lines; the group in brackets is the name of the section, and fields take it as the
column `_section`:

    sections: {pattern: '^Crime in\s+(.+?)\s+for ', totals: 'Provincial Total$'}
    fields: {org_code: _section, …}

Sections whose names fit `totals` are sums of the others and are set aside.
"""

from __future__ import annotations

import re

import polars as pl

from etl.mapping import Mapping
from etl.reading import FoundTable
from etl.rules import SECTION

TITLE, TOTAL = "section_title", "section_total"


def first_section(found: FoundTable, mapping: Mapping) -> str | None:
    """The section that a line above the header of the file begins."""
    if mapping.sections is None:
        return None
    above = [cell for row, cells in found.preview if row < found.header_row for cell in cells]
    names = [match[1].strip() for cell in above if (match := re.search(mapping.sections.pattern, cell or ""))]
    return names[-1] if names else None


def name_sections(
    batch: pl.DataFrame, mapping: Mapping, section: str | None
) -> tuple[pl.DataFrame, pl.DataFrame, str | None]:
    """The rows with the section they stand in, the rows set aside with `_why`, and the section that goes on.

    Args:
        batch: `_row` and text columns, in the order of the file.
        mapping: with or without sections; without, the batch is given back as it is.
        section: the one that goes on from the batch before.
    """
    rule = mapping.sections
    if rule is None or batch.is_empty():
        return batch, batch.clear().with_columns(_why=pl.lit(None, pl.String)), section
    first = next(column for column in batch.columns if column != "_row")
    titled = batch.with_columns(pl.col(first).str.extract(rule.pattern, 1).str.strip_chars().alias("_title"))
    titled = titled.with_columns(pl.col("_title").forward_fill().fill_null(section).alias(SECTION))
    is_total = pl.col(SECTION).str.contains(rule.totals).fill_null(False) if rule.totals else pl.lit(False)
    why = pl.when(pl.col("_title").is_not_null()).then(pl.lit(TITLE)).when(is_total).then(pl.lit(TOTAL))
    titled = titled.with_columns(why.alias("_why"))
    last = titled[SECTION][-1]
    aside = titled.filter(pl.col("_why").is_not_null()).drop("_title", SECTION)
    return titled.filter(pl.col("_why").is_null()).drop("_title", "_why"), aside, last
