"""What is wrong with a cell that was read: spoilt numbers, personal data in words, values out of range."""

from __future__ import annotations

import polars as pl

from etl.bad_cells import BadCells
from warehouse import Column

SPOILT_ID = r"^'?[0-9](\.[0-9]+)?[eE]\+[0-9]+$"
LONG_ID = r"^[0-9]{16,}$"
ZEROED_ID = r"^[0-9]{15}0+$"
SAMPLED = 100
LONGEST_WORD = 60
PERSONAL_NUMBER = r"(^|[^0-9])(?:1[3-9][0-9](?:[ -]?[0-9]{4}){2}|[0-9]{17}[0-9Xx])($|[^0-9])"


def plain_ids(values: pl.Series, named: str, bad: BadCells) -> pl.Series:
    """Numbers of records as text; those that a spreadsheet has rounded are bad."""
    if values.str.contains("+", literal=True).any():
        bad.add(values.str.contains(SPOILT_ID), values, named, "spoilt_id")
    elif _rounded(values, bad.begins):
        bad.add(values.str.contains(ZEROED_ID), values, named, "spoilt_id")
    quoted = values.str.starts_with("'")
    return values.str.strip_prefix("'") if quoted.any() else values


def _rounded(values: pl.Series, whole: bool) -> bool:
    """Whether every long number among the ids ends in zeros from its 16th digit on: Excel has rounded them.

    One alone may end so by chance, unless it is all there is to judge by (`whole`).
    """
    sample = values.drop_nulls().head(SAMPLED)
    if not sample.str.contains(ZEROED_ID).any():
        return False
    long = values.filter(values.str.contains(LONG_ID).fill_null(False))
    return bool(long.str.contains(ZEROED_ID).all()) and (len(long) > 1 or whole)


def may_be_prose(column: Column) -> bool:
    """Whether a column holds words that somebody may have written freely."""
    return column.type == "VARCHAR" and not column.enum and not column.name.endswith("_code")


def without_people(values: pl.Series, named: str, bad: BadCells) -> pl.Series:
    """Words of a record without telephone and identity numbers; running text, which may name people, is refused."""
    bad.add(values.str.len_chars() > LONGEST_WORD, values, named, "running_text", private=True)
    if not values.str.contains(PERSONAL_NUMBER).any():
        return values
    bad.hidden += int(values.str.contains(PERSONAL_NUMBER).sum())
    hidden = values.str.replace_all(PERSONAL_NUMBER, "${1}***${2}")
    return hidden.str.replace_all(PERSONAL_NUMBER, "${1}***${2}")  # two with one sign between them share it


def check(
    values: pl.Series, text: pl.Series, column: Column, named: str, bad: BadCells, cast_bad: pl.Series | None
) -> None:
    """Name the cells that are missing or out of range."""
    if column.required and values.null_count():
        missing = values.is_null()
        bad.add(missing if cast_bad is None else missing & ~cast_bad, text, named, "required")
    for limit, outside in ((column.minimum, values.__lt__), (column.maximum, values.__gt__)):
        if limit is not None:
            bad.add(outside(limit), text, named, "out_of_range")
    if column.type.startswith("DECIMAL"):
        precision, scale = column.type[8:-1].split(",")
        bad.add(values.abs() >= 10 ** (int(precision) - int(scale)), text, named, "out_of_range")
