"""Rows as the file has them: beside what would be loaded, and those that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from etl.clean import clean
from etl.errors import mask
from etl.mapping import source_fields
from etl.plan import Allowance, Plan
from etl.reading import FoundTable, set_aside
from etl.sections import first_section, name_sections
from etl.source_text import text_of
from etl.stage import scan
from etl.unpivot import for_table, unpivot

HIDDEN = "•••"
LOOKED_AT = 2_000


def _all(table: FoundTable) -> pl.LazyFrame:
    if table.is_parquet:
        return pl.scan_parquet(table.source)
    lazy = pl.scan_csv(
        table.source,
        separator=table.delimiter or ",",
        infer_schema=False,
        row_index_name="_row",
        row_index_offset=table.header_row + 1,
    )
    header = lazy.collect_schema().names()[1:]
    return lazy.rename(dict(zip(header, table.columns, strict=True)))


def raw_rows(table: FoundTable, numbers: Sequence[int]) -> dict[int, tuple[str | None, ...]]:
    """Rows by their number, all cells of the file."""
    frame = _all(table).filter(pl.col("_row").is_in(list(numbers))).select("_row", *table.columns).collect()
    return {row[0]: row[1:] for row in frame.iter_rows()}


def before_and_after(table: FoundTable, plan: Plan, count: int) -> pl.DataFrame:
    """`row`, and for every mapped field its text in the file (`FIELD (file)`) and its value (`FIELD`), as text.

    Letters and digits of private fields are masked, and their keys are not shown.
    """
    plan = replace(plan, mapping=for_table(plan.mapping, table))
    rows = scan(table, plan.mapping).head(LOOKED_AT).collect()
    rows, _, _ = name_sections(rows, plan.mapping, first_section(table, plan.mapping))
    batch, _ = set_aside(rows, table.layout)
    batch = unpivot(batch, plan.mapping).head(count)
    cleaned = clean(batch, replace(plan, allowance=Allowance(0)), table.file).frame
    shown = {"row": batch["_row"]}
    for source, target in source_fields(plan.mapping.table).items():
        rule = plan.mapping.rule(source)
        if rule is None or any(column not in batch.columns for column in rule.columns):
            continue
        column = plan.mapping.table.column(target)
        before = text_of(batch, rule).to_list()
        after = cleaned[target].cast(pl.String).to_list()
        if column.private:
            before, after = [mask(cell) for cell in before], [None if cell is None else HIDDEN for cell in after]
        shown[f"{source} (file)"] = pl.Series(before, dtype=pl.String)
        shown[source] = pl.Series(after, dtype=pl.String)
    return pl.DataFrame(shown)
