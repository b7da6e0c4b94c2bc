"""A small demonstration city, made once: two years, 24 stations, its files read by the types of `tables.yaml`."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from etl.demo import DemoFiles, generate

GROUP_NAMES = ("criminal", "public_order", "traffic", "dispute", "help", "tip_off", "other", "unmapped")


@dataclass
class Small:
    """The files and what stands in them."""

    files: DemoFiles
    fields: dict[str, Any]

    def raw(self, table: str) -> pl.DataFrame:
        return pl.concat([pl.read_csv(path, infer_schema=False) for path in self.files.tables[table]])

    def frame(self, table: str) -> pl.DataFrame:
        columns = self.fields[table]["columns"]
        rows = self.raw(table)
        return rows.with_columns(typed(name, columns[name][0]) for name in rows.columns if name in columns)

    @cached_property
    def alerts(self) -> pl.DataFrame:
        """All alerts with their groups, first groups, validity and district."""
        codes = self.frame("category_map").select("code", "category_group").unique()
        groups = dict(zip(codes["code"], codes["category_group"], strict=True))
        valid = (pl.col("link_type") == "none") & ~pl.col("is_invalid") & ~pl.col("is_nuisance") & ~pl.col("is_deleted")
        group = {
            name: pl.col(f"category_code{ending}").replace_strict(groups, default="unmapped")
            for name, ending in (("group", ""), ("group_first", "_initial"))
        }
        district, day = pl.col("station_code").str.head(6), pl.col("reported_at").dt.date()
        return self.frame("alert").with_columns(valid=valid, district=district, day=day, **group)


def typed(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "TIMESTAMP":
        return column.str.to_datetime("%Y-%m-%d %H:%M:%S")
    if kind == "DATE":
        return column.str.to_date("%Y-%m-%d")
    if kind == "BOOLEAN":
        return column.replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
    if kind == "DOUBLE" or kind.startswith("DECIMAL"):
        return column.cast(pl.Float64)
    return column.cast(pl.Int64) if kind in ("BIGINT", "INTEGER", "SMALLINT") else column


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Small:
    fields = yaml.safe_load((project_root / "warehouse" / "tables.yaml").read_text(encoding="utf-8"))
    return Small(generate(tmp_path_factory.mktemp("city"), years=2, stations=24), fields)
