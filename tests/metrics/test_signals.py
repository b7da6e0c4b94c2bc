"""Signals of data integrity: what is raised, what stays quiet, and that nothing without data is silently absent."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

import metrics
from metrics import Scope
from metrics.integrity.judging import against_past, against_peers, split_limit, split_p

END = date(2025, 12, 29)
WEEK = Scope(END - timedelta(days=7), END, by="station")
DAYS = 182 + 364


def fill(lake: Any, code: str, rng: np.random.Generator, days: int = DAYS, share: float = 0.5, **more: float) -> None:
    """Fill the last days before END with ten calls a day on average, by chance; `more` are shares of valid alerts."""
    received = rng.poisson(10, days)
    valid = rng.binomial(received, share)
    counts = {"received": received, "valid": valid, "excluded_nuisance": received - valid}
    counts |= {"caller_keyed": rng.binomial(valid, 0.95), "place_keyed": rng.binomial(valid, 0.9)}
    counts |= {name: rng.binomial(valid, part) for name, part in more.items()}
    first = END - timedelta(days=days)
    frame = pl.DataFrame({"day": [first + timedelta(days=n) for n in range(days)]} | counts)
    zeros = [n for n, kind in lake.columns["mart_alert_day"].items() if kind == "BIGINT" and n not in counts]
    frame = frame.with_columns(
        pl.lit(code).alias("station_code"), pl.lit("help").alias("category_group"), *(pl.lit(0).alias(n) for n in zeros)
    )
    lake.writes += 1
    lake.connection.register("filling", frame.to_arrow())
    listed = ", ".join(frame.columns)
    lake.connection.execute(f"INSERT INTO lake.mart_alert_day ({listed}) SELECT {listed} FROM filling")


@pytest.fixture
def city(lake: Any) -> Any:
    """Twelve stations that differ by chance only, for a year and a half."""
    rng = np.random.default_rng(42)
    for number in range(12):
        lake.station(f"S{number:02}")
        fill(lake, f"S{number:02}", rng)
    return lake


def raised(lake: Any, scope: Scope = WEEK) -> set[tuple[str, str]]:
    return {(signal.id, signal.unit) for signal in metrics.signals(lake, scope) if signal.state == "raised"}


def test_every_signal_stands_at_every_unit(city: Any) -> None:
    told = metrics.signals(city, WEEK)
    assert [signal.id for signal in told if signal.unit == "S00"] == list(metrics.signal_entries())
    assert all(signal.look_at in metrics.signal_entries() for signal in told)


def test_a_city_of_equals_is_quiet(city: Any) -> None:
    assert raised(city) == set()


def test_a_station_that_marks_more_calls_invalid_is_raised(city: Any) -> None:
    city.station("S99")
    city.alerts("S99", END - timedelta(days=DAYS), 364, 5, 10)
    fill(city, "S99", np.random.default_rng(1), 182, 0.25)
    assert ("G3", "S99") in raised(city)
    city_row = Scope(WEEK.start, WEEK.end)
    (signal,) = [s for s in metrics.signals(city, city_row) if s.id == "G3"]
    assert (signal.state, signal.raised_at) == ("raised", ("S99",))


def test_moves_down_only_are_raised_and_moves_both_ways_are_not(city: Any) -> None:
    city.alerts("S01", END - timedelta(days=100), 40, 0, 0, recoded_down=1)
    city.alerts("S02", END - timedelta(days=100), 40, 0, 0, recoded_down=1, recoded_up=1)
    found = raised(city)
    assert ("G2", "S01") in found
    assert ("G2", "S02") not in found


def test_the_window_ends_with_the_question(city: Any) -> None:
    (signal, *_) = metrics.signals(city, WEEK)
    assert signal.period == (END - timedelta(days=182), END)


def test_exact_split_agrees_with_the_binomial_table() -> None:
    # Siegel's table: 2 or fewer out of 12 has a one-sided chance of 0.019.
    assert split_p(2, 12) == pytest.approx(2 * 79 / 4096)
    assert split_p(6, 12) == 1.0
    limit = split_limit(12, 0.5, 0.0386)
    assert limit == pytest.approx(10 / 12)


def test_peers_alike_have_no_scatter_between_them() -> None:
    wholes = np.full(20, 400.0)
    parts = wholes * 0.3
    assert all(found.p == pytest.approx(1) for found in against_peers(parts, wholes))


def test_a_share_that_jumps_against_its_past_is_far_from_chance() -> None:
    rng = np.random.default_rng(7)
    wholes = np.full(52, 100.0)
    parts = rng.binomial(100, 0.4, 52).astype(float)
    jumped, still = against_past(1400, 2600, parts, wholes), against_past(1040, 2600, parts, wholes)
    assert jumped is not None and jumped.p < 1e-6
    assert still is not None and still.p > 0.01
    assert against_past(5, 10, parts[:5], wholes[:5]) is None
