"""Contributions add up to the last alert; the Ankang bulletin taken apart (set p21)."""

import json
from datetime import date
from math import log

import pytest

from metrics import Scope, show
from metrics.contributions import logarithmic_mean, received_part

MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
YEAR_AGO = date(2024, 12, 23)
CLASSES = ("criminal", "public_order", "traffic", "dispute", "help")


def fill(lake) -> None:
    for number, station in enumerate(("A1", "A2", "B1")):
        for place, group in enumerate(CLASSES):
            was, now = 5 + 3 * number + place, 4 + 2 * number + 2 * place
            lake.alerts(station, YEAR_AGO, 7, was, was + 4, category_group=group)
            lake.alerts(station, MONDAY, 7, now, now + 3, category_group=group)


def parts(lake, **more):
    split = more.pop("split", "unit")
    return show(lake, "alert_contributions", Scope(MONDAY, END, **more), split=split).rows


@pytest.mark.parametrize(
    "question", [{"by": "district"}, {"by": "station"}, {"split": "class"}, {"split": "class", "districts": ("A",)}]
)
def test_parts_add_up_to_the_whole(lake, question) -> None:
    fill(lake)
    rows = parts(lake, **question)
    (whole,) = show(lake, "alert_change", Scope(MONDAY, END, districts=question.get("districts", ()))).rows
    assert len(rows) > 1
    assert sum(row.extra["difference"] for row in rows) == whole.extra["difference"]
    assert sum(row.numerator for row in rows) == whole.numerator
    assert sum(row.base_numerator for row in rows) == whole.base_numerator
    assert all(row.extra["of_received"] + row.extra["of_valid_share"] == row.extra["difference"] for row in rows)
    assert sum(row.extra["log_contribution"] for row in rows) == pytest.approx(whole.extra["log_change"], abs=1e-12)


def test_districts_are_the_sums_of_their_stations(lake) -> None:
    fill(lake)
    districts = {row.unit: row for row in parts(lake, by="district")}
    stations = parts(lake, by="station")
    for code, row in districts.items():
        own = [station for station in stations if station.unit.startswith(code)]
        assert row.extra["difference"] == sum(station.extra["difference"] for station in own)


def test_exchanging_the_periods_turns_the_sign_only(lake) -> None:
    fill(lake)
    forward = {row.unit: row.extra["log_contribution"] for row in parts(lake, by="station")}
    lake.connection.execute(
        "UPDATE lake.mart_alert_day SET day = CASE WHEN day >= DATE '2025-12-22' THEN day - 364 ELSE day + 364 END"
    )
    lake.writes += 1
    backward = {row.unit: row.extra["log_contribution"] for row in parts(lake, by="station")}
    assert backward == pytest.approx({unit: -value for unit, value in forward.items()})


def test_a_part_that_appears_or_goes_away_counts_whole(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 7, 10)
    lake.alerts("A1", MONDAY, 7, 9)
    lake.alerts("A2", MONDAY, 7, 2)
    rows = {row.unit: row for row in parts(lake, by="station")}
    assert (rows["A2"].extra["difference"], rows["A2"].change, rows["A2"].suppressed) == (14, None, "no_base")
    assert sum(row.extra["log_contribution"] for row in rows.values()) == pytest.approx(log(77 / 70))


def test_without_a_base_there_is_nothing_to_take_apart(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 9)
    (row,) = parts(lake, by="station")
    assert (row.value, row.suppressed) == (None, "no_base_data")
    (row,) = parts(lake, by="station", comparison="none")
    assert row.suppressed == "no_comparison"


def test_no_points_on_a_base_under_twenty(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 1, 19)
    lake.alerts("A1", MONDAY, 1, 12)
    (row,) = parts(lake, by="city")
    assert (row.extra["difference"], row.extra["points"], row.change) == (-7, None, None)


def test_the_ankang_bulletin_taken_apart(lake, reference_values) -> None:
    """Classes of the printed table, 环比; and the fall split into calls received and valid share."""
    path = reference_values / "p21_cn_weekly_bulletin" / "bulletin.json"
    bulletin = json.loads(path.read_text(encoding="utf-8"))
    names, last, this = (bulletin[key] for key in ("columns", "last_week_valid_by_type", "this_week_valid_by_type"))
    week_before = date(2025, 12, 15)
    for place, name in enumerate(names):
        lake.alerts("A1", week_before, 1, last[place], category_group=name)
        lake.alerts("A1", MONDAY, 1, this[place], category_group=name)
    for day, key in ((week_before, "last_week"), (MONDAY, "this_week")):
        lake.alerts("A1", day, 1, 0, bulletin[key]["invalid"], category_group=names[-1])
    rows = {row.unit: row for row in parts(lake, split="class", comparison="previous")}
    assert {name: rows[name].extra["difference"] for name in names} == {
        name: now - was for name, was, now in zip(names, last, this, strict=True)
    }
    assert sum(row.extra["difference"] for row in rows.values()) == 1593 - 1858
    printed = bulletin["published"]
    assert 100 * rows["刑事类"].change == pytest.approx(printed["criminal_huanbi_percent"], abs=0.05)
    assert 100 * rows["治安类"].change == pytest.approx(printed["public_order_huanbi_percent"], abs=0.05)
    assert sum(row.extra["log_contribution"] for row in rows.values()) == pytest.approx(
        bulletin["derived_here_not_published"]["ln_change_valid"], abs=1e-6
    )
    assert {row.extra["whole_of_received"] for row in rows.values()} == {-124}
    (whole,) = parts(lake, by="city", comparison="previous")
    assert (whole.extra["of_received"], whole.extra["of_valid_share"]) == (-124, -141)  # 47 % and 53 % of −265
    (change,) = show(lake, "alert_change", Scope(MONDAY, END, "previous")).rows
    assert change.verdict == "contradicted"
    assert change.extra["share_part_of_change"] == pytest.approx(0.53, abs=0.005)


def test_logarithmic_mean() -> None:
    assert logarithmic_mean(2, 1) == pytest.approx(1 / log(2))
    assert logarithmic_mean(5, 5) == 5
    assert received_part({"received": 100, "valid": 40}, {"received": 200, "valid": 80}) == -40
    assert received_part({"received": 0, "valid": 0}, {"received": 200, "valid": 80}) == -80
