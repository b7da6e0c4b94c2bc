"""Makes typed rows of one batch of text rows: map, strip, cast, resolve, hash; names every bad cell.

`clean` is row-wise and free of state besides its plan, so the same function can run in any worker over any part of a
file. A row with a bad cell stays in the frame, marked in `_bad`; the caller sets it aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import polars as pl

from etl import cast, keys
from etl.errors import Refusal, mask
from etl.lookups import Lookups
from etl.mapping import FieldRule, Mapping, source_fields
from etl.rates import read_rates
from etl.times import Period
from warehouse import Column

SPOILT_ID = r"^'?[0-9](\.[0-9]+)?[eE]\+[0-9]+$"
LONG_ID = r"^[0-9]{16,}$"
ZEROED_ID = r"^[0-9]{15}0+$"
SAMPLED = 100
LISTED_LIMIT = 100_000
"""So many bad cells of a load are named; beyond that the mapping is wrong, and the count says the rest."""
POLARS_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "VARCHAR": pl.String,
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date,
    "BOOLEAN": pl.Boolean,
    "DOUBLE": pl.Float64,
    "UBIGINT": pl.UInt64,
    **cast.INTEGERS,
}
UNIT_COLUMNS = {
    "station_code": "station",
    "station_code_initial": "station",
    "org_code": "org",
    "district_code": "district",
}
DAYS = {"alert": ("reported_at",), "case": ("filed_at", "accepted_at", "reported_at"), "training_result": ("held_on",),
        "staff": ("as_of",), "population": ("as_of",), "indicator_return": ("period_start",)}  # fmt: skip
RATES = ("rate", "percent")
RECORDS = ("alert", "case", "training_result", "staff")
LONGEST_WORD = 60
PERSONAL_NUMBER = r"(^|[^0-9])(?:1[3-9][0-9](?:[ -]?[0-9]{4}){2}|[0-9]{17}[0-9Xx])($|[^0-9])"
DEFINES = {"station": "station_code", "district": "district_code"}


class Allowance:
    """How many more cells of a load may be named; shared by its workers."""

    def __init__(self, left: int = LISTED_LIMIT) -> None:
        """Begin with `left`."""
        self._left = left
        self._guard = Lock()

    def take(self, wanted: int) -> int:
        """As many of `wanted` as are left."""
        with self._guard:
            given = min(wanted, self._left)
            self._left -= given
            return given


@dataclass(frozen=True, slots=True)
class Plan:
    """All that cleaning needs besides the rows."""

    mapping: Mapping
    lookups: Lookups
    zone: str
    secret: bytes
    service: dict[str, frozenset[int]] = field(default_factory=dict)
    has_lost_letters: bool = False
    sheet: str | None = None
    first_row: int = 2
    date_system: int = 1900
    period: Period | None = None
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One cleaned batch: typed rows with `_row`, `_file`, `_part`, `_bad`; refusals; new units.

    `hidden`: how many cells lost a personal number. `fell_back`: how many alerts take their group from the category at
    first, because they have none now.
    """

    frame: pl.DataFrame
    refusals: list[Refusal]
    units: pl.DataFrame | None
    hidden: int = 0
    no_rates: dict[str, list[str]] = field(default_factory=dict)
    fell_back: int = 0


def polars_type(column: Column) -> pl.DataType | type[pl.DataType]:
    """The Polars type of a lake column."""
    return cast.polars_type(column.type) if column.type.startswith("DECIMAL") else POLARS_TYPES[column.type]


def service_keys(mapping: Mapping, secret: bytes) -> dict[str, frozenset[int]]:
    """Hashes of the institutions' numbers and places that the mapping lists."""
    found = {}
    for kind, values in (("phone", mapping.service_callers), ("address", mapping.service_places)):
        hashed = keys.hash_series(pl.Series("v", values, dtype=pl.String), kind, secret) if values else pl.Series([])
        found[kind] = frozenset(hashed.drop_nulls().to_list())
    return found


class _Bad:
    """Collects which rows are bad, and the first cells by name."""

    def __init__(self, raw: pl.DataFrame, file: str, plan: Plan) -> None:
        self.rows = raw["_row"]
        self.headings = raw["_heading"] if "_heading" in raw.columns else None
        self.file = file
        self.sheet = plan.sheet
        self.allowance = plan.allowance
        self.begins = bool(len(raw) and raw["_row"][0] == plan.first_row)
        self.mask: pl.Series | None = None
        self.refusals: list[Refusal] = []
        self.told: set[Refusal] = set()
        self.hidden = 0
        self.no_rates: dict[str, list[str]] = {}

    def add(self, bad: pl.Series | None, text: pl.Series | None, column: str, code: str, private: bool = False) -> None:
        if bad is None or not bad.any():
            return
        bad = bad.fill_null(False)
        self.mask = bad if self.mask is None else self.mask | bad
        where = bad.arg_true()
        if self.headings is not None and not column.startswith("_"):  # one cell of the line that many figures share
            where = where.filter(self.rows.gather(where).is_first_distinct())
        where = where[: self.allowance.take(len(where))]
        cells = text.gather(where).to_list() if text is not None else [None] * len(where)
        named = [column] * len(where)
        if self.headings is not None and column.startswith("_"):
            named = self.headings.gather(where).to_list()
        for row, name, cell in zip(self.rows.gather(where).to_list(), named, cells, strict=True):
            shown = mask(cell) if private else cell
            refusal = Refusal(self.file, code, row, name, shown, self.sheet)
            if refusal not in self.told:  # two fields may be read from one cell
                self.told.add(refusal)
                self.refusals.append(refusal)

    def first(self) -> list[Refusal]:
        """The bad cells, row by row as the file has them."""
        return sorted(self.refusals, key=lambda refusal: refusal.row or 0)


def clean(raw: pl.DataFrame, plan: Plan, file: str, part: int = 0) -> Cleaned:
    """Clean one batch.

    Args:
        raw: text columns as the file names them, and `_row` as the spreadsheet numbers it.
        plan: mapping, lookups, time zone and secret.
        file: name of the file, for refusals.
        part: number of the file in the load.
    """
    bad = _Bad(raw, file, plan)
    stripped = _strip(raw, plan)
    by_column = {target: source for source, target in source_fields(plan.mapping.table).items()}
    found: dict[str, pl.Series] = {}
    columns = [column for column in plan.mapping.table.columns if not column.derived]
    if plan.lookups.dated:  # what a unit's name means may depend on the day, so days come first
        columns.sort(key=lambda column: column.name in UNIT_COLUMNS)
    for column in columns:
        days = _days(found, plan) if column.name in UNIT_COLUMNS else None
        found[column.name] = _column(stripped, plan, column, by_column[column.name], bad, days)
    units = _units(stripped, plan, found)
    fell_back = _derive(found, plan)
    series = [found[column.name].alias(column.name) for column in plan.mapping.table.columns]
    flag = bad.mask if bad.mask is not None else pl.repeat(False, raw.height, dtype=pl.Boolean, eager=True)
    frame = pl.DataFrame(series).with_columns(
        _row=raw["_row"].cast(pl.Int64), _file=pl.lit(file), _part=pl.lit(part, pl.Int32), _bad=flag
    )
    return Cleaned(frame, bad.first(), units, bad.hidden, bad.no_rates, fell_back)


def _strip(raw: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Words without white space at both ends; times and numbers are tidied only where the plain cast fails."""
    tidy = {
        column
        for rule in plan.mapping.fields
        for column in rule.columns
        if rule.values or rule.true_values or rule.missing or source_type(plan.mapping, rule) in ("VARCHAR", "BOOLEAN")
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


def _column(
    frame: pl.DataFrame, plan: Plan, column: Column, source: str, bad: _Bad, days: pl.Series | None
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
        values = _ids(values, named, bad)
    elif plan.mapping.table.name in RECORDS and _may_be_prose(column):
        values = _without_people(values, named, bad)
    values = _resolve(values, plan, column, named, bad, days)
    known_bad = result.bad
    if rule.suppressed:
        known_bad = veiled if known_bad is None else known_bad | veiled
    _check(values, written, column, named, bad, known_bad)
    return values


def _may_be_prose(column: Column) -> bool:
    return column.type == "VARCHAR" and not column.enum and not column.name.endswith("_code")


def _without_people(values: pl.Series, named: str, bad: _Bad) -> pl.Series:
    """Words of a record without telephone and identity numbers; running text, which may name people, is refused."""
    bad.add(values.str.len_chars() > LONGEST_WORD, values, named, "running_text", private=True)
    if not values.str.contains(PERSONAL_NUMBER).any():
        return values
    bad.hidden += int(values.str.contains(PERSONAL_NUMBER).sum())
    hidden = values.str.replace_all(PERSONAL_NUMBER, "${1}***${2}")
    return hidden.str.replace_all(PERSONAL_NUMBER, "${1}***${2}")  # two with one sign between them share it


def _filled(values: pl.Series, column: Column) -> pl.Series:
    if column.default is None or values.null_count() == 0:
        return values
    default = pl.Series("d", [str(column.default)], dtype=pl.String)
    typed = cast.cast(default, column, zone="UTC").values.cast(values.dtype)
    return values.fill_null(typed[0])


def _ids(values: pl.Series, named: str, bad: _Bad) -> pl.Series:
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


def _days(found: dict[str, pl.Series], plan: Plan) -> pl.Series | None:
    """The day of each row, by which a name that units had one after the other is understood."""
    dates = [found[name].cast(pl.Date) for name in DAYS.get(plan.mapping.table.name, ()) if name in found]
    return pl.select(pl.coalesce(dates)).to_series() if dates else None


def _resolve(values: pl.Series, plan: Plan, column: Column, named: str, bad: _Bad, days: pl.Series | None) -> pl.Series:
    kind = UNIT_COLUMNS.get(column.name)
    if kind is None or DEFINES.get(plan.mapping.table.name) == column.name or plan.mapping.units is not None:
        return values
    lookups = plan.lookups
    resolve: dict[str, Callable[[str], str | None]] = {
        "station": lookups.station,
        "org": lookups.org,
        "district": lookups.district,
    }
    known = lookups.districts if kind == "district" else lookups.stations
    strange = [
        value for value in values.unique().drop_nulls().to_list() if value not in known and value != column.default
    ]
    if not strange:
        return values
    dated = [value for value in strange if re.sub(r"\s+", "", value) in lookups.dated]
    for value in dated if days is not None else ():
        assert days is not None
        rows = (values == value).fill_null(False)
        units = lookups.of_days(value, days.filter(rows)).fill_null(value)
        values = values.scatter(rows.arg_true(), units)
    meant = {value: resolve[kind](value) for value in strange}
    unknown = [value for value, code in meant.items() if code is None]
    if unknown:
        code = "unknown_district" if kind == "district" else "unknown_station"
        bad.add(values.is_in(unknown), values, named, code)
    return values.replace({value: code for value, code in meant.items() if code is not None and code != value})


def _check(
    values: pl.Series, text: pl.Series, column: Column, named: str, bad: _Bad, cast_bad: pl.Series | None
) -> None:
    if column.required and values.null_count():
        missing = values.is_null()
        bad.add(missing if cast_bad is None else missing & ~cast_bad, text, named, "required")
    for limit, outside in ((column.minimum, values.__lt__), (column.maximum, values.__gt__)):
        if limit is not None:
            bad.add(outside(limit), text, named, "out_of_range")
    if column.type.startswith("DECIMAL"):
        precision, scale = column.type[8:-1].split(",")
        bad.add(values.abs() >= 10 ** (int(precision) - int(scale)), text, named, "out_of_range")


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


def _units(frame: pl.DataFrame, plan: Plan, found: dict[str, pl.Series]) -> pl.DataFrame | None:
    """Units in the batch that the lake lacks, where the mapping registers them: code, district, name, first seen."""
    rule = plan.mapping.units
    if rule is None:
        return None
    code = found["station_code"] if "station_code" in found else found["org_code"]
    district = text_of(frame, rule.district) if rule.district else code
    name = text_of(frame, rule.name) if rule.name else code
    seen = pl.DataFrame({"station_code": code, "district_code": district, "name": name})
    seen = (
        seen.drop_nulls("station_code")
        .group_by("station_code")
        .agg(pl.col("district_code", "name").min(), rows=pl.len())
    )
    known = plan.lookups.stations if rule.district else plan.lookups.districts
    return seen.filter(~pl.col("station_code").is_in(list(known)))
