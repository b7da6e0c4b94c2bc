"""The map of the demonstration city: districts grown over a Voronoi mesh, so that they share their borders exactly.

The mesh covers an organic outline; districts grow from their centres cell by cell, which keeps each in one piece, and
every border between two of them is bent once and used by both, so the map has neither gaps nor overlaps. A border bends
by at most a tenth of the distance to the cell's centre, and `Mesh.spread` keeps clear of that margin, so a place is
always inside its district's polygon. The city lies in open sea, where no real place can be mistaken for it.
"""

import heapq
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .streams import Floats, Integers, pick, stream

LAYOUT_SEED = 19_630_503  # the map is the same for every seed of the records
ORIGIN = (123.9, 29.6)  # degrees, east of the coast
KM_PER_DEGREE = (96.8, 110.9)  # at this latitude
STEP_KM = 1.7
RADIUS_KM = 42.0
OUTSIDE = -1


@dataclass(frozen=True)
class Mesh:
    """Cells (kilometres east and north of the centre), their corners, neighbours and the cells inside the outline."""

    sites: Floats
    corners: Floats
    borders: Integers  # cell, cell, corner, corner
    inside: Integers

    def spread(self, rng: np.random.Generator, cells: Integers, centre: Floats, size: int) -> Floats:
        """Scatter points over cells, denser near a centre; shape (size, 2), kilometres."""
        sides = np.concatenate([self.borders, self.borders[:, [1, 0, 2, 3]]])
        sides = sides[np.isin(sides[:, 0], cells)]
        site, left, right = self.sites[sides[:, 0]], self.corners[sides[:, 2]], self.corners[sides[:, 3]]
        first, second = left - site, right - site
        area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
        distance = np.hypot(*(site - centre).T)
        chosen = pick(rng, area * np.exp(-distance / 3.0), size)
        along = np.sqrt(rng.random(size))[:, None] * 0.85
        across = rng.random(size)[:, None]
        points: Floats = site[chosen] + along * ((1 - across) * first[chosen] + across * second[chosen])
        return points


def make_mesh() -> Mesh:
    """Lay the mesh of cells over the city."""
    from scipy.spatial import Voronoi

    rng = stream(LAYOUT_SEED, "mesh")
    reach = np.arange(-RADIUS_KM * 1.6, RADIUS_KM * 1.6, STEP_KM)
    east, north = np.meshgrid(reach, reach)
    sites = np.column_stack([east.ravel(), north.ravel()])
    sites[:, 0] += np.where(np.arange(len(reach)).repeat(len(reach)) % 2, STEP_KM / 2, 0.0)
    sites += rng.uniform(-0.38 * STEP_KM, 0.38 * STEP_KM, sites.shape)
    voronoi = Voronoi(sites)
    borders = np.column_stack([voronoi.ridge_points, np.array(voronoi.ridge_vertices)]).astype(np.int64)
    inside = np.flatnonzero(np.hypot(sites[:, 0], sites[:, 1]) < _radius(np.arctan2(sites[:, 1], sites[:, 0])))
    return Mesh(sites, voronoi.vertices, borders[(borders >= 0).all(axis=1)], inside)


def _radius(angle: Floats) -> Floats:
    waves = 0.10 * np.sin(2 * angle + 0.6) + 0.07 * np.sin(3 * angle + 2.1) + 0.05 * np.cos(5 * angle)
    waves += 0.03 * np.sin(9 * angle + 1.0) + 0.02 * np.cos(14 * angle)
    radius: Floats = RADIUS_KM * (1 + waves)
    return radius


def grow(mesh: Mesh, centres: Floats, area_shares: Floats) -> Integers:
    """Give every cell inside the outline to one centre; other cells get `OUTSIDE`.

    Cells are taken nearest first, where a centre with more area walks faster. Growth from neighbour to neighbour keeps
    each district in one piece.
    """
    owner = np.full(len(mesh.sites), OUTSIDE, dtype=np.int64)
    free = np.zeros(len(mesh.sites), dtype=bool)
    free[mesh.inside] = True
    neighbours: dict[int, list[int]] = {}
    for a, b in mesh.borders[:, :2].tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    pace = np.sqrt(area_shares)
    starts = [int(mesh.inside[np.argmin(np.hypot(*(mesh.sites[mesh.inside] - c).T))]) for c in centres]
    queue = [(0.0, cell, k) for k, cell in enumerate(starts)]
    while queue:
        cost, cell, k = heapq.heappop(queue)
        if not free[cell]:
            continue
        free[cell], owner[cell] = False, k
        for other in neighbours[cell]:
            if free[other]:
                step = float(np.hypot(*(mesh.sites[other] - mesh.sites[cell])))
                heapq.heappush(queue, (cost + step / float(pace[k]), other, k))
    return owner


def rings(mesh: Mesh, owner: Integers) -> dict[int, Floats]:
    """The closed border of each district, anticlockwise, degrees of longitude and latitude to five places."""
    rng = stream(LAYOUT_SEED, "borders")
    edges: dict[int, dict[int, tuple[int, Floats]]] = {}
    for a, b, start, end in mesh.borders.tolist():
        if owner[a] == owner[b]:
            continue
        line = _bend(rng, mesh, (a, b), mesh.corners[start], mesh.corners[end])
        for cell in (a, b):
            if owner[cell] == OUTSIDE:
                continue
            toward = mesh.corners[end] - mesh.corners[start]
            to_site = mesh.sites[cell] - mesh.corners[start]
            on_left = toward[0] * to_site[1] - toward[1] * to_site[0] > 0
            step = (start, (end, line)) if on_left else (end, (start, line[::-1]))
            edges.setdefault(int(owner[cell]), {})[step[0]] = step[1]
    return {district: _distinct(to_degrees(_walk(steps))) for district, steps in sorted(edges.items())}


def _distinct(ring: Floats) -> Floats:
    """Drop corners that rounding put on the corner before them; both neighbours drop the same."""
    fresh = np.append(True, (np.diff(ring, axis=0) != 0).any(axis=1))
    corners: Floats = ring[fresh]
    return corners


def _bend(rng: np.random.Generator, mesh: Mesh, cells: tuple[int, int], start: Floats, end: Floats) -> Floats:
    along = end - start
    length = float(np.hypot(*along))
    half_gap = float(np.hypot(*(mesh.sites[cells[1]] - mesh.sites[cells[0]]))) / 2
    across = np.array([-along[1], along[0]]) / max(length, 1e-9)
    bends = rng.uniform(-1, 1, 2) * min(0.12 * length, 0.1 * half_gap)
    return np.array([start, start + along / 3 + across * bends[0], start + along * 2 / 3 + across * bends[1], end])


def _walk(steps: dict[int, tuple[int, Floats]]) -> Floats:
    first = corner = min(steps)
    lines = []
    while True:
        corner, line = steps[corner]
        lines.append(line[:-1])
        if corner == first:
            break
    if len(lines) != len(steps):
        raise ValueError("a district of the demonstration city is not in one piece")
    return np.concatenate([*lines, lines[0][:1]])


def to_degrees(points: Floats) -> Floats:
    """Kilometres east and north of the centre as longitude and latitude, five decimal places (about a metre)."""
    degrees: Floats = np.round(points / np.array(KM_PER_DEGREE) + np.array(ORIGIN), 5)
    return degrees


def ring_area(ring: Floats) -> float:
    """Signed area of a closed ring in its own units; positive where it runs anticlockwise."""
    return sum(float(a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(ring)) / 2
