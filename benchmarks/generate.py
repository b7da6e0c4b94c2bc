"""Writes alert files of any length in the importer's plain layout, for benchmarks only: shape, not meaning.

120 stations, 20 category codes, numbers and addresses with a heavy tail, eight times a row; about 277 bytes a row.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

PIECE = 500_000
STATIONS = 120
CODES = 20
GROUPS = ("criminal", "public_order", "traffic", "dispute", "help", "tip_off", "other")
STEPS = {
    "answered_at": 8,
    "dispatched_at": 95,
    "arrived_at": 600,
    "closed_at": 3600,
    "recorded_at": 60,
    "updated_at": 4000,
}


def station_code(number: int) -> str:
    """Code of the station of that number."""
    return f"99{number:06d}0000"


def write_reference(folder: Path) -> dict[str, Path]:
    """District, station and category files that the alerts refer to."""
    files = {name: folder / f"{name}.csv" for name in ("district", "station", "category_map")}
    files["district"].write_text("district_code,name_zh\n990000,基准区\n", encoding="utf-8")
    stations = "".join(f"{station_code(n)},990000,基准所{n}\n" for n in range(STATIONS))
    files["station"].write_text("station_code,district_code,name_zh\n" + stations, encoding="utf-8")
    codes = "".join(f"benchmark,{code + 10}0000,{GROUPS[code % len(GROUPS)]}\n" for code in range(CODES))
    files["category_map"].write_text("scheme,code,category_group\n" + codes, encoding="utf-8")
    return files


def write_alerts(path: Path, rows: int, *, first_id: int = 0, start: datetime, days: float, seed: int = 1) -> None:
    """Write `rows` alerts, evenly over `days` days from `start`, ids counted from `first_id`."""
    rng = np.random.default_rng(seed)
    origin = np.datetime64(start, "ms")
    with path.open("wb") as stream:
        for done in range(0, rows, PIECE):
            count = min(PIECE, rows - done)
            offset = (np.arange(done, done + count) * (days * 86_400_000 / rows)).astype("timedelta64[ms]")
            frame = _piece(rng, origin + offset, first_id + done)
            stream.write(frame.write_csv(include_header=done == 0).encode())


def _piece(rng: np.random.Generator, reported: np.ndarray, first_id: int) -> pl.DataFrame:
    count = len(reported)
    phone = (rng.zipf(1.3, count) % 1_000_003 + rng.integers(0, 3_000_000, count)) % 3_500_000
    place = (rng.zipf(1.4, count) % 9_973 + rng.integers(0, 600_000, count)) % 600_000
    raw = pl.DataFrame(
        {
            "id": np.arange(first_id, first_id + count) + 990_100_000_000_000_000,
            "reported": reported,
            "phone": phone,
            "place": place,
            "station": rng.integers(0, STATIONS, count),
            "code": rng.integers(0, CODES, count),
            "initial": rng.integers(0, CODES, count),
            "invalid": (rng.random(count) < 0.3).astype("i1"),
            "lon": (120 + rng.random(count)).round(5),
            "lat": (30 + rng.random(count)).round(5),
        }
    )
    station = "99" + pl.format("{}", "station").str.zfill(6) + "0000"
    stamp = "%Y-%m-%d %H:%M:%S"
    return raw.select(
        alert_id=pl.col("id").cast(pl.String),
        reported_at=pl.col("reported").dt.strftime(stamp),
        **{name: (pl.col("reported") + pl.duration(seconds=later)).dt.strftime(stamp) for name, later in STEPS.items()},
        station_code=station,
        station_code_initial=station,
        category_scheme=pl.lit("benchmark"),
        category_code=(pl.col("code") + 10).cast(pl.String) + "0000",
        category_code_initial=(pl.col("initial") + 10).cast(pl.String) + "0000",
        channel=pl.lit("110"),
        link_type=pl.when(pl.col("code") == 3).then(pl.lit("duplicate")).otherwise(pl.lit("none")),
        main_alert_id=pl.when(pl.col("code") == 3).then((pl.col("id") - 1).cast(pl.String)),
        is_invalid=pl.col("invalid").cast(pl.String),
        phone="190" + pl.format("{}", "phone").str.zfill(8),
        address=pl.format("基准区枫桥路{}号{}室", pl.col("place") // 20, pl.col("place") % 20),
        lon=pl.col("lon").cast(pl.String),
        lat=pl.col("lat").cast(pl.String),
    )
