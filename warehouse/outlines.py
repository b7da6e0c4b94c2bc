"""District outlines: one GeoJSON file beside the lake, for maps. Not versioned: a picture, not a figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warehouse.lake import Lake

FILE_NAME = "districts.geojson"


def outlines(lake: Lake) -> dict[str, Any] | None:
    """The GeoJSON FeatureCollection whose features carry `district_code`, or None when there is none."""
    path = lake.home / FILE_NAME
    if not path.is_file():
        return None
    collection: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return collection


def write_outlines(lake: Lake, source: Path) -> None:
    """Put a GeoJSON file beside the lake, whole or not at all."""
    target = lake.home / FILE_NAME
    partial = target.with_suffix(".partial")
    partial.write_bytes(source.read_bytes())
    partial.replace(target)
