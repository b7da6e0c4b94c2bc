"""A mapping as the page handles it: the YAML as a dictionary, seen heading by heading, and corrected.

What a heading cannot show (several columns joined, a column used twice) is left as the mapping has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl import source_fields
from warehouse import Column, Table

Spec = dict[str, Any]
NOT_USED = ""
CONTEXT = "context:"
CLASS = "class:"
"""Before a class that a heading stands for, where fields are chosen."""


@dataclass(frozen=True)
class Use:
    """What becomes of a heading: `field`, `wide` (its heading becomes a value of its own), `part`, or nothing."""

    kind: str = "none"
    field: str = NOT_USED
    detail: str = ""

    @property
    def is_fixed(self) -> bool:
        """Whether the page cannot change it."""
        return self.kind == "part"


def columns_of(rule: object) -> tuple[str, ...]:
    """Return the columns that a field's rule reads."""
    if isinstance(rule, str):
        return (rule,)
    if not isinstance(rule, Mapping):
        return ()
    return tuple(rule.get("columns") or ((rule["column"],) if "column" in rule else ()))


def wide_columns(spec: Spec) -> dict[str, dict[str, Any]]:
    """Return the columns that become rows, each with the values that its heading stands for."""
    found = (spec.get("unpivot") or {}).get("columns") or {}
    return {column: dict(values or {}) for column, values in found.items()}


def classes(spec: Spec) -> dict[str, str]:
    """Return the classes that headings stand for; nothing where they stand for other things, periods for instance."""
    wide = wide_columns(spec)
    found = {column: str(values["breakdown"]) for column, values in wide.items() if "breakdown" in values}
    return found if len(found) == len(wide) else {}


def uses(spec: Spec, columns: Sequence[str]) -> dict[str, Use]:
    """Return what becomes of each heading."""
    found: dict[str, Use] = dict.fromkeys(columns, Use())
    value = str((spec.get("unpivot") or {}).get("value") or "")
    for column, values in wide_columns(spec).items():
        found[column] = Use("wide", value, ", ".join(str(item) for item in values.values()))
    for field, rule in spec.get("fields", {}).items():
        read = columns_of(rule)
        for column in read:
            if column in found:
                single = len(read) == 1 and found[column].kind == "none"
                found[column] = Use("field", field) if single else Use("part", field, " + ".join(read))
    return found


def fixed(spec: Spec) -> dict[str, str]:
    """Return the fields that no column fills: a constant, or what stands around the table (`context:period_start`)."""
    found = {}
    for field, rule in spec.get("fields", {}).items():
        if isinstance(rule, Mapping) and "constant" in rule:
            found[field] = str(rule["constant"])
        elif isinstance(rule, Mapping) and "context" in rule:
            found[field] = f"{CONTEXT}{rule['context']}"
    return found


def missing(spec: Spec, table: Table) -> list[str]:
    """Return the required fields that nothing fills."""
    filled = set(spec.get("fields", {})) | ({(spec.get("unpivot") or {}).get("value")} if wide_columns(spec) else set())
    for values in wide_columns(spec).values():
        filled |= set(values)
    return [field for field, column in fields_of(table).items() if _is_needed(column) and field not in filled]


def fields_of(table: Table) -> dict[str, Column]:
    """Return the fields that a file can fill, with the column that each goes to."""
    return {field: table.column(name) for field, name in source_fields(table).items()}


def _is_needed(column: Column) -> bool:
    return column.required and column.default is None


def doubled(chosen: Mapping[str, str]) -> list[str]:
    """Return the fields that more than one heading is to fill."""
    wanted = [field for field in chosen.values() if field]
    return sorted({field for field in wanted if wanted.count(field) > 1})


def corrected(spec: Spec, chosen: Mapping[str, str], given: Mapping[str, str]) -> Spec:
    """Return the mapping with what a person set.

    Args:
        spec: as it was.
        chosen: for every heading that can be changed, its field, `class:` and a class, or nothing.
        given: for fields that no column fills, a value or `context:` and a name; nothing takes the field out.
    """
    before = uses(spec, list(chosen))
    meant = {column: field.removeprefix(CLASS) for column, field in chosen.items() if field.startswith(CLASS)}
    chosen = {column: NOT_USED if column in meant else field for column, field in chosen.items()}
    fields = dict(spec.get("fields", {}))
    wide = wide_columns(spec)
    changed = {
        column: field
        for column, field in chosen.items()
        if before[column].kind != "wide" and before[column].field != field
    }
    for column in changed:
        if before[column].kind == "field":
            fields.pop(before[column].field, None)
    fields |= {field: column for column, field in changed.items() if field}
    for column, field in chosen.items():
        if before[column].kind == "wide" and field == NOT_USED and column not in meant:
            del wide[column]
    wide |= {column: wide.get(column, {}) | {"breakdown": group} for column, group in meant.items()}
    for field, value in given.items():
        if field in fixed(spec) or value:
            fields.pop(field, None)
        if value.startswith(CONTEXT):
            fields[field] = {"context": value.removeprefix(CONTEXT)}
        elif value:
            fields[field] = {"constant": value}
    found = dict(spec) | {"fields": fields}
    if "columns" in (spec.get("unpivot") or {}):
        found["unpivot"] = dict(spec["unpivot"]) | {"columns": wide}
        if not wide:
            del found["unpivot"]
    return found


def public_columns(spec: Spec, table: Table) -> set[str]:
    """Return the headings whose cells may be shown: those that fill fields which are not private, and no other."""
    fields = fields_of(table)
    private = {field for field, column in fields.items() if column.private}
    shown, hidden = set(wide_columns(spec)), set()
    for field, rule in spec.get("fields", {}).items():
        (hidden if field in private else shown).update(columns_of(rule))
    return shown - hidden
