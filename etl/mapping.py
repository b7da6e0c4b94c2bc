"""Mapping files: how the columns of one source become the fields of one table.

A mapping is YAML under `data/mappings/` (or anywhere, by path). `fields` names, for every field, where it comes from:

    field: Column                         the column as it is
    field: {column: C, map: {a: b}, default: d}      values replaced; `default` for what the map lacks
    field: {columns: [A, B], join: "/"}   several columns joined; `missing` stands for an empty part
    field: {constant: value}
    field: {column: C, take: 1}           its first characters
    field: {column: C, parse: epoch_ms}   milliseconds since 1970 in UTC, turned into the lake's time zone
    field: {column: C, true_values: [..]} true for these, false for others, empty for empty
    field: {column: C, missing: X}        X where the cell is empty

The mapping `plain` needs no file: every column is named as its field.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from etl.errors import UsageError
from warehouse import Table, table, tables

FOLDER = Path(__file__).resolve().parent.parent / "data" / "mappings"
PLAIN = "plain"
OnError = Literal["reject", "quarantine"]
PARSERS = (None, "epoch_ms", "epoch_s")
FIELD_KEYS = {"column", "columns", "join", "missing", "constant", "map", "default", "take", "parse", "true_values"}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where one field comes from; see the module's text."""

    field: str
    columns: tuple[str, ...] = ()
    join: str = ""
    missing: str | None = None
    constant: str | None = None
    values: tuple[tuple[str, str | None], ...] = ()
    default: str | None = None
    has_default: bool = False
    take: int | None = None
    parse: str | None = None
    true_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitRule:
    """How stations and districts that the lake lacks are registered from the file.

    `district` and `name` are field rules; a row whose district is not in `districts` (when given) is another unit.
    """

    district: FieldRule
    name: FieldRule | None = None
    districts: tuple[str, ...] = ()
    other_stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """Codes that match the pattern belong to the group."""

    pattern: str
    group: str
    is_police_matter: bool = True


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping, ready to use. `digest` changes when its content does."""

    name: str
    table: Table
    fields: tuple[FieldRule, ...]
    digest: str = ""
    title: str = ""
    delimiter: str = ","
    encoding: str | None = None
    on_error: OnError = "reject"
    date_formats: tuple[str, ...] = ()
    settings: MappingType[str, str] = field(default_factory=dict)
    units: UnitRule | None = None
    categories: tuple[CategoryRule, ...] = ()
    service_callers: tuple[str, ...] = ()
    service_places: tuple[str, ...] = ()
    events: tuple[MappingType[str, Any], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping reads, in order, once."""
        rules = list(self.fields)
        if self.units:
            rules += [rule for rule in (self.units.district, self.units.name) if rule]
        return tuple(dict.fromkeys(column for rule in rules for column in rule.columns))

    def rule(self, name: str) -> FieldRule | None:
        """The rule of a field, if it has one."""
        return next((rule for rule in self.fields if rule.field == name), None)


def source_fields(table_: Table) -> dict[str, str]:
    """What a mapping may name, and the lake's column that it fills (`phone` fills `caller_key`)."""
    return {column.source_name: column.name for column in table_.columns if not column.derived}


def available() -> list[str]:
    """Names of the mappings that come with the project, `plain` first."""
    return [PLAIN, *sorted(path.stem for path in FOLDER.glob("*.yaml"))]


def load_mapping(name: str, table_name: str) -> Mapping:
    """The mapping of that name or path, for a table.

    Raises:
        UsageError: no such table or mapping, it is made for another table, or it is not well-formed.
    """
    if table_name not in tables():
        raise UsageError(f"there is no table {table_name}; there are: {', '.join(tables())}")
    wanted = table(table_name)
    if name == PLAIN:
        rules = tuple(FieldRule(field, (field,)) for field in source_fields(wanted))
        return Mapping(PLAIN, wanted, rules, digest=PLAIN)
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise UsageError(f"there is no mapping {name}; there are: {', '.join(available())}, or give a YAML file")
    try:
        text = path.read_text(encoding="utf-8")
        spec = yaml.safe_load(text)
        mapping = _parse(path.stem, spec, wanted, hashlib.sha256(text.encode()).hexdigest()[:12])
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise UsageError(f"the mapping {path} is not well-formed: {error}") from error
    return mapping


def _parse(name: str, spec: dict[str, Any], wanted: Table, digest: str) -> Mapping:
    if spec["table"] != wanted.name:
        raise UsageError(f"the mapping {name} is made for the table {spec['table']}, not {wanted.name}")
    allowed = source_fields(wanted)
    unknown = [key for key in spec["fields"] if key not in allowed]
    if unknown:
        raise UsageError(f"the mapping {name} names fields that {wanted.name} does not have: {', '.join(unknown)}")
    on_error = spec.get("on_error", "reject")
    if on_error not in get_args(OnError):
        raise UsageError(f"the mapping {name} says on_error: {on_error}; it can be {' or '.join(get_args(OnError))}")
    units = spec.get("units")
    return Mapping(
        name=name,
        table=wanted,
        fields=tuple(_rule(key, value) for key, value in spec["fields"].items()),
        digest=digest,
        title=spec.get("title", name),
        delimiter=spec.get("delimiter", ","),
        encoding=spec.get("encoding"),
        on_error=on_error,
        date_formats=tuple(spec.get("date_formats", ())),
        settings={key: str(value) for key, value in spec.get("settings", {}).items()},
        units=_unit_rule(units) if units else None,
        categories=tuple(_category_rule(rule) for rule in spec.get("categories", ())),
        service_callers=tuple(str(value) for value in spec.get("service_callers", ())),
        service_places=tuple(str(value) for value in spec.get("service_places", ())),
        events=tuple(spec.get("events", ())),
    )


def _category_rule(spec: dict[str, Any]) -> CategoryRule:
    re.compile(spec["pattern"])
    groups = table("category_map").column("category_group").enum
    if spec["group"] not in groups:
        raise UsageError(f"there is no group {spec['group']}; there are: {', '.join(groups)}")
    return CategoryRule(spec["pattern"], spec["group"], spec.get("is_police_matter", True))


def _unit_rule(spec: dict[str, Any]) -> UnitRule:
    return UnitRule(
        district=_rule("district", spec["district"]),
        name=_rule("name", spec["name"]) if "name" in spec else None,
        districts=tuple(str(value) for value in spec.get("districts", ())),
        other_stations=tuple(str(value) for value in spec.get("other_stations", ())),
    )


def _rule(name: str, spec: Any) -> FieldRule:  # noqa: ANN401 - YAML
    if isinstance(spec, str):
        return FieldRule(name, (spec,))
    strange = set(spec) - FIELD_KEYS
    if strange:
        raise UsageError(f"the rule of {name} has words that mean nothing here: {', '.join(sorted(strange))}")
    if spec.get("parse") not in PARSERS:
        raise UsageError(f"the rule of {name} says parse: {spec['parse']}; it can be epoch_ms or epoch_s")
    columns = tuple(spec["columns"]) if "columns" in spec else (spec["column"],) if "column" in spec else ()
    constant = spec.get("constant")
    return FieldRule(
        field=name,
        columns=columns,
        join=spec.get("join", ""),
        missing=spec.get("missing"),
        constant=None if constant is None else str(constant),
        values=tuple((str(k), None if v is None else str(v)) for k, v in spec.get("map", {}).items()),
        default=None if spec.get("default") is None else str(spec["default"]),
        has_default="default" in spec,
        take=spec.get("take"),
        parse=spec.get("parse"),
        true_values=tuple(str(value) for value in spec.get("true_values", ())),
    )
