"""The demonstration city itself: its districts, stations, places and residents, the same for every seed.

Assumes 24 to 300 stations, so that each district has at least two. Within a district station 01 is the largest and 02
the smallest. Codes begin with 99, which GB/T 2260 never gave out.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .outline import LAYOUT_SEED, Mesh, grow, make_mesh, rings, to_degrees
from .streams import Floats, Integers, stream

STATIC = Path(__file__).resolve().parents[2] / "data" / "demo"
STATIONS_LEAST, STATIONS_MOST = 24, 300
RESIDENTS_PER_STATION = 35_000
PLACES_PER_STATION = 5_000
BUSY_SPREAD = 0.45  # spread of the logarithm of station sizes within a district


@dataclass(frozen=True)
class City:
    """Everything about the city that does not depend on the seed; arrays have one entry a station.

    Attributes:
        districts: One row a district, as in `data/demo/districts.csv`.
        stations: One row a station: code, district position, names, longitude, latitude.
        district: Position of each station's district.
        weight: Share of the city's alerts, sums to 1.
        residents: Residents of each station.
        places: Number of places of each station.
        first_place: Position of each station's first place in `place_points`.
        place_points: Longitude and latitude of every place.
        borders: Closed ring of each district, degrees.
    """

    districts: pl.DataFrame
    stations: pl.DataFrame
    district: Integers
    weight: Floats
    residents: Integers
    places: Integers
    first_place: Integers
    place_points: Floats
    borders: dict[int, Floats]

    def position(self, station_code: str) -> int:
        """Position of a station by its code."""
        return self.stations["station_code"].to_list().index(station_code)

    def members(self, unit_code: str) -> Integers:
        """Positions of the stations of a district, or of the one station."""
        codes = self.stations["station_code"].to_list()
        return np.array([i for i, code in enumerate(codes) if code.startswith(unit_code)], dtype=np.int64)


@dataclass(frozen=True)
class Window:
    """The days that the city's records cover, half-open."""

    start: date
    end: date

    @classmethod
    def of(cls, years: int) -> "Window":
        """The given number of years up to and including 2025."""
        return cls(date(2026 - years, 1, 1), date(2026, 1, 1))

    def quarters(self) -> list[date]:
        """First days of the quarters."""
        return [d for d in self.months() if d.month % 3 == 1]

    def months(self) -> list[date]:
        """First days of the months."""
        return [date(year, month, 1) for year in range(self.start.year, self.end.year) for month in range(1, 13)]


def static(name: str) -> pl.DataFrame:
    """A table of `data/demo/`, every cell as text."""
    return pl.read_csv(STATIC / name, infer_schema=False)


def build_city(stations: int) -> City:
    """Make the city with a number of stations."""
    if not STATIONS_LEAST <= stations <= STATIONS_MOST:
        raise ValueError(f"the demonstration city has {STATIONS_LEAST} to {STATIONS_MOST} stations, not {stations}")
    districts = static("districts.csv")
    shares = districts["population_share"].cast(pl.Float64).to_numpy()
    counts = _apportion(stations, shares)
    district = np.repeat(np.arange(len(counts)), counts)
    rng = stream(LAYOUT_SEED, f"stations-{stations}")
    weight = np.concatenate([share * _sizes(rng, n) for share, n in zip(shares / shares.sum(), counts, strict=True)])
    residents = weight * np.exp(rng.normal(0.0, 0.15, stations))
    residents = np.round(residents / residents.sum() * RESIDENTS_PER_STATION * stations).astype(np.int64)
    places = np.maximum(np.round(weight * stations * PLACES_PER_STATION), 200).astype(np.int64)
    first_place = np.concatenate([[0], np.cumsum(places)[:-1]])
    mesh = make_mesh()
    centres = districts.select(pl.col("east", "north").cast(pl.Float64)).to_numpy()
    owner = grow(mesh, centres, districts["area_share"].cast(pl.Float64).to_numpy())
    sites, points = _settle(mesh, owner, centres, counts, places, rng)
    table = _station_table(districts, district, counts, to_degrees(sites))
    return City(
        districts, table, district, weight, residents, places, first_place, to_degrees(points), rings(mesh, owner)
    )


def _apportion(stations: int, shares: Floats) -> Integers:
    quota = shares / shares.sum() * (stations - 2 * len(shares))
    counts = np.floor(quota).astype(np.int64)
    left = stations - 2 * len(shares) - int(counts.sum())
    counts[np.argsort(counts - quota, kind="stable")[:left]] += 1
    fair: Integers = counts + 2
    return fair


def _sizes(rng: np.random.Generator, count: int) -> Floats:
    sizes = np.sort(np.exp(rng.normal(0.0, BUSY_SPREAD, count)))[::-1]
    ordered = np.concatenate([sizes[:1], sizes[-1:], sizes[1:-1]])
    shares: Floats = ordered / ordered.sum()
    return shares


def _settle(
    mesh: Mesh, owner: Integers, centres: Floats, counts: Integers, places: Integers, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Seat each station in a cell of its district, give it the cells nearest to it, and scatter its places there."""
    seats, points, done = [], [], 0
    for k, count in enumerate(counts.tolist()):
        cells = np.flatnonzero(owner == k)
        sites = mesh.sites[cells]
        chosen = _seats(sites, centres[k], count)
        turf = _nearest_seat(sites, chosen)
        for j, seat in enumerate(chosen):
            seats.append(sites[seat])
            points.append(mesh.spread(rng, cells[turf == j], sites[seat], int(places[done + j])))
        done += count
    return np.array(seats), np.concatenate(points)


def _seats(sites: Floats, centre: Floats, count: int) -> list[int]:
    """Choose cells far from one another and denser near the centre, then move each to the middle of its cells."""
    gap = np.hypot(*(sites - centre).T)
    chosen = [int(np.argmin(gap))]
    nearest = np.hypot(*(sites - sites[chosen[0]]).T)
    while len(chosen) < count:
        chosen.append(int(np.argmax(nearest / (4.0 + gap))))
        nearest = np.minimum(nearest, np.hypot(*(sites - sites[chosen[-1]]).T))
    for _ in range(4):
        turf = _nearest_seat(sites, chosen)
        for j in range(count):
            own = np.flatnonzero(turf == j)
            middle = sites[own].mean(axis=0)
            chosen[j] = int(own[np.argmin(np.hypot(*(sites[own] - middle).T))])
    return chosen


def _nearest_seat(sites: Floats, chosen: list[int]) -> Integers:
    distance = np.hypot(sites[:, None, 0] - sites[chosen, 0], sites[:, None, 1] - sites[chosen, 1])
    nearest: Integers = np.argmin(distance, axis=1)
    return nearest


def _station_table(districts: pl.DataFrame, district: Integers, counts: Integers, sites: Floats) -> pl.DataFrame:
    codes = districts["district_code"].to_list()
    numbers = np.concatenate([np.arange(1, n + 1) for n in counts.tolist()])
    names = _names(len(district))
    rows: dict[str, Any] = {
        "station_code": [f"{codes[k]}{n:02d}0000" for k, n in zip(district.tolist(), numbers.tolist(), strict=True)],
        "district_code": [codes[k] for k in district.tolist()],
        "name_zh": [f"{zh}派出所" for zh, _ in names],
        "name_en": [f"{en} Station" for _, en in names],
        "aliases": [f"{zh}所" for zh, _ in names],
        "lon": sites[:, 0],
        "lat": sites[:, 1],
    }
    return pl.DataFrame(rows)


def _names(count: int) -> list[tuple[str, str]]:
    parts = static("station_names.csv")
    first, second = (parts.filter(pl.col("part") == part).rows() for part in ("first", "second"))
    names = [(a[1] + b[1], a[2] + b[2]) for b in second for a in first]
    return [names[i * 7 % len(names)] for i in range(count)]  # 7 shares no factor with 300, so no name comes twice
