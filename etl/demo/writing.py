"""Write the files of the plain layout: UTF-8, ISO dates, empty cells for what is not known."""

import json
from pathlib import Path

import polars as pl

from .city import City


def write_table(table: pl.DataFrame, path: Path) -> Path:
    """Write one table; booleans as true and false, times to the second."""
    table.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S", date_format="%Y-%m-%d")
    return path


def write_outlines(city: City, path: Path) -> Path:
    """Write the districts' borders as GeoJSON, one polygon each."""
    features = []
    for position, row in enumerate(city.districts.iter_rows(named=True)):
        properties = {name: row[name] for name in ("district_code", "name_zh", "name_en")}
        features.append(
            {
                "type": "Feature",
                "properties": properties | {"is_demonstration": True},
                "geometry": {"type": "Polygon", "coordinates": [city.borders[position].tolist()]},
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return path
