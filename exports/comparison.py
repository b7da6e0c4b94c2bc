"""Which published figures differ between two tables of figures, worst first.

A changed verdict is the worst, because somebody acted on it; then the city comes before its districts and stations, and
the larger change, in proportion, before the smaller. The same figure is the one with the same name (`figures.KEY`).
"""

from typing import Any

import polars as pl

from exports.figures import COUNTS, KEY, MEASURES

COMPARED = ("definition", *COUNTS, *MEASURES, "verdict", "suppressed", "notes")
"""A figure is changed when one of these differs."""
SHOWN = ("definition", "value", "numerator", "denominator", "base_numerator", "base_denominator", "change", "verdict")
LEVELS = ("city", "district", "station")


def differences(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return the figures that differ, worst first.

    Returns:
        One line a figure: its name, `name_zh`, `name_en`, `unit_of_value`, for each of `COMPARED` the columns
        `<name>_before` and `<name>_after`, `fields` (what differs), and `presence` (both, old or new).
    """
    known = ["name_zh", "name_en", "unit_of_value"]
    left = old.select(*KEY, *known, *(pl.col(name).alias(f"{name}_before") for name in COMPARED), there=pl.lit(True))
    right = new.select(*KEY, *known, *(pl.col(name).alias(f"{name}_after") for name in COMPARED), here=pl.lit(True))
    both = left.join(right, on=KEY, how="full", coalesce=True, nulls_equal=True)
    both = both.with_columns(pl.coalesce(name, f"{name}_right").alias(name) for name in known)
    both = both.drop(f"{name}_right" for name in known)
    differ = {name: pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after")) for name in COMPARED}
    presence = (
        pl.when(pl.col("here").is_null()).then(pl.lit("old")).when(pl.col("there").is_null()).then(pl.lit("new"))
    ).otherwise(pl.lit("both"))
    fields = pl.concat_list([pl.when(test).then(pl.lit(name)) for name, test in differ.items()]).list.drop_nulls()
    changed = both.with_columns(fields=fields, presence=presence).drop("there", "here")
    changed = changed.filter((pl.col("fields").list.len() > 0) | (pl.col("presence") != "both"))
    return _worst_first(changed)


def _worst_first(changed: pl.DataFrame) -> pl.DataFrame:
    level = pl.col("by").replace_strict({name: at for at, name in enumerate(LEVELS)}, default=len(LEVELS))
    before, after = pl.col("value_before"), pl.col("value_after")
    larger = pl.max_horizontal(before.abs(), after.abs())
    size = pl.when(before.is_null() | after.is_null()).then(1.0).when(larger == 0).then(0.0)
    return (
        changed.with_columns(
            _verdict=pl.col("verdict_before").ne_missing(pl.col("verdict_after")),
            _level=level,
            _size=size.otherwise((after - before).abs() / larger),
        )
        .sort("_verdict", "_level", "_size", *KEY, descending=[True, False, True, *([False] * len(KEY))])
        .drop("_verdict", "_level", "_size")
    )


def described(line: dict[str, Any]) -> dict[str, Any]:
    """Return one changed figure as JSON knows it: its name, what differs, and what it was and is."""
    return {
        **{name: line[name] for name in (*KEY, "name_zh", "name_en", "unit_of_value", "presence", "fields")},
        "before": {name: line[f"{name}_before"] for name in SHOWN},
        "after": {name: line[f"{name}_after"] for name in SHOWN},
    }
