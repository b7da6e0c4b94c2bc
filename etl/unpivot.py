r"""Makes one record of every figure of a wide table: classes, months or years that stand as columns become rows.

A mapping says which columns these are, and what their headings stand for:

    unpivot:
      value: numerator                                  the field that the figures fill
      columns: {有效警情_刑事: {breakdown: criminal}}      headings, with the fields that each stands for
      pattern: '^\d{4}年$'                              or: all headings of this form
      period: true                                      whose periods they name (period_start, period_end)

A cell without a figure (empty, a dash) is no record. The heading stays with the record, so that a refused cell is named
as the file names it. Rules with `context` take what stands around the table: period, title, unit, sheet, file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from etl.cast import MISSING
from etl.errors import FileRefused, Refusal
from etl.mapping import FieldRule, Mapping, WideRule
from etl.reading import FoundTable
from etl.reading.periods import find_period
from etl.reading.words import squeezed

HEADING, VALUE = "_heading", "_value"
SET_BY = "_of_"


def for_table(mapping: Mapping, found: FoundTable) -> Mapping:
    """The mapping for one table: what it takes from around the table is put in, its wide columns are found.

    Raises:
        FileRefused: the table lacks what the mapping takes from around it, or has no such columns.
    """
    around = found.context()
    fields = []
    for rule in mapping.fields:
        if rule.context is None:
            fields.append(rule)
        elif rule.context in around:
            told = around[rule.context]
            said = dict(rule.values).get(told, rule.default if rule.has_default else told)
            fields.append(replace(rule, context=None, constant=said))
        else:
            refusal = Refusal(found.file, "no_context", column=rule.field, sheet=found.sheet, detail=rule.context)
            raise FileRefused(refusal)
    if mapping.wide is None:
        return replace(mapping, fields=tuple(fields))
    wide = _headings(mapping.wide, found)
    set_by = sorted({field for values in wide.headings.values() for field in values})
    otherwise = {rule.field: rule.constant for rule in fields if rule.constant is not None and rule.field in set_by}
    wide = replace(wide, headings={heading: otherwise | dict(said) for heading, said in wide.headings.items()})
    fields = [rule for rule in fields if rule.field not in (*set_by, wide.value)]
    fields += [FieldRule(field, (SET_BY + field,)) for field in set_by]
    fields.append(replace(wide.rule or FieldRule(wide.value), columns=(VALUE,)))
    return replace(mapping, fields=tuple(fields), wide=wide)


def _headings(wide: WideRule, found: FoundTable) -> WideRule:
    """The rule with the headings that this table has."""
    chosen: dict[str, dict[str, str]] = {heading: dict(values) for heading, values in wide.headings.items()}
    if wide.pattern:
        for heading in found.columns:
            if re.search(wide.pattern, heading.strip()):
                chosen.setdefault(heading, {})
    if wide.period:
        for heading, values in chosen.items():
            period = find_period(heading) or find_period(f"{_year(found)}年{heading}")
            if period is None:
                detail = f"no period: {heading}"
                raise FileRefused(Refusal(found.file, "no_context", column=heading, sheet=found.sheet, detail=detail))
            values |= {"period_start": period[0].isoformat(), "period_end": period[1].isoformat()}
    if not chosen:
        detail = f"missing: {wide.pattern}; the file has: {', '.join(found.columns)[:300]}"
        raise FileRefused(Refusal(found.file, "missing_column", column=wide.pattern, sheet=found.sheet, detail=detail))
    return replace(wide, headings=chosen)


def _year(found: FoundTable) -> str:
    """The year that the lines above the table name, for headings that name only a month."""
    return str(found.period[0].year) if found.period else ""


def unpivot(batch: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """One row for every figure: `_row` of its line, `_heading`, `_value`, and what its heading stands for.

    A batch of a mapping without wide columns is given back as it is.
    """
    wide = mapping.wide
    if wide is None:
        return batch
    headings = [_as_in(batch.columns, heading) for heading in wide.headings]
    kept = [column for column in batch.columns if column not in headings]
    long = (
        batch.with_columns(pl.int_range(pl.len()).alias("_at"))
        .unpivot(headings, index=[*kept, "_at"], variable_name=HEADING, value_name=VALUE)
        .with_columns(pl.col(VALUE).str.strip_chars())
        .filter(pl.col(VALUE).is_not_null() & ~pl.col(VALUE).is_in(MISSING))
    )
    order = {heading: at for at, heading in enumerate(headings)}
    long = long.with_columns(pl.col(HEADING).replace_strict(order, return_dtype=pl.Int64).alias("_column"))
    long = long.sort("_at", "_column").drop("_at", "_column")
    stands = dict(zip(headings, wide.headings.values(), strict=True))
    fields = sorted({field for values in stands.values() for field in values})
    return long.with_columns(_stands_for(field, stands) for field in fields)


def _stands_for(field: str, stands: MappingType[str, MappingType[str, str]]) -> pl.Expr:
    words = {heading: values.get(field) for heading, values in stands.items()}
    return pl.col(HEADING).replace_strict(words, return_dtype=pl.String).alias(SET_BY + field)


def _as_in(columns: Sequence[str], heading: str) -> str:
    """A heading as the batch has it."""
    return next((column for column in columns if squeezed(column) == squeezed(heading)), heading)
