"""The text that a rule of the mapping makes of a file's columns, before any cast."""

from __future__ import annotations

import polars as pl

from etl.mapping import FieldRule, Mapping, source_fields


def strip(raw: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """Words without white space at both ends; times and numbers are tidied only where the plain cast fails."""
    tidy = {
        column
        for rule in mapping.fields
        for column in rule.columns
        if rule.values or rule.true_values or rule.missing or source_type(mapping, rule) in ("VARCHAR", "BOOLEAN")
    }
    return raw.with_columns(pl.col(column).str.strip_chars() for column in raw.columns if column in tidy)


def source_type(mapping: Mapping, rule: FieldRule) -> str:
    """The lake's type of the column that a rule fills; the raw text behind a hash needs no tidying here."""
    return mapping.table.column(source_fields(mapping.table)[rule.field]).type


def text_of(frame: pl.DataFrame, rule: FieldRule) -> pl.Series:
    """The text that a rule makes of a frame's columns (stripped), before casting."""
    if rule.constant is not None:
        return pl.repeat(rule.constant, frame.height, dtype=pl.String, eager=True)
    parts = [frame[column] for column in rule.columns]
    if rule.missing is not None:
        parts = [part.replace("", None).fill_null(rule.missing) for part in parts]
    text = parts[0] if len(parts) == 1 else frame.select(
        pl.concat_str(parts, separator=rule.join, ignore_nulls=True).alias("t")
    ).to_series()  # fmt: skip
    if rule.take:
        text = text.str.slice(0, rule.take)
    if rule.values or rule.has_default:
        pairs = dict(rule.values)
        default = rule.default if rule.has_default else text
        text = (
            text.replace_strict(pairs, default=default, return_dtype=pl.String)
            if pairs
            else text.fill_null(rule.default)
        )
        if rule.has_default and rule.default is not None:
            text = text.fill_null(rule.default)
    if rule.true_values:
        listed = text.is_in(list(rule.true_values))
        text = pl.DataFrame({"l": listed}).select(pl.when("l").then(pl.lit("1")).otherwise(pl.lit("0"))).to_series()
    return text
