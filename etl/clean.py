"""Makes typed rows of one batch of text rows: map, strip, cast, resolve, hash; names every bad cell.

`clean` is row-wise and free of state besides its plan, so the same function can run in any worker over any part of a
file. A row with a bad cell stays in the frame, marked in `_bad`; the caller sets it aside.
"""

from __future__ import annotations

import polars as pl

from etl import cast, keys
from etl.bad_cells import BadCells
from etl.checks import check, may_be_prose, plain_ids, without_people
from etl.mapping import source_fields
from etl.plan import Cleaned, Plan
from etl.rates import read_rates
from etl.source_text import strip, text_of
from etl.units import UNIT_COLUMNS, days_of_rows, resolve_units, unknown_units
from warehouse import Column

POLARS_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "VARCHAR": pl.String,
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date,
    "BOOLEAN": pl.Boolean,
    "DOUBLE": pl.Float64,
    "UBIGINT": pl.UInt64,
    **cast.INTEGERS,
}
RATES = ("rate", "percent")
RECORDS = ("alert", "case", "training_result", "staff")


def polars_type(column: Column) -> pl.DataType | type[pl.DataType]:
    """The Polars type of a lake column."""
    return cast.polars_type(column.type) if column.type.startswith("DECIMAL") else POLARS_TYPES[column.type]


def clean(raw: pl.DataFrame, plan: Plan, file: str, part: int = 0) -> Cleaned:
    """Clean one batch.

    Args:
        raw: text columns as the file names them, and `_row` as the spreadsheet numbers it.
        plan: mapping, lookups, time zone and secret.
        file: name of the file, for refusals.
        part: number of the file in the load.
    """
    bad = BadCells(raw, file, plan)
    stripped = strip(raw, plan.mapping)
    by_column = {target: source for source, target in source_fields(plan.mapping.table).items()}
    found: dict[str, pl.Series] = {}
    columns = [column for column in plan.mapping.table.columns if not column.derived]
    if plan.lookups.dated:  # what a unit's name means may depend on the day, so days come first
        columns.sort(key=lambda column: column.name in UNIT_COLUMNS)
    for column in columns:
        days = days_of_rows(found, plan) if column.name in UNIT_COLUMNS else None
        found[column.name] = _column(stripped, plan, column, by_column[column.name], bad, days)
    units = unknown_units(stripped, plan, found)
    fell_back = _derive(found, plan)
    series = [found[column.name].alias(column.name) for column in plan.mapping.table.columns]
    flag = bad.mask if bad.mask is not None else pl.repeat(False, raw.height, dtype=pl.Boolean, eager=True)
    frame = pl.DataFrame(series).with_columns(
        _row=raw["_row"].cast(pl.Int64), _file=pl.lit(file), _part=pl.lit(part, pl.Int32), _bad=flag
    )
    return Cleaned(frame, bad.first(), units, bad.hidden, bad.no_rates, fell_back)


def _column(
    frame: pl.DataFrame, plan: Plan, column: Column, source: str, bad: BadCells, days: pl.Series | None
) -> pl.Series:
    rule = plan.mapping.rule(source)
    if rule is None or (not rule.constant and any(c not in frame.columns for c in rule.columns)):
        return _filled(pl.repeat(None, frame.height, dtype=polars_type(column), eager=True), column)
    text = text_of(frame, rule)
    named = " + ".join(rule.columns) or source
    if plan.has_lost_letters:
        bad.add(text.str.contains("\ufffd", literal=True), text, named, "lost_letters", private=column.private)
    if rule.suppressed:
        veiled = text.is_in(list(rule.suppressed)).fill_null(False)
        bad.add(veiled, text, named, "suppressed")
        text = text.set(veiled, None)
    if column.hashes:
        return keys.hash_series(text, column.hashes, plan.secret)
    written = text
    if rule.parse in RATES:
        text, told = read_rates(text, bare_is_percent=rule.parse == "percent")
        if told.any():
            bad.no_rates[named] = frame.filter(told)[rule.columns[0]].to_list()
    result = cast.cast(
        text,
        column,
        zone=plan.zone,
        formats=plan.mapping.date_formats,
        parse=rule.parse,
        date_system=plan.date_system,
        period=plan.period,
    )
    bad.add(result.bad, written, named, result.code)
    values = _filled(result.values, column)
    if column.type == "VARCHAR" and column.name.endswith("_id"):
        values = plain_ids(values, named, bad)
    elif plan.mapping.table.name in RECORDS and may_be_prose(column):
        values = without_people(values, named, bad)
    values = resolve_units(values, plan, column, named, bad, days)
    known_bad = result.bad
    if rule.suppressed:
        known_bad = veiled if known_bad is None else known_bad | veiled
    check(values, written, column, named, bad, known_bad)
    return values


def _filled(values: pl.Series, column: Column) -> pl.Series:
    if column.default is None or values.null_count() == 0:
        return values
    default = pl.Series("d", [str(column.default)], dtype=pl.String)
    typed = cast.cast(default, column, zone="UTC").values.cast(values.dtype)
    return values.fill_null(typed[0])


def _derive(found: dict[str, pl.Series], plan: Plan) -> int:
    """Groups from codes, and the institutions' flags; gives how many alerts take the group of their first category."""
    if plan.mapping.table.name != "alert":
        return 0
    days = found["reported_at"].dt.date()
    scheme = found["category_scheme"]
    found["category_group"] = plan.lookups.groups(found["category_code"], scheme, days)
    initial = found["category_code_initial"]
    fell_back = 0
    if initial.null_count() == len(initial):
        found["category_group_initial"] = initial
    else:
        group = plan.lookups.groups(initial, scheme, days)
        found["category_group_initial"] = (
            pl.DataFrame({"g": group, "i": initial}).select(pl.when(pl.col("i").is_not_null()).then("g")).to_series()
        )
        only_first = found["category_code"].is_null() & initial.is_not_null()
        fell_back = int(only_first.sum())
        if fell_back:
            found["category_group"] = found["category_group"].zip_with(~only_first, group)
    for kind, key, flag in (("phone", "caller_key", "is_service_caller"), ("address", "place_key", "is_service_place")):
        listed = plan.service.get(kind)
        if listed:
            found[flag] = found[flag] | found[key].is_in(list(listed)).fill_null(False)
    return fell_back
