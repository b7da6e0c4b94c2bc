"""The demonstration city: files of a fictional city that load through the importer like any other.

Why it exists: a newcomer sees every page with plausible figures, and tests know what the figures ought to say
(`TRUTHS`). Assumes nothing but numpy and polars (and SciPy for the map). The same arguments give the same bytes. Every
place, number and person is invented and plainly synthetic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .alert_files import write_alerts
from .calls import draw_calls
from .cases import draw_cases
from .city import Window, build_city
from .clusters import planted_calls, service_place_table, treatment_table
from .incidents import Setting
from .reference import category_table, district_table, event_table, population_table, station_table, target_table
from .returns import returns_table
from .roster import staff_table
from .training import training_table
from .truths import TRUTHS, Truth, planted
from .writing import write_outlines, write_table

__all__ = ["CITY_NAME_EN", "CITY_NAME_ZH", "TRUTHS", "DemoFiles", "Truth", "generate", "planted"]

CITY_NAME_ZH, CITY_NAME_EN = "枫桥市", "Fengqiao"
MOST_YEARS = 10


@dataclass(frozen=True)
class DemoFiles:
    """What was written.

    Attributes:
        tables: Files of each table, in the order in which they are to be loaded.
        outline: GeoJSON of the districts (property `district_code`).
    """

    tables: dict[str, tuple[Path, ...]]
    outline: Path


def generate(
    out_dir: Path,
    *,
    seed: int = 20230101,
    years: int = 3,
    stations: int = 120,
    progress: Callable[[str, float], None] | None = None,
    volume: float = 1.0,
) -> DemoFiles:
    """Write the files of the demonstration city, in the plain layout, and the outlines of its districts.

    Args:
        out_dir: Folder to write to; made where missing, files of the same names are replaced.
        seed: Seed of the records; the map and the stations do not depend on it.
        years: 1 to 10 whole years that end on 2025-12-31.
        stations: 24 to 300 stations in 12 districts.
        progress: Called with the name of a step and the share done, 0 to 1.
        volume: Calls relative to the usual 3,333 a station and year.

    Raises:
        ValueError: `years` or `stations` lies outside its range, or `volume` is not above 0.
    """
    if not 1 <= years <= MOST_YEARS or volume <= 0:
        raise ValueError(f"the demonstration city covers 1 to {MOST_YEARS} years at a volume above 0")
    tell = progress or (lambda step, share: None)
    tell("city", 0.0)
    setting = Setting(build_city(stations), Window.of(years), seed, volume)
    out_dir.mkdir(parents=True, exist_ok=True)
    tell("alert", 0.1)
    calls = draw_calls(setting)
    tell("case", 0.45)
    cases = draw_cases(setting, calls)
    added = planted_calls(setting, calls)
    alerts = write_alerts(
        setting, calls, cases.case_id, added, out_dir, lambda share: tell("alert", 0.5 + 0.35 * share)
    )
    city, window = setting.city, setting.window
    first = {
        "district": district_table(city),
        "station": station_table(city),
        "category_map": category_table(),
        "population": population_table(city, window),
        "target": target_table(city),
        "event": event_table(city, window),
        "staff": staff_table(setting),
        "service_place": service_place_table(),
    }
    tell("training_result", 0.9)
    last = {
        "case": cases.table,
        "training_result": training_table(setting),
        "indicator_return": returns_table(setting),
        "treatment": treatment_table(setting, calls, added),
    }
    tables: dict[str, tuple[Path, ...]] = {
        name: (write_table(table, out_dir / f"{name}.csv"),) for name, table in first.items()
    }
    tables["alert"] = alerts
    tables |= {name: (write_table(table, out_dir / f"{name}.csv"),) for name, table in last.items()}
    outline = write_outlines(city, out_dir / "districts.geojson")
    tell("done", 1.0)
    return DemoFiles(tables, outline)
