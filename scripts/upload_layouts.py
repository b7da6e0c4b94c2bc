"""Writes docs/uploads.md and the mapping `returns_by_name` from the catalogue, which is the only place that knows them.

Assumes that every small upload has the layout of its sample in `data/samples/`. `--check` writes nothing and fails when
a file is out of date.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from metrics.definitions import Indicator, catalogue  # noqa: E402 - the project's root must be known first

GUIDE = ROOT / "docs" / "uploads.md"
MAPPING = ROOT / "data" / "mappings" / "returns_by_name.yaml"
FORMS = {
    "staff_snapshot.csv": ("警力快照", "Strength"),
    "station_registers.csv": ("派出所建设登记表", "Registers of station building"),
    "village_officers.csv": ("一村（格）一警", "One officer for each village"),
    "mass_prevention.csv": ("群防群治与巡逻防控", "Mass prevention and patrol"),
    "transfer_12345.csv": ("110与12345联动", "110 and 12345"),
    "station_support.csv": ("警种部门支援派出所", "Support to stations"),
    "officer_care.csv": ("爱警暖警", "Officer care"),
    "station_grades.csv": ("等级评定与枫桥式派出所", "Grades and Fengqiao-style stations"),
    "hazards.csv": ("隐患与治安乱点", "Hazards and trouble spots"),
    "juveniles.csv": ("未成年人矫治（只报人数）", "Juveniles, numbers only"),
    "recommendations_services.csv": ("公安建议与为民实事", "Recommendations and services"),
    "school_law_education.csv": ("法治副校长与法治教育", "Law deputy heads and lessons"),
    "domestic_violence.csv": ("家暴告诫（只报件数）", "Domestic violence, numbers only"),
    "disputes_and_visits.csv": ("纠纷化解、走访与五防宣传", "Disputes, visits and publicity"),
    "case_points.csv": ("单警办案积分（只报单位合计）", "Case points, totals of the unit only"),
    "law_quality.csv": ("执法质量查改评", "Quality of law enforcement"),
    "satisfaction.csv": ("满意度与回访", "Satisfaction and call-back"),
    "honours_and_conduct.csv": ("岗位标兵、教育、投诉与系统使用", "Role models, education, complaints, accounts"),
}
PARTS = {
    "officer": "民警", "auxiliary": "仅辅警",
    "ministry": "部级", "province": "省级", "city": "市级", "district": "县区级",
    "theft": "防盗", "fraud": "防骗", "drugs": "防毒", "disputes": "防矛盾纠纷", "accidents": "防治安灾害事故",
    "major": "重大隐患", "general": "一般隐患",
}  # fmt: skip
GROUPED = {
    "fengqiao_stations": "枫桥式公安派出所占比",
    "role_models": "每百人岗位标兵、专业能手",
    "village_officer_coverage": "一村（格）一警覆盖率",
}
"""Returns that several indicators read, each its own part: the name that stands in the file."""
EVERY = {"month": "monthly 每月", "quarter": "quarterly 每季", "year": "yearly 每年"}
HEADER = """# Small uploads 小表上报

Written by `make dictionary` from the catalogue; do not edit by hand.

Rows of the plan that no alert, case or training result can tell are reported as counts. Every form below has a small
fictional sample in `data/samples/` (UTF-8, marked 演示) that loads as it is:

```sh
python -m etl load indicator_return data/samples/hazards.csv --mapping returns_by_name
python -m etl load staff data/samples/staff_snapshot.csv --mapping auto
```

A form has one line a figure, unit and period:

| column | what stands in it |
| --- | --- |
| 指标名称 | the name of the figure, as in the tables below |
| 单位 | a district or a station, by name or code; a district's own line comes before those of its stations |
| 统计期间 | 2025年11月, 2025年第4季度 or 2025年 |
| 完成数 | the numerator; for medians and percentiles the value itself |
| 总数 | the denominator; empty for plain counts; for medians the number of records |
| 分组 | the part that is counted; empty for the whole |

Amounts that are no parts of a whole end in what they are (`_hours`, `_minutes`, `_days`, `_points`, `_median`, `_p90`,
`_ratio`), so that the importer does not ask why they exceed their denominator. Domestic violence and minors are
reported as numbers only, and cells under 5 are never shown.

Which return answers for a period: those that lie wholly inside it are added up (of a stock only the last counts);
where there is none, the latest that ended before the period's end is shown, and the figure says so.
"""
MAPPING_HEAD = """# Returns that name their figure in Chinese, as the forms of docs/uploads.md do.
# Written by `make dictionary` from the catalogue; do not edit by hand.
table: indicator_return
title: 小表上报 Small uploads by name
fields:
  org_code: 单位
  period_start: {column: 统计期间, parse: period_start}
  period_end: {column: 统计期间, parse: period_end}
  numerator: 完成数
  denominator: 总数
"""


def main() -> int:
    """Write both files, or with `--check` return 1 when one is not what the catalogue says."""
    written = {GUIDE: guide(), MAPPING: mapping()}
    if "--check" in sys.argv[1:]:
        return int(any(not path.exists() or path.read_text(encoding="utf-8") != text for path, text in written.items()))
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return 0


def fed_by(sample: str) -> list[Indicator]:
    """Return the indicators that a sample feeds, in the order of the plan."""
    return sorted((e for e in catalogue().values() if e.upload and e.upload.sample == sample), key=lambda e: e.row)


def name_in_file(entry: Indicator) -> str:
    """Return the name under which a figure stands in a form."""
    assert entry.upload is not None
    return GROUPED.get(entry.upload.indicator_id or entry.id, entry.name["zh"])


def parts_of(entry: Indicator) -> list[str]:
    """Return the parts that a form may hold of a figure, `all` for the whole."""
    assert entry.upload is not None
    return [str(v) for v in entry.parameters["part"].values] if "part" in entry.parameters else [entry.upload.breakdown]


def guide() -> str:
    """Return docs/uploads.md."""
    sections = [HEADER]
    for sample, (zh, en) in FORMS.items():
        entries = fed_by(sample)
        sections.append(f"## {en} {zh}\n\nSample: `data/samples/{sample}`.\n")
        sections.append(_strength(entries) if sample == "staff_snapshot.csv" else _form(entries))
    return "\n".join(sections)


def _strength(entries: Iterable[Indicator]) -> str:
    fed = ", ".join(f"{e.plan_row} `{e.id}`" for e in entries)
    return (
        "Table `staff`, a snapshot at the end of each month or quarter, of every district and station: 单位, 统计日期, "
        f"民警总数, 派出所民警, 社区民警, 辅警, 应训民警, 应训辅警. It feeds {fed}, and who is due for training.\n"
    )


def _form(entries: Iterable[Indicator]) -> str:
    lines = [
        "| row | 指标名称 | 完成数 | 总数 | 分组 | how often, from whom |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for entry in entries:
        assert entry.upload is not None
        parts = "、".join(PARTS[part] for part in parts_of(entry) if part != "all")
        whole = entry.denominator["zh"] if entry.denominator else ""
        level = "stations 派出所" if "station" in entry.levels else "districts 分局"
        often = f"{EVERY[entry.upload.every]}, {level}"
        cells = (entry.plan_row, f"{name_in_file(entry)} (`{entry.id}`)", entry.numerator["zh"], whole, parts, often)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def mapping() -> str:
    """Return the mapping by names."""
    names = {
        name_in_file(entry): entry.upload.indicator_id or entry.id
        for entry in sorted(catalogue().values(), key=lambda entry: entry.row)
        if entry.upload and entry.upload.table == "indicator_return"
    }
    lines = ["  indicator_id:", "    column: 指标名称", "    map:"]
    lines += [f"      {name}: {indicator_id}" for name, indicator_id in names.items()]
    lines += ["  breakdown:", "    column: 分组", "    missing: all", "    map:"]
    lines += [f"      {word}: {part}" for part, word in PARTS.items()]
    return MAPPING_HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
