"""Rates and changes as reports write them (fixture F10), and stated changes against the numbers they come from."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.rates import Change, read_change, read_rates

D = Decimal


@pytest.mark.parametrize(
    ("cell", "rate", "count"),
    [
        ("12.34%", "0.1234", None),
        ("１２．３４％", "0.1234", None),
        ("0.1234", "0.1234", None),
        ("↓36.36%", "-0.3636", None),
        ("↑ 11.1%", "0.111", None),
        ("-14.3%", "-0.143", None),
        ("下降5.3%", "-0.053", None),
        ("同比下降了5.3%", "-0.053", None),
        ("上升1.2个百分点", "0.012", None),
        ("下降百分之八", None, None),
        ("增长2‰", "0.002", None),
        ("持平", "0", "0"),
        ("环比持平", "0", "0"),
        ("上升3起", None, "3"),
        ("减少1,204起", None, "-1204"),
        ("增加72起，上升2.6%", "0.026", "72"),
        ("基数为0", None, None),
    ],
)
def test_a_change_has_the_sign_and_the_unit_that_its_words_say(cell: str, rate: str | None, count: str | None):
    said = read_change(cell)
    assert said.rate == (None if rate is None else D(rate))
    assert said.count == (None if count is None else D(count))


@pytest.mark.parametrize("cell", ["#DIV/0!", "#REF!", "abc", "5 %%", "下降", "1.2.3%", "3起4起", "下降百分之八", "∞%"])
def test_what_is_no_change_stays_for_the_cast_to_refuse(cell: str):
    assert not read_change(cell).is_known
    values, told = read_rates(pl.Series([cell]))
    assert values.to_list() == [cell]
    assert told.to_list() == [False]


def test_a_bare_number_is_a_percentage_only_where_the_heading_says_so():
    assert read_change("12.34") == Change(D("12.34"), 2)
    assert read_change("12.34", bare_is_percent=True).rate == D("0.1234")


def test_a_change_in_cases_is_no_rate_and_is_told():
    values, told = read_rates(pl.Series(["上升3起", "12.34%", None, "", "基数为0"]))
    assert values.to_list() == ["", "0.1234", None, "", ""]
    assert told.to_list() == [True, False, False, False, True]


@given(st.decimals(-999, 999, places=2))
def test_every_way_to_write_a_change_reads_the_same(percent: Decimal):
    way = "↓" if percent < 0 else "↑"
    word = "下降" if percent < 0 else "上升"
    for cell in (f"{percent}%", f"{way}{abs(percent)}%", f"{word} {abs(percent)}％", f"同比{word}了{abs(percent)}%"):
        assert read_change(cell).rate == percent / 100


TARGETS = """
table: indicator_return
title: stated changes
on_error: quarantine
fields:
  indicator_id: {constant: change}
  org_code: 单位
  period_start: {column: 期间, parse: period_start}
  period_end: {column: 期间, parse: period_end}
  numerator: {column: 环比, parse: rate}
"""


def test_rates_load_and_what_is_none_is_told_or_refused(lake, load, tmp_path: Path):
    mapping = tmp_path / "changes.yaml"
    mapping.write_text(TARGETS, encoding="utf-8")
    rows = "单位,期间,环比\n东城区,2024年1月,下降50%\n东城区,2024年2月,上升3起\n东城区,2024年3月,#DIV/0!\n"
    report = load("indicator_return", rows, mapping=str(mapping))
    refused = [(refusal.row, refusal.column, refusal.value, refusal.code) for refusal in report.refusals]
    assert refused == [(3, "环比", "上升3起", "required"), (4, "环比", "#DIV/0!", "not_a_number")]
    (told,) = [warning for warning in report.warnings if warning["code"] == "no_rate"]
    assert (told["column"], told["values"]) == ("环比", ["上升3起"])
    assert lake.frame("SELECT numerator FROM lake.indicator_return").rows() == [(D("-0.50"),)]


CHECKED = """
table: indicator_return
title: published changes
fields:
  indicator_id: {constant: alerts_valid}
  org_code: 单位
  period_start: {column: 期间, parse: period_start}
  period_end: {column: 期间, parse: period_end}
  breakdown: 类别
  numerator: 本期
checks: [{published: 变化, current: 本期, base: 上期}]
"""


def test_a_stated_change_that_its_numbers_do_not_give_is_named_with_both(load, tmp_path: Path):
    mapping = tmp_path / "checked.yaml"
    mapping.write_text(CHECKED, encoding="utf-8")
    rows = [
        "单位,期间,类别,本期,上期,变化",
        '东城区,2024年1月,a,2846,2774,"增加72起，上升2.6%"',
        '东城区,2024年1月,b,2846,2774,"增加71起，上升2.6%"',
        "东城区,2024年1月,c,70,62,上升13.9%",
        "东城区,2024年1月,d,6689,8600,下降22.2%",
        "东城区,2024年1月,e,5,0,上升100%",  # a base of zero gives no rate, so nothing is claimed
        "东城区,2024年1月,f,5,5,持平",
        "东城区,2024年1月,g,5,6,持平",
        "东城区,2024年1月,h,5,6,",
    ]
    report = load("indicator_return", "\n".join(rows) + "\n", mapping=str(mapping))
    wrong = [warning for warning in report.warnings if warning["code"] == "published_change_differs"]
    assert [(w["row"], w["stated"], w["computed"]) for w in wrong] == [
        (3, "增加71起，上升2.6%", "+72"),
        (4, "上升13.9%", "+12.90%"),
        (8, "持平", "-1"),
    ]
    assert report.status == "committed"
