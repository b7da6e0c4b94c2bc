"""The tables of the lake, read from `tables.yaml` and `system_tables.yaml`, and the SQL that makes them.

Everything that needs a column's type, term or rule asks here; nothing repeats the lists.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.yamls import parsed_yaml

HERE = Path(__file__).parent
SCHEMA_VERSION = 7
"""Raised with every new column or table, so that a lake of an earlier program gets them when it is opened."""
SystemSchema = Literal["main", "history"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: DuckDB type, Chinese term, meaning and rules."""

    name: str
    type: str
    term_zh: str
    meaning: str
    required: bool = False
    default: str | int | bool | None = None
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    private: bool = False
    hashes: str | None = None
    derived: bool = False

    @property
    def source_name(self) -> str:
        """The field that a file carries: for a private key, the raw value that is hashed."""
        if self.hashes == "person" and self.name.startswith("officer"):
            return "officer"
        return self.hashes or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table: grain, key and columns. `key` is empty for the lake's own tables."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    newest_by: tuple[str, ...] = ()
    _index: dict[str, Column] = field(default_factory=dict, compare=False, repr=False)

    @property
    def quoted(self) -> str:
        """Name of the table in SQL, in the schema `main` of the lake."""
        return f'lake."{self.name}"'

    @property
    def history(self) -> str:
        """Name in SQL of the table that keeps older and undone versions."""
        return f'lake.history."{self.name}"'

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, without `batch_id`."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return self._index[name]


def _column(name: str, spec: list[Any]) -> Column:
    options: dict[str, Any] = dict(spec[3]) if len(spec) > 3 else {}
    return Column(
        name=name,
        type=spec[0],
        term_zh=spec[1],
        meaning=spec[2],
        required=options.get("required", False),
        default=options.get("default"),
        enum=tuple(options.get("enum", ())),
        minimum=options.get("min"),
        maximum=options.get("max"),
        private=options.get("private", False),
        hashes=options.get("hashes"),
        derived=options.get("derived", False),
    )


def _read(path: Path) -> dict[str, Table]:
    tables = {}
    for name, spec in parsed_yaml(path.read_text(encoding="utf-8")).items():
        columns = tuple(_column(column, rules) for column, rules in spec["columns"].items())
        tables[name] = Table(
            name=name,
            comment=spec["comment"],
            columns=columns,
            key=tuple(spec.get("key", ())),
            newest_by=tuple(spec.get("newest_by", ())),
            _index={column.name: column for column in columns},
        )
    return tables


@cache
def tables() -> dict[str, Table]:
    """The tables that files are loaded into, by name."""
    return _read(HERE / "tables.yaml")


@cache
def system_tables() -> dict[str, Table]:
    """The tables that the lake keeps for itself, by name."""
    return _read(HERE / "system_tables.yaml")


def table(name: str) -> Table:
    """The loadable table of that name; KeyError when there is none."""
    return tables()[name]


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _create(where: str, table_: Table, with_batch: bool) -> list[str]:
    columns = [f'"{column.name}" {column.type}' for column in table_.columns]
    if with_batch:
        columns.append('"batch_id" BIGINT')
    statements = [
        f"CREATE TABLE {where} ({', '.join(columns)})",
        f"COMMENT ON TABLE {where} IS {_quote(table_.comment)}",
    ]
    for column in table_.columns:
        comment = f"{column.term_zh}: {column.meaning} [source field: {column.source_name}]"
        statements.append(f'COMMENT ON COLUMN {where}."{column.name}" IS {_quote(comment)}')
    return statements


def creation() -> list[str]:
    """The statements that make an empty lake, attached as `lake`."""
    statements = ["CREATE SCHEMA lake.history"]
    for loadable in tables().values():
        statements += _create(loadable.quoted, loadable, with_batch=True)
        statements += _create(loadable.history, loadable, with_batch=True)
    for own in system_tables().values():
        statements += _create(own.quoted, own, with_batch=False)
    return statements


def additions(found: Collection[tuple[str, str, str]]) -> list[str]:
    """The statements that give a lake of an earlier program the columns it lacks, with their defaults.

    Args:
        found: schema, table and column of everything that the lake has.
    """
    places = [("main", own.quoted, own, False) for own in system_tables().values()]
    for loadable in tables().values():
        places += [("main", loadable.quoted, loadable, True), ("history", loadable.history, loadable, True)]
    there = {(place, name) for place, name, _ in found}
    statements = []
    for place, where, table_, with_batch in places:
        if (place, table_.name) not in there:
            statements += _create(where, table_, with_batch)
            continue
        for column in table_.columns:
            if (place, table_.name, column.name) not in found:
                default = "" if column.default is None else f" DEFAULT {_quote(str(column.default))}"
                statements.append(f'ALTER TABLE {where} ADD COLUMN "{column.name}" {column.type}{default}')
    return statements
