"""Reads rates and changes as reports write them: 12.34%, 0.1234, ↓36.36%, 下降5.3%, 持平, 上升1.2个百分点.

A fall has a minus, and 持平 (unchanged) is zero. A change told in cases (上升3起) is a count and no rate: it is left
empty and told, as is what a base of zero gives. Everything else that is no number is bad.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

UP = ("↑", "▲", "上升", "增长", "增加", "提高", "升", "增", "多")
DOWN = ("↓", "▼", "下降", "减少", "降低", "回落", "降", "减", "少")
SAME = ("持平", "不变", "无变化")
NO_RATE = frozenset({"基数为0", "基数为零", "不可比", "无法计算", "无可比数据"})
NUMBER = r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
WORDS = "|".join(map(re.escape, (*UP, *DOWN)))
PART = re.compile(
    rf"(?:同比|环比|比上年|较上[年月周])?(?P<way>{WORDS})?了?(?P<share>百分之)?{NUMBER}(?P<unit>%|‰|个百分点|[起件人次宗])?"
)
SCALES = {"%": Decimal(100), "‰": Decimal(1000), "个百分点": Decimal(100)}
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Change:
    """What a cell says. `rate`: a fraction with its sign; `places`: decimals of the percentage as written.

    `count`: a change in cases; `is_known` is false where the cell is no statement of this kind.
    """

    rate: Decimal | None = None
    places: int = 0
    count: Decimal | None = None
    is_known: bool = True


def read_change(cell: str, bare_is_percent: bool = False) -> Change:
    """What one cell says.

    Args:
        cell: as the file has it.
        bare_is_percent: whether a number without a sign of its unit is a percentage (the heading says so).
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell))
    if re.sub(r"^(同比|环比)", "", text) in SAME:
        return Change(Decimal(0), 1, Decimal(0))
    if text in NO_RATE:
        return Change()
    found: dict[str, Decimal] = {}
    places = 0
    for part in re.split(r"[,;、](?!\d{3}(?:\D|$))", text):
        match = PART.fullmatch(part)
        if match is None:
            return Change(is_known=False)
        value = Decimal(match["number"].replace(",", ""))
        value = -abs(value) if match["way"] in DOWN else value
        unit = "%" if match["share"] else match["unit"]
        unit = unit or ("%" if bare_is_percent else "")
        kind = "count" if unit and unit not in SCALES else "rate"
        if kind in found:
            return Change(is_known=False)
        found[kind] = value / SCALES.get(unit, Decimal(1))
        if kind == "rate":
            places = max(-int(value.as_tuple().exponent), 0) - (0 if unit != "‰" else -1)
    return Change(found.get("rate"), places, found.get("count"))


def read_rates(text: pl.Series, bare_is_percent: bool = False) -> tuple[pl.Series, pl.Series]:
    """Rates as plain decimals (text, empty where there is none), and which cells say something that is no rate.

    What is no number at all is left as it is, for the cast to refuse.

    Args:
        text: cells.
        bare_is_percent: whether a bare number is a percentage.
    """
    cells = text.unique().drop_nulls().to_list()
    known = {cell: read_change(cell, bare_is_percent) for cell in cells if cell.strip()}
    rates = {cell: f"{said.rate:f}" for cell, said in known.items() if said.rate is not None}
    none = [cell for cell, said in known.items() if said.is_known and said.rate is None]
    values = text.replace(rates) if rates else text
    told = text.is_in(none).fill_null(False)
    if none:
        values = values.replace(dict.fromkeys(none, ""))
    return values, told
