"""The 16 changes that Ankang's bureau published, recomputed by the figure of the pages: two are wrong at the source."""

import csv
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from metrics import Scope, show

WRONG = [("2015年8月", "刑事类", "下降17.9%", "-18.0"), ("2017-01-09/15", "刑事类", "上升13.9%", "12.9")]


def test_sixteen_statements_recomputed_and_the_two_wrong_ones_named(lake, chinese_110_folder: Path) -> None:
    with (chinese_110_folder / "published_change_statements.csv").open(encoding="utf-8-sig", newline="") as stream:
        statements = list(csv.DictReader(stream))
    day, wrong = date(2020, 1, 1), []
    for number, statement in enumerate(statements):
        small = type(lake)()
        small.district("A")
        small.station("A1")
        small.alerts("A1", day, 1, int(statement["对比期"]))
        small.alerts("A1", day + timedelta(days=1), 1, int(statement["本期"]))
        asked = Scope(day + timedelta(days=1), day + timedelta(days=2), "previous")
        change = show(small, "alert_change", asked).rows[0].change
        assert change is not None, number
        computed = (Decimal(str(change)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        if abs(Decimal(str(change)) * 100 - Decimal(statement["公布百分比"])) > Decimal("0.05"):
            wrong.append((statement["期间"], statement["指标"], statement["公布变化"], f"{computed}"))
    assert len(statements) == 16
    assert wrong == WRONG
    assert [row["期间"] for row in statements if row["一致"] == "否"] == [period for period, *_ in WRONG]
