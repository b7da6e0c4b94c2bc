"""What the importer says to people, in English or Chinese: the report and its warnings as lines of text.

The language is that of the terminal (LC_ALL, LC_MESSAGES, LANG), English where it names neither.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from etl.errors import Refusal, sentence
from etl.report import LoadReport

SHOWN = 20
OUTCOMES = {
    "committed": ("Loaded.", "已装载。"),
    "quarantined": ("Loaded; the rows below were set aside.", "已装载；下列行已搁置。"),
    "unchanged": ("Nothing to do: all of it was there already.", "无需装载：数据均已存在。"),
    "refused": ("Refused; the warehouse is as it was.", "未装载；数据仓库保持原样。"),
    "dry-run": ("Checked only; nothing was changed.", "仅作检查；未作任何改动。"),
}
COUNTS = (
    "{read:,} rows read, {loaded:,} new, {updated:,} updated, {repeated:,} repeated, {refused:,} refused.",
    "读取 {read:,} 行，新增 {loaded:,} 行，更新 {updated:,} 行，重复 {repeated:,} 行，未通过 {refused:,} 行。",
)
WARNING = ("Warning: ", "提示：")
PLACE = {
    "en": ("{file}", "row {row}", "column {column}", ", ", ": {reason}; {hint}."),
    "zh": ("{file}", "第 {row} 行", "“{column}”列", "，", "：{reason}；{hint}。"),
}
MORE = (
    "… {rows:,} rows are refused in all; --json names the first {cells:,} cells.",
    "…… 未通过的共 {rows:,} 行；--json 列出前 {cells:,} 个单元格。",
)
WARNINGS = {
    "not_a_station": (
        "{rows} rows belong to {count} units that are no station; "
        "they are kept apart: {values} (district values: {districts})",
        "{rows} 行属于 {count} 个非派出所单位，已单独保留：{values}（所属分局取值：{districts}）",
    ),
    "stations_registered": (
        "{count} stations are new and were registered from the file: {values}",
        "{count} 个新单位已按文件登记：{values}",
    ),
    "districts_registered": (
        "{count} districts are new and were registered from the file: {values}",
        "{count} 个新区县已按文件登记：{values}",
    ),
    "section_title_rows": ("{count} rows were titles of sections", "{count} 行为分段标题"),
    "section_total_rows": (
        "{count} rows belong to sections that sum up others, and were left out",
        "{count} 行属于汇总分段，已略去",
    ),
    "no_rate": (
        "{count} cells of {column} state a change that is no rate, and were left empty: {values}",
        "“{column}”列有 {count} 个单元格所述不是比率，已留空：{values}",
    ),
    "published_change_differs": (
        "{file}, row {row}: {column} is stated as {stated}; {current} against {base} is {computed}",
        "{file} 第 {row} 行：“{column}”写作 {stated}，按 {current} 与 {base} 计算应为 {computed}",
    ),
    "blank_rows": ("{count} rows were blank and left out", "略去 {count} 个空行"),
    "repeated_header_rows": ("{count} rows were the header again and left out", "略去 {count} 行重复的表头"),
    "total_rows": (
        "{count} rows were totals: they are checked against the other rows and not loaded",
        "{count} 行为合计，用于核对，不装载",
    ),
    "footer_rows": ("{count} rows were notes below the table and left out", "略去表后 {count} 行说明"),
    "lead_rows": ("{count} rows were titles or periods and left out", "略去 {count} 行标题或期间说明"),
    "numbers_hidden": (
        "{count} cells of words held a telephone or identity number, which was taken out",
        "{count} 个文字单元格含电话或身份证号码，已隐去",
    ),
    "category_fell_back": (
        "{count} alerts have no category now; they count by the one that they had at first",
        "{count} 条警情没有确认类别，按初始类别归类",
    ),
    "period_differs": (
        "{file} is titled {stated_from} to {stated_to}, but {count} rows lie outside of that; "
        "they run from {first} to {last}",
        "{file} 标题写明 {stated_from} 至 {stated_to}，但有 {count} 行不在其内；实际为 {first} 至 {last}",
    ),
    "hidden_rows": (
        "{count} rows of the sheet {sheet} are hidden; they were read like all others",
        "工作表“{sheet}”有 {count} 行被隐藏，已照常读取",
    ),
    "sheets_left_out": (
        "of the workbook the sheet {sheet} was read; {count} other sheets were not: {values}",
        "读取工作表“{sheet}”；另有 {count} 个工作表未读取：{values}",
    ),
    "cells_beyond": (
        "{file}: {count} rows, the first of them row {row}, have cells beyond the last heading; these were left out",
        "{file} 有 {count} 行（首见于第 {row} 行）在最后一个表头之外另有内容，已略去",
    ),
    "left_out_of_archive": (
        "{file} holds {count} files that are no tables and were not read: {values}",
        "{file} 中有 {count} 个文件不是表格，未读取：{values}",
    ),
    "total_differs": (
        "{file}, row {row}: {label} of {column} is stated as {stated}, the rows add up to {computed}",
        "{file} 第 {row} 行：“{column}”的{label}写作 {stated}，各行相加为 {computed}",
    ),
    "unmapped_categories": (
        "{count} category codes are in no group and count as unmapped: {values}",
        "{count} 个类别代码没有对应大类，计为未映射：{values}",
    ),
    "expectation": (
        "{unexpected} of {evaluated} rows fail the expectation {name} on {column} ({severity})",
        "{evaluated} 行中有 {unexpected} 行不符合 {column} 列的规则 {name}（{severity}）",
    ),
}


def chosen_language(environment: Mapping[str, str] | None = None) -> str:
    """The language of the terminal: `zh` or `en`."""
    given = os.environ if environment is None else environment
    first = next((given[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if given.get(name)), "")
    return "zh" if first.startswith("zh") else "en"


def _say(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language.startswith("zh") else pair[0]


def warning_line(warning: dict[str, Any], language: str = "en") -> str:
    """One warning as a sentence."""
    form = WARNINGS.get(str(warning.get("code")))
    if form is None:
        return str(warning)
    shown = dict(warning)
    for key in ("values", "districts"):
        if isinstance(shown.get(key), list):
            values = [str(value) for value in shown[key]]
            shown[key] = ", ".join(values[:SHOWN]) + (" …" if len(values) > SHOWN else "")
    return _say(form, language).format(**shown)


def refusal_line(refusal: Refusal, language: str = "en") -> str:
    """One refused cell, row or file as a sentence: where, what stands there, why, and what to do."""
    file, row, column, join, rest = PLACE["zh" if language.startswith("zh") else "en"]
    reason, hint = sentence(refusal.code, language)
    where = [file.format(file=refusal.file)]
    where += [row.format(row=refusal.row)] if refusal.row is not None else []
    where += [column.format(column=refusal.column)] if refusal.column else []
    value = f" «{refusal.value}»" if refusal.value is not None else ""
    detail = f" ({refusal.detail})" if refusal.detail else ""
    return join.join(where) + value + rest.format(reason=reason + detail, hint=hint)


def report_lines(report: LoadReport, language: str = "en") -> list[str]:
    """The report for a person: outcome, counts, warnings, refused cells."""
    lines = [_say(OUTCOMES[report.status], language)]
    if report.rows_read:
        lines.append(
            _say(COUNTS, language).format(
                read=report.rows_read,
                loaded=report.rows_loaded,
                updated=report.rows_updated,
                repeated=report.rows_repeated,
                refused=report.rows_refused,
            )
        )
    lines += [_say(WARNING, language) + warning_line(warning, language) for warning in report.warnings]
    lines += [refusal_line(refusal, language) for refusal in report.refusals[:SHOWN]]
    if len(report.refusals) > SHOWN:
        lines.append(_say(MORE, language).format(rows=report.rows_refused, cells=len(report.refusals)))
    return lines
