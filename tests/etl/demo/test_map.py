"""The map: one simple polygon a district, no gaps or overlaps, and every station and alert inside its own district."""

import json
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from etl.demo.city import build_city
from etl.demo.outline import ring_area


@pytest.fixture(scope="module")
def polygons(small) -> dict[str, np.ndarray]:
    collection = json.loads(small.files.outline.read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    rings = {}
    for feature in collection["features"]:
        assert feature["type"] == "Feature" and feature["geometry"]["type"] == "Polygon"
        assert feature["properties"]["is_demonstration"] is True
        (ring,) = feature["geometry"]["coordinates"]
        rings[feature["properties"]["district_code"]] = np.array(ring)
    return rings


def inside(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Even-odd rule."""
    found = np.zeros(len(points), dtype=bool)
    for (x0, y0), (x1, y1) in pairwise(ring):
        crosses = (y0 > points[:, 1]) != (y1 > points[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            found ^= crosses & (points[:, 0] < (x1 - x0) * (points[:, 1] - y0) / (y1 - y0) + x0)
    return found


def test_one_closed_anticlockwise_ring_for_each_of_12_districts(small, polygons):
    assert set(polygons) == set(small.frame("district")["district_code"])
    assert len(polygons) == 12
    for ring in polygons.values():
        assert (ring[0] == ring[-1]).all()
        assert ring_area(ring) > 0
        assert len(np.unique(ring[:-1], axis=0)) == len(ring) - 1


def test_no_ring_crosses_itself(polygons):
    def side(a, b, c):
        return np.sign(
            (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
        )

    for ring in polygons.values():
        a, b = ring[:-1, None], ring[1:, None]
        c, d = ring[None, :-1], ring[None, 1:]
        crossing = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
        assert not crossing.any()


def test_neighbours_share_their_border_so_nothing_is_left_out_or_covered_twice(polygons):
    edges = {}
    for ring in polygons.values():
        for start, end in zip(map(tuple, ring[:-1]), map(tuple, ring[1:]), strict=True):
            assert (start, end) not in edges
            edges[start, end] = True
    outer = {start: end for start, end in edges if (end, start) not in edges}
    first = corner = min(outer)
    ring = [first]
    while (corner := outer[corner]) != first:
        ring.append(corner)
    assert len(ring) == len(outer)  # one outline, no holes
    total = sum(ring_area(r) for r in polygons.values())
    assert ring_area(np.array([*ring, first])) == pytest.approx(total, rel=1e-9)


def test_stations_and_alerts_lie_in_their_district(small, polygons):
    alerts = small.alerts.drop_nulls("lon").unique(["lon", "lat", "district"])
    for code, ring in polygons.items():
        own = alerts.filter(pl.col("district") == code).select("lon", "lat").to_numpy()
        assert len(own) > 500
        assert inside(ring, own).all()
        stations = small.frame("station").filter(pl.col("district_code") == code).select("lon", "lat").to_numpy()
        assert inside(ring, stations).all()


@pytest.mark.parametrize("stations", [25, 120, 300])
def test_cities_of_any_size_have_every_place_in_its_district(stations):
    city = build_city(stations)
    owner = np.repeat(city.district, city.places)
    assert city.stations["name_zh"].n_unique() == city.stations["station_code"].n_unique() == stations
    for district, ring in city.borders.items():
        assert inside(ring, city.place_points[owner == district][::10]).all()


def test_codes_are_no_real_ones(small):
    assert small.frame("district")["district_code"].str.contains(r"^99\d{4}$").all()
    assert small.frame("station")["station_code"].str.contains(r"^99\d{10}$").all()
