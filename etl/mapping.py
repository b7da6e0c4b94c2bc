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
    field: {column: C, parse: rate}       12.34%, ↓36.36%, 下降5.3%, 持平 as a fraction; `percent`: so is a bare 12.34
    field: {column: C, parse: period_start}  the first day of 2024年1月; `period_end`: the first day after it
    field: {column: C, parse: last_day}   a last day, kept as the first day after it
    field: {column: C, suppressed: [s]}   the source's sign for a figure it does not tell
    field: {context: period_start}        what stands around the table (also period_end, title, unit, sheet, file, and
                                          `line:指标` for what a line above the table says after 指标：)

`unpivot` names columns whose headings stand for values (etl/unpivot.py), `sections` the titles of tables below each
other (etl/sections.py), `checks` the changes that the file states and that are recomputed (etl/published.py).

What is misspelt is refused with the words that exist, before a file is opened.
The mapping `plain` needs no file: every column is named as its field.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import available_timezones

import polars as pl
import yaml

from etl.encoding import known_name
from etl.errors import UsageError
from etl.rules import (
    CategoryRule,
    CheckRule,
    FieldRule,
    Mapping,
    OnError,
    SectionRule,
    UnitRule,
    WideRule,
    source_fields,
)
from warehouse import Table, table, tables

__all__ = [
    "CategoryRule", "CheckRule", "FieldRule", "Mapping", "OnError", "SectionRule", "UnitRule", "WideRule", "available",
    "load_mapping", "source_fields",
]  # fmt: skip

FOLDER = Path(__file__).resolve().parent.parent / "data" / "mappings"
PLAIN = "plain"
PARSERS = (None, "epoch_ms", "epoch_s", "rate", "percent", "period_start", "period_end", "last_day")
MAPPING_KEYS = (
    "table", "title", "delimiter", "encoding", "on_error", "date_formats", "settings", "fields", "units", "categories",
    "service_callers", "service_places", "events", "fingerprints", "unpivot", "sections",
    "checks",
)  # fmt: skip
FIELD_KEYS = (
    "column",
    "columns",
    "join",
    "missing",
    "constant",
    "map",
    "default",
    "take",
    "parse",
    "true_values",
    "context",
    "suppressed",
)
CONTEXTS = ("period_start", "period_end", "title", "unit", "sheet", "file")
LINE = "line:"
SECTION_KEYS = ("pattern", "totals")
CHECK_KEYS = ("published", "current", "base", "percent")
WIDE_KEYS = ("value", "columns", "pattern", "period")
UNIT_KEYS = ("district", "name", "districts", "other_stations")
CATEGORY_KEYS = ("pattern", "group", "is_police_matter")
SETTINGS = ("city_zh", "city_en", "time_zone", "code_scheme", "week_start", "appraisal_year_start")


def available() -> list[str]:
    """Names of the mappings that come with the project, `plain` first."""
    return [PLAIN, *sorted(path.stem for path in FOLDER.glob("*.yaml"))]


def load_mapping(name: str, table_name: str, saved: Path | None = None) -> Mapping:
    """The mapping of that name or path, for a table; those in the folder `saved` come before the project's own.

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
    if saved is not None and path.parent == FOLDER and (saved / path.name).is_file():
        path = saved / path.name
    if not path.is_file():
        raise UsageError(f"there is no mapping {name}; there are: {', '.join(available())}, or give a YAML file")
    try:
        text = path.read_text(encoding="utf-8")
        return _parse(path.stem, yaml.safe_load(text), wanted, hashlib.sha256(text.encode()).hexdigest()[:12])
    except KeyError as error:
        raise UsageError(f"the mapping {path} lacks the word {error}") from error
    except (yaml.YAMLError, TypeError, ValueError, AttributeError, re.error) as error:
        raise UsageError(f"the mapping {path} is not well-formed: {error}") from error


def _known(given: object, allowed: Collection[str], where: str) -> dict[str, Any]:
    """A part of the YAML, after a look whether all its words are known."""
    if not isinstance(given, dict):
        raise UsageError(f"{where} should be a list of `word: value`; its words can be: {', '.join(allowed)}")
    strange = [str(key) for key in given if key not in allowed]
    if strange:
        raise UsageError(
            f"{where} has words that mean nothing here: {', '.join(strange)}; it can have: {', '.join(allowed)}"
        )
    return given


def _several(spec: dict[str, Any], key: str, where: str) -> tuple[Any, ...]:
    values = spec.get(key, ())
    if not isinstance(values, list | tuple):
        raise UsageError(f"{key} in {where} should be a list: [a, b]")
    return tuple(values)


def _parse(name: str, whole: object, wanted: Table, digest: str) -> Mapping:
    here = f"the mapping {name}"
    spec = _known(whole, MAPPING_KEYS, here)
    lacking = [key for key in ("table", "fields") if key not in spec]
    if lacking:
        raise UsageError(f"{here} lacks: {', '.join(lacking)}")
    if spec["table"] != wanted.name:
        raise UsageError(f"{here} is made for the table {spec['table']}, not {wanted.name}")
    on_error = spec.get("on_error", "reject")
    if on_error not in get_args(OnError):
        raise UsageError(f"{here} says on_error: {on_error}; it can be {' or '.join(get_args(OnError))}")
    fields = _known(spec["fields"], source_fields(wanted), f"`fields` of {here}, for the table {wanted.name},")
    settings = {
        key: str(value) for key, value in _known(spec.get("settings", {}), SETTINGS, f"`settings` of {here}").items()
    }
    if settings.get("time_zone", "UTC") not in available_timezones():
        raise UsageError(f"{here} has a time zone that does not exist: {settings['time_zone']}")
    delimiter = str(spec.get("delimiter", ","))
    if len(delimiter.encode()) != 1:
        raise UsageError(f"{here} has the delimiter «{delimiter}»; it must be one of the signs of ASCII")
    return Mapping(
        name=name,
        table=wanted,
        fields=tuple(_rule(key, value) for key, value in fields.items()),
        digest=digest,
        title=spec.get("title", name),
        delimiter=delimiter,
        encoding=known_name(spec["encoding"]) if spec.get("encoding") else None,
        on_error=on_error,
        date_formats=tuple(_date_format(form) for form in _several(spec, "date_formats", here)),
        settings=settings,
        units=_unit_rule(spec["units"], wanted, here) if spec.get("units") else None,
        categories=tuple(_category_rule(rule, here) for rule in _several(spec, "categories", here)),
        service_callers=tuple(str(value) for value in _several(spec, "service_callers", here)),
        service_places=tuple(str(value) for value in _several(spec, "service_places", here)),
        events=tuple(
            _known(event, table("event").names, f"an event of {here}") for event in _several(spec, "events", here)
        ),
        sections=_section_rule(spec["sections"], here) if spec.get("sections") else None,
        checks=tuple(_check_rule(check, here) for check in _several(spec, "checks", here)),
        wide=_wide_rule(spec["unpivot"], fields, wanted, here) if spec.get("unpivot") else None,
    )


def _date_format(form: object) -> str:
    """A format that gives a day back as it wrote it; any other would be noticed only in the middle of a file."""
    day = pl.Series([datetime(2024, 12, 31)])
    try:
        found = day.dt.strftime(str(form)).str.to_datetime(str(form), strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        found = pl.Series([None])
    if found.to_list() != day.to_list():
        raise UsageError(f"the date format {form} does not say year, month and day, as %Y-%m-%d does")
    return str(form)


def _category_rule(given: object, where: str) -> CategoryRule:
    spec = _known(given, CATEGORY_KEYS, f"a category of {where}")
    re.compile(spec["pattern"])
    groups = table("category_map").column("category_group").enum
    if spec["group"] not in groups:
        raise UsageError(f"there is no group {spec['group']}; there are: {', '.join(groups)}")
    return CategoryRule(spec["pattern"], spec["group"], spec.get("is_police_matter", True))


def _wide_rule(given: object, fields: dict[str, Any], wanted: Table, where: str) -> WideRule:
    spec = _known(given, WIDE_KEYS, f"`unpivot` of {where}")
    value = str(spec["value"])
    _known({value: None}, source_fields(wanted), f"`value` of `unpivot` of {where}")
    pattern = str(spec.get("pattern") or "")
    re.compile(pattern)
    given_columns = spec.get("columns") or {}
    headings = {
        str(heading): {
            str(field): str(word)
            for field, word in _known(words or {}, source_fields(wanted), f"the column {heading} of `unpivot`").items()
        }
        for heading, words in given_columns.items()
    }
    if not headings and not pattern:
        raise UsageError(f"`unpivot` of {where} names no columns and no pattern")
    said = [tuple(sorted(words.items())) for words in headings.values()]
    if len(set(said)) < len(said) and not spec.get("period"):
        raise UsageError(f"`unpivot` of {where} has two columns that stand for the same")
    rule = _rule(value, dict(fields[value]) | {"column": "_value"}) if isinstance(fields.get(value), dict) else None
    return WideRule(value, headings, pattern, bool(spec.get("period")), rule)


def _check_rule(given: object, where: str) -> CheckRule:
    spec = _known(given, CHECK_KEYS, f"a check of {where}")
    return CheckRule(str(spec["published"]), str(spec["current"]), str(spec["base"]), percent=bool(spec.get("percent")))


def _section_rule(given: object, where: str) -> SectionRule:
    spec = _known(given, SECTION_KEYS, f"`sections` of {where}")
    pattern, totals = str(spec["pattern"]), str(spec.get("totals") or "")
    if re.compile(pattern).groups != 1:
        raise UsageError(f"the pattern of `sections` of {where} needs one group in brackets: the section's name")
    re.compile(totals)
    return SectionRule(pattern, totals)


def _unit_rule(given: object, wanted: Table, where: str) -> UnitRule:
    spec = _known(given, UNIT_KEYS, f"`units` of {where}")
    return UnitRule(
        district=_rule("district", spec["district"]) if "district" in spec or "org_code" not in wanted.names else None,
        name=_rule("name", spec["name"]) if "name" in spec else None,
        districts=tuple(str(value) for value in _several(spec, "districts", where)),
        other_stations=tuple(str(value) for value in _several(spec, "other_stations", where)),
    )


def _rule(name: str, given: object) -> FieldRule:
    if isinstance(given, str):
        return FieldRule(name, (given,))
    spec = _known(given, FIELD_KEYS, f"the rule of {name}")
    if spec.get("parse") not in PARSERS:
        raise UsageError(f"the rule of {name} says parse: {spec['parse']}; it can be {', '.join(PARSERS[1:])}")
    columns = _several(spec, "columns", f"the rule of {name}") or ((spec["column"],) if "column" in spec else ())
    constant, context = spec.get("constant"), spec.get("context")
    if context is not None and context not in CONTEXTS and not str(context).startswith(LINE):
        raise UsageError(f"the rule of {name} says context: {context}; it can be {', '.join(CONTEXTS)}")
    if not columns and constant is None and context is None:
        raise UsageError(f"the rule of {name} names no column, no columns, no constant and no context")
    return FieldRule(
        field=name,
        columns=tuple(str(column) for column in columns),
        join=spec.get("join", ""),
        missing=spec.get("missing"),
        constant=None if constant is None else str(constant),
        values=tuple((str(k), None if v is None else str(v)) for k, v in spec.get("map", {}).items()),
        default=None if spec.get("default") is None else str(spec["default"]),
        has_default="default" in spec,
        take=None if spec.get("take") is None else int(spec["take"]),
        parse=spec.get("parse"),
        true_values=tuple(str(value) for value in _several(spec, "true_values", f"the rule of {name}")),
        context=context,
        suppressed=tuple(str(value) for value in _several(spec, "suppressed", f"the rule of {name}")),
    )
