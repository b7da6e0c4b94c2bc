"""Why rows or files are refused: a code, and one sentence in each language that says what to do.

A refusal never aborts in the middle: the report lists them, and nothing is committed unless the caller chose to
set the rows aside (`quarantine`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

REASONS: dict[str, tuple[str, str, str, str]] = {
    # code: (reason en, hint en, reason zh, hint zh)
    "required": ("the value is missing", "fill it in, or leave the row out", "缺少必填值", "请补填，或删去该行"),
    "not_a_number": (
        "this is not a number, or it is too large for the column",
        "write digits only",
        "不是数字，或超出该列可容纳的大小",
        "请只填数字",
    ),
    "not_a_date": ("this is not a date", "write it as 2024-01-05", "不是日期", "请写成 2024-01-05"),
    "not_a_time": (
        "this is not a date and time that can be read without guessing",
        "write it as 2024-01-05 08:30:00",
        "无法确切识别的日期时间",
        "请写成 2024-01-05 08:30:00",
    ),
    "not_yes_no": ("this is neither yes nor no", "write 1 or 0, 是 or 否", "不是“是/否”", "请填 1 或 0、是或否"),
    "not_in_list": (
        "this value is not one of those allowed",
        "see the data dictionary",
        "不在允许的取值内",
        "请查数据字典",
    ),
    "suppressed": (
        "the source does not tell this figure, because it is about too few people",
        "nothing is to be done; the row is left out",
        "来源因人数过少未公布该数",
        "无需处理；该行不装载",
    ),
    "out_of_range": ("the value is outside its range", "check the source", "超出取值范围", "请核对来源"),
    "spoilt_id": (
        "Excel has turned this number into a power of ten, and its last digits are lost (Excel keeps 15)",
        "export the column as text",
        "编号已被 Excel 改成科学计数，末尾数字已丢失（Excel 只保留 15 位）",
        "请把该列按文本导出",
    ),
    "unknown_station": (
        "no station has this code or name",
        "load it into `station` first, or add the name to its aliases",
        "没有这个单位代码或名称",
        "请先装载到 station，或把名称加入其别名",
    ),
    "unknown_district": (
        "no district has this code",
        "load it into `district` first",
        "没有这个区划代码",
        "请先装载 district",
    ),
    "running_text": (
        "this is running text, which may name people, where a code or a short word belongs",
        "map a column of codes to it, or leave it out",
        "此处应为代码或短词，却是可能涉及个人的叙述文字",
        "请改映射代码列，或不映射该列",
    ),
    "missing_file": ("there is no such file", "check the path", "文件不存在", "请核对路径"),
    "is_folder": ("this is a folder", "name the files in it", "这是文件夹", "请指明其中的文件"),
    "unreadable_file": (
        "the file cannot be read",
        "check its permissions, and that no other program holds it",
        "文件无法读取",
        "请检查文件权限，以及是否被其他程序占用",
    ),
    "lost_letters": (
        "letters of this value were lost when it was exported (it holds the sign �)",
        "export it again as UTF-8 or GB18030",
        "该值在导出时已丢失字符（含有 �）",
        "请以 UTF-8 或 GB18030 重新导出",
    ),
    "wrong_encoding": (
        "the file is not in the encoding that was named",
        "leave --encoding out, it is found by itself",
        "文件并非所指定的编码",
        "请去掉 --encoding，程序会自行识别",
    ),
    "empty_file": ("the file holds no rows", "export it again", "文件没有数据行", "请重新导出"),
    "not_text": (
        "this is not a text file",
        "export it as CSV (UTF-8 or GB18030)",
        "不是文本文件",
        "请导出为 CSV（UTF-8 或 GB18030）",
    ),
    "is_workbook": (
        "this is an Excel workbook and not a text file",
        "leave the encoding to be found out",
        "这是 Excel 工作簿，不是文本文件",
        "请不要指定编码",
    ),
    "bad_workbook": (
        "the workbook is damaged, or it is another kind of file under this name",
        "open it in Excel or WPS and save it as .xlsx",
        "工作簿已损坏，或者是改了扩展名的其他文件",
        "请用 Excel 或 WPS 打开后另存为 .xlsx",
    ),
    "is_html": (
        "this is a web page, whatever its name says",
        "open it in Excel or WPS and save it as .xlsx",
        "这是网页，不是表格文件",
        "请用 Excel 或 WPS 打开后另存为 .xlsx",
    ),
    "has_password": (
        "the file is protected by a password",
        "save it without a password",
        "文件设有密码",
        "请取消密码后另存",
    ),
    "unread_kind": (
        "files of this kind are not read",
        "save it as .xlsx or CSV",
        "不支持这种文件格式",
        "请另存为 .xlsx 或 CSV",
    ),
    "no_sheet": (
        "the workbook has no such sheet",
        "choose one of those named",
        "工作簿中没有这个工作表",
        "请从所列工作表中选择",
    ),
    "no_table": (
        "no table was found: no row looks like a header with data below it",
        "name the sheet and the row of the header",
        "没有找到表格：没有一行像表头且下面有数据",
        "请指定工作表和表头所在行",
    ),
    "too_wide": ("the table has too many columns", "export only the columns needed", "列数过多", "请只导出需要的列"),
    "sheet_too_large": (
        "the sheet reaches further than can be read; often one stray cell far below or beside the table does that",
        "delete the empty rows and columns around the table, or split it by period",
        "工作表范围过大，往往是表格以外很远处有多余的单元格",
        "请删除表格四周的空行空列，或按时段拆分",
    ),
    "too_large": ("the file is too large", "split it by period", "文件过大", "请按时段拆分"),
    "too_many_cells": (
        "this row has more cells than the header has columns",
        "check quotes and delimiters in it, or where the header begins",
        "本行单元格数多于表头列数",
        "请检查该行的引号和分隔符，或表头所在行",
    ),
    "zip_bomb": (
        "unpacked, the file would be far larger than a table is",
        "send the tables by themselves",
        "解压后的体积远超正常表格",
        "请直接提交表格文件",
    ),
    "bad_archive": ("the archive is damaged", "make it again", "压缩包已损坏", "请重新打包"),
    "empty_archive": (
        "the archive holds no CSV, XLSX or XLS",
        "put the tables in it directly, not in another archive",
        "压缩包内没有 CSV、XLSX 或 XLS",
        "请直接放入表格，不要嵌套压缩包",
    ),
    "utf16_unmarked": (
        "the file is text in UTF-16 without the mark by which that is known",
        "save it as UTF-8",
        "文件是没有字节序标记的 UTF-16 文本",
        "请另存为 UTF-8",
    ),
    "no_context": (
        "the mapping takes something from around the table, or a period from a heading, that this file does not say",
        "give it in the mapping as a constant, or name the period in the title",
        "映射要从表外（标题、统计时间等）或列名中取值，而本文件没有写明",
        "请在映射中填写固定值，或在标题中写明统计期间",
    ),
    "is_big5": (
        "the file is in Big5 (traditional Chinese), which no source system of ours writes",
        "save it as UTF-8",
        "文件为 Big5（繁体）编码，与本系统数据来源不符",
        "请另存为 UTF-8",
    ),
    "bad_encoding": (
        "the file is neither UTF-8 nor GB18030 throughout",
        "export it again; the byte named may be where it was cut",
        "文件既不是完整的 UTF-8，也不是完整的 GB18030",
        "请重新导出；所示字节处可能被截断",
    ),
    "missing_column": (
        "the file lacks a column that the mapping needs",
        "choose the mapping of this source with --mapping, or add the column",
        "文件缺少映射所需的列",
        "请用 --mapping 选择该来源的映射，或补上此列",
    ),
    "malformed": (
        "the rows of the file do not have the same columns throughout",
        "check quotes and delimiters near the line named",
        "各行的列数不一致",
        "请检查所示行附近的引号和分隔符",
    ),
    "wrong_mapping": (
        "the mapping is made for another table",
        "name the table of the mapping",
        "映射属于另一张表",
        "请使用该映射对应的表",
    ),
    "date_out_of_range": (
        "this date is too early or lies in the future",
        "check the year, and that the mapping reads the right column",
        "日期过早或在未来",
        "请核对年份，以及映射是否读取了正确的列",
    ),
    "time_order": (
        "this time lies before one that must come first",
        "check the times of this record in the source system",
        "该时间早于应在其前的时间",
        "请在来源系统核对此记录的各时间",
    ),
    "period_order": (
        "the period ends before it begins",
        "swap or correct the two dates",
        "期间止早于期间起",
        "请更正两个日期",
    ),
    "two_meanings": (
        "the file gives this code more than one meaning, and which one holds cannot be told",
        "keep one of the rows, or date them (valid_from, valid_to)",
        "同一文件中该代码有两种含义，无法判断以哪个为准",
        "请只保留一行，或写明各自的生效、失效日期",
    ),
    "part_above_whole": ("the part is larger than the whole", "check both counts", "部分大于总体", "请核对两个数"),
    "names_nothing": (
        "the entry names neither an alert nor an address nor a number",
        "give one of the three",
        "该条目既无警情编号，也无地址或号码",
        "请至少填写其中一项",
    ),
    "score_above_maximum": (
        "the score is above the highest possible",
        "check the score and the maximum",
        "得分高于满分",
        "请核对得分与满分",
    ),
    "not_reported": (
        "an expectation of the table failed",
        "see the table's suite under expectations/",
        "未通过该表的校验规则",
        "请查看 expectations/ 下的规则",
    ),
}
ALIASES = {"time_in_future": "out_of_range"}


def sentence(code: str, language: str = "en") -> tuple[str, str]:
    """Reason and hint of a code, in `en` or `zh`; an unknown code speaks for itself."""
    words = REASONS.get(ALIASES.get(code, code))
    if words is None:
        return code.replace("_", " "), REASONS["not_reported"][1]
    return (words[2], words[3]) if language.startswith("zh") else (words[0], words[1])


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused cell, row or file. `row` counts as Excel does: the header is row 1."""

    file: str
    code: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    sheet: str | None = None
    detail: str | None = None

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """The shape that other programs rely on."""
        reason, hint = sentence(self.code, language)
        if self.detail:
            reason = f"{reason} ({self.detail})"
        shown = asdict(self)
        shown.pop("detail")
        return {key: shown[key] for key in ("file", "sheet", "row", "column", "value", "code")} | {
            "reason": reason,
            "hint": hint,
        }


class FileRefused(Exception):
    """A whole file cannot be read or does not fit; carries the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal."""
        self.refusal = refusal
        super().__init__(f"{refusal.file}: {sentence(refusal.code)[0]}")


class UsageError(Exception):
    """The call itself is wrong: unknown table, mapping or option."""


def mask(value: str | None) -> str | None:
    """A value with letters and digits hidden, for what the lake keeps: `138-X` becomes `999-A`."""
    if value is None:
        return None
    return "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in value)[:80]
