"""What Great Expectations lacks for DuckDB: an engine and a datasource over one open connection, and counting types.

Great Expectations 1.24 has no DuckDB datasource. Its SQL engine closes the connection before the result is read, which
ends in "list index out of range" (great_expectations #11579); the engine here keeps one connection open instead.

The usual expectation types also fetch samples of the failing rows: one more query each, and cell values in the result.
The types here ask only for counts, so no value leaves the database and the simple ones share a single pass.

Importing this module imports Great Expectations, which takes seconds: only `etl.validate` does so, when it needs it.
"""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

import duckdb
import duckdb_engine
import great_expectations as gx
import sqlalchemy as sa
from great_expectations.core.batch import Batch
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import ExecutionEngine, SqlAlchemyExecutionEngine
from great_expectations.expectations import core
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.validator import ValidationDependencies
from sqlalchemy.pool import StaticPool

ROWS_OF_VALUES = (".unexpected_values", ".unexpected_rows", ".unexpected_index_list", ".unexpected_index_query")


class BorrowedConnection(duckdb_engine.ConnectionWrapper):
    """A connection that belongs to the caller: SQLAlchemy may let go of it, never close it."""

    def close(self) -> None:
        """Leave the caller's connection open."""


class StagedColumns:
    """Names the columns of a relation. SQLAlchemy's own inspector reads the catalogue of the whole attached lake."""

    def __init__(self, engine: DuckDBExecutionEngine) -> None:
        self.engine = engine
        self.dialect = engine.engine.dialect

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Name and type of each column, as SQLAlchemy's inspector gives them; types play no part in our suites."""
        result = self.engine.execute_query(sa.select("*").select_from(sa.table(table_name, schema=schema)).limit(0))
        names = result.keys()
        return [{"name": name, "type": sa.types.NullType()} for name in names]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, list[str]]:
        """A staged batch has no primary key."""
        return {"constrained_columns": []}


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """GX's SQL engine, holding on to one connection until `close`."""

    _connection: sa.Connection | None

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        """Yield the one connection, opening it at the first use."""
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection

    def get_inspector(self) -> StagedColumns:
        """What Great Expectations asks for the columns of the batch."""
        return StagedColumns(self)

    def close(self) -> None:
        """End the read transaction and give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class DuckDBDatasource(SQLDatasource):
    """A datasource over DuckDB connections that are already open, passed as `creator` in `kwargs`."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that keeps its connection."""
        return DuckDBExecutionEngine


class CountsOnly(Expectation):
    """Leaves out of an expectation what would read the failing rows themselves."""

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        """What the expectation asks of the database, without samples of rows."""
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration)
        for metric in [name for name in needed.get_metric_names() if name.endswith(ROWS_OF_VALUES)]:
            needed.remove_metric_configuration(metric)
        return needed


class CountNull(CountsOnly, core.ExpectColumnValuesToNotBeNull):
    """`expect_column_values_to_not_be_null`, counted."""


class CountInSet(CountsOnly, core.ExpectColumnValuesToBeInSet):
    """`expect_column_values_to_be_in_set`, counted."""


class CountNotInSet(CountsOnly, core.ExpectColumnValuesToNotBeInSet):
    """`expect_column_values_to_not_be_in_set`, counted."""


class CountBetween(CountsOnly, core.ExpectColumnValuesToBeBetween):
    """`expect_column_values_to_be_between`, counted."""


class CountPairGreater(CountsOnly, core.ExpectColumnPairValuesAToBeGreaterThanB):
    """`expect_column_pair_values_a_to_be_greater_than_b`, counted; a missing value on either side passes."""

    ignore_row_if: Literal["neither"] = "neither"


class CountRows(core.UnexpectedRowsExpectation):
    """`unexpected_rows_expectation`, counted, with the share of rows that may fail."""

    mostly: float = 1.0
    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count", "table.row_count")
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "mostly")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine | None = None,
    ) -> dict[str, Any]:
        unexpected, rows = metrics["unexpected_rows_query.row_count"], metrics["table.row_count"]
        return {
            "success": not rows or (rows - unexpected) / rows >= self.mostly,
            "result": {"element_count": rows, "unexpected_count": unexpected},
        }


COUNTED: dict[str, type[Expectation]] = {
    "expect_column_values_to_not_be_null": CountNull,
    "expect_column_values_to_be_in_set": CountInSet,
    "expect_column_values_to_not_be_in_set": CountNotInSet,
    "expect_column_values_to_be_between": CountBetween,
    "expect_column_pair_values_a_to_be_greater_than_b": CountPairGreater,
    "unexpected_rows_expectation": CountRows,
}


@contextmanager
def open_batch(cursor: duckdb.DuckDBPyConnection, relation: str) -> Iterator[Batch]:
    """A GX batch over a table or view of the cursor's current catalog; nothing is written anywhere.

    `cursor` must be outside a transaction, and stays open and usable afterwards.
    """
    context = gx.get_context(mode="ephemeral", project_config=_silent())
    source = DuckDBDatasource(
        name=uuid.uuid4().hex,
        connection_string="duckdb://",
        create_temp_table=False,
        kwargs={"creator": lambda: BorrowedConnection(cursor), "poolclass": StaticPool},
    )
    added = context.data_sources.add_or_update_sql(source)
    try:
        yield added.add_table_asset(relation).add_batch_definition_whole_table(relation).get_batch()
    finally:
        added.get_execution_engine().close()


def _silent() -> DataContextConfig:
    """No files, no report to anyone, no progress bars."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
