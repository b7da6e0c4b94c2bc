"""What a mapping says, as data: the rules that etl/mapping.py reads from YAML and etl/clean.py follows."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any, Literal

from warehouse import Table

OnError = Literal["reject", "quarantine"]
SECTION = "_section"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where one field comes from; see the text of etl/mapping.py."""

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
    context: str | None = None
    suppressed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WideRule:
    """Columns whose headings stand for values; see etl/unpivot.py. `rule` says more of how the figures are read."""

    value: str
    headings: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    pattern: str = ""
    period: bool = False
    rule: FieldRule | None = None


@dataclass(frozen=True, slots=True)
class UnitRule:
    """How stations and districts that the lake lacks are registered from the file.

    `district` and `name` are field rules; a row whose district is not in `districts` (when given) is another unit.
    Without `district` the units themselves are districts.
    """

    district: FieldRule | None = None
    name: FieldRule | None = None
    districts: tuple[str, ...] = ()
    other_stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionRule:
    """A file that is many tables below each other: the lines that title them; see etl/sections.py."""

    pattern: str
    totals: str = ""


@dataclass(frozen=True, slots=True)
class CheckRule:
    """Columns with a stated change and the two numbers it comes from; see etl/published.py."""

    published: str
    current: str
    base: str
    percent: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are compared."""
        return (self.published, self.current, self.base)


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
    wide: WideRule | None = None
    sections: SectionRule | None = None
    checks: tuple[CheckRule, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping reads, in order, once."""
        rules = list(self.fields)
        if self.units:
            rules += [rule for rule in (self.units.district, self.units.name) if rule]
        made = SECTION if self.wide is None else "_"
        named = [column for rule in rules for column in rule.columns if not column.startswith(made)]
        named += [column for check in self.checks for column in check.columns]
        return tuple(dict.fromkeys([*named, *(self.wide.headings if self.wide else ())]))

    def rule(self, name: str) -> FieldRule | None:
        """The rule of a field, if it has one."""
        return next((rule for rule in self.fields if rule.field == name), None)


def source_fields(table_: Table) -> dict[str, str]:
    """What a mapping may name, and the lake's column that it fills (`phone` fills `caller_key`)."""
    return {column.source_name: column.name for column in table_.columns if not column.derived}
