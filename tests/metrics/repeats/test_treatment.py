"""Before and after treatment: the fall that any high cluster has is not the treatment's."""

from datetime import date

import numpy as np
import pytest

from metrics import Scope, show

END = date(2025, 12, 31)


@pytest.fixture
def treated(lake, every_day, reports):
    """Sixty clusters alike; of thirty treated ones the first `lasting` go on, of the others every second does."""

    def make(lasting: int):
        every_day("A1", 364)
        for place in range(60):
            is_treated = place < 30
            goes_on = place < lasting if is_treated else place % 2 == 0
            [first, *_] = reports(10 + place, "A1", [100, 105, 110, *([130, 140] if goes_on else [])])
            if is_treated:
                day = date.fromordinal(date(2025, 1, 1).toordinal() + 115)
                lake.add("treatment", {"alert_id": first, "treated_on": day, "measure": "visit"})
        return show(lake, "repeat_treatment_effect", Scope(date(2025, 12, 1), END, "none"), key="place").rows[0]

    return make


def test_treatment_that_does_nothing_shows_none(treated):
    row = treated(15)
    assert row.extra["means"] == {"before": 3, "after": 1, "compared_before": 3, "expected": 1}
    assert row.value == pytest.approx(1)
    assert row.interval.low < 1 < row.interval.high
    assert row.has_note("regression_to_the_mean")


def test_treatment_that_helps_is_found(treated):
    row = treated(3)
    assert row.value == pytest.approx(0.2)
    assert row.interval.high < 1


def test_fewer_than_twenty_treated_clusters_have_no_ratio(lake, every_day, reports):
    every_day("A1", 364)
    for place in range(8):
        [first, *_] = reports(10 + place, "A1", [100, 105, 110])
        if place < 4:
            lake.add("treatment", {"alert_id": first, "treated_on": date(2025, 4, 26), "measure": "visit"})
    reports(99, "A1", [100, 105, 110, 130])
    row = show(lake, "repeat_treatment_effect", Scope(date(2025, 12, 1), END, "none"), key="place").rows[0]
    assert (row.value, row.suppressed, row.extra["treated"]) == (None, "base_under_20", 4)
    assert row.extra["expected"] == pytest.approx(4 * np.mean([0, 0, 0, 0, 1]))
