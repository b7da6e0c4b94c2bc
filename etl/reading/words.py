"""The words by which tables made for people are told from their data, and how cells are compared with them."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

SMALL_TOTALS = frozenset({"小计", "subtotal"})
LARGE_TOTALS = frozenset({"合计", "总计", "共计", "总和", "累计合计", "total", "grandtotal"})
WHOLE_TOTALS = frozenset({"全市", "全县", "全区", "全省", "全市合计", "全县合计", "全区合计"})
TOTALS = SMALL_TOTALS | LARGE_TOTALS | WHOLE_TOTALS
FOOTERS = (
    "填报人", "填表人", "审核人", "制表人", "制表", "负责人", "填报单位", "填报时间", "填报日期",
    "制表时间", "联系电话", "注:", "注1", "备注:", "说明:", "数据来源", "来源:", "资料来源",
    "制单", "复核", "打印时间", "导出时间", "source:", "note:", "notes:",
)  # fmt: skip
LEADS = (
    "统计时间",
    "统计时段",
    "统计口径:",
    "时段:",
    "日期:",
    "周期:",
    "期间:",
    "报送单位",
    "统计日期",
    "统计周期",
    "统计期间",
    "单位:",
    "计量单位",
    "时间:",
    "数据库:",
    "指标:",
    "制表单位",
)
TOTAL_OF = re.compile(r"(?P<of>.{0,8})(?:小计|合计|总计|共计):?")
MAY_BE_TOTAL = r"计|[总總]\s*和|全\s*[市县区省]|(?i:t\s*o\s*t\s*a\s*l|ｔｏｔａｌ)"
"""Every total matches this as it is written."""
NOTE = re.compile(r"[(（]?\d{1,2}[.、．)）]|第\d+页|共\d+页")
Kind = Literal["small", "large", "whole"]
NOTHING = frozenset({"无数据", "暂无数据", "nodata"})
SPACE = re.compile(r"[\s\u200b\ufeff]+")
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d+)?%?")
DATED = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([ T日].*)?")


def squeezed(cell: str | None) -> str:
    """A cell for comparing: one width, lower case, no white space at all (合　计 is 合计)."""
    return SPACE.sub("", unicodedata.normalize("NFKC", cell)).lower() if cell else ""


def total_kind(text: str) -> Kind | None:
    """What a squeezed cell says it is the total of: rows above it (小计, 东城分局合计), its block, or everything."""
    if text in WHOLE_TOTALS:
        return "whole"
    if text in SMALL_TOTALS:
        return "small"
    if text in LARGE_TOTALS:
        return "large"
    found = TOTAL_OF.fullmatch(text)
    if found is None:
        return None
    return "large" if found["of"] in ("", "总", "本页", "各单位") else "small"


def tidy_heading(cell: str | None) -> str:
    """A heading as the file names it, on one line and without invisible characters."""
    return " ".join((cell or "").replace("\u200b", "").replace("\ufeff", "").split())


def is_lead(text: str) -> bool:
    """Whether a squeezed cell says a period, unit or the like, as lines above a table do; a mere heading does not."""
    has_value = ":" in text or any(letter.isdigit() for letter in text)
    return has_value and (text.startswith(LEADS) or (":" in text and text.startswith(FOOTERS)))


def is_data(cell: str | None) -> bool:
    """Whether a cell looks like a value and not like a heading: a number, a date, a dash."""
    text = squeezed(cell)
    return bool(text) and (NUMBER.fullmatch(text) is not None or DATED.fullmatch(text) is not None or text in "-—/")
