"""Random streams that make the city repeatable: one for each purpose, so that a change to one part moves no other.

Assumes numpy's PCG64, whose output is the same on every platform for the same seed.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """A generator of random numbers that depends on the seed and the purpose only."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def rank_draw(rng: np.random.Generator, sizes: Floats, exponent: float) -> Integers:
    """Draw one rank, 0 to size - 1, for each size, with probability falling as (rank + 1) ** -exponent.

    The continuous power law is inverted, so that a pool of any size costs the same (Zipf-like for exponents under 1).
    """
    power = 1.0 - exponent
    spread = (sizes + 1.0) ** power - 1.0
    ranks = (rng.random(len(sizes)) * spread + 1.0) ** (1.0 / power) - 1.0
    return np.minimum(ranks.astype(np.int64), sizes.astype(np.int64) - 1)


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Integers:
    """Draw positions with the given weights."""
    steps = np.cumsum(weights)
    positions = np.searchsorted(steps, rng.random(size) * steps[-1], side="right")
    drawn: Integers = np.minimum(positions, len(weights) - 1).astype(np.int64)
    return drawn
