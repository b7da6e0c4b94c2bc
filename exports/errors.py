"""Why a package is not made or not read, each as one sentence that says what to do.

The words stand in `MESSAGES`, apart from the code that raises, as in `warehouse/errors.py`.
"""

from warehouse import LakeError

MESSAGES: dict[str, dict[str, str]] = {
    "before_data": {
        "en": "The week of {detail} lies before the first data ({first}). Choose a later week, or load the records.",
        "zh": "{detail}所在周早于最早的数据（{first}）。请选择较晚的一周，或先装载记录。",
    },
    "incomplete_week": {
        "en": "The week of {detail} is not complete: the data end on {last}. Publish it when its last day is loaded.",
        "zh": "{detail}所在周尚不完整：数据截止{last}。请在该周最后一天的数据装载后再发布。",
    },
    "empty_week": {
        "en": "The data know no record of the week of {detail}. That is missing data, not a quiet week: load it first.",
        "zh": "数据中没有{detail}所在周的任何记录。这是缺数，不是没有警情：请先装载数据。",
    },
    "no_data": {
        "en": "The data hold no alerts and no returns yet. Load a file first.",
        "zh": "数据中还没有警情或报表。请先装载文件。",
    },
    "bad_date": {
        "en": "{detail} is not a date. Write it as 2025-12-22.",
        "zh": "{detail}不是日期。请写成 2025-12-22 的形式。",
    },
    "bad_format": {
        "en": "{detail} is not a format. Choose from: {choices}.",
        "zh": "没有格式 {detail}。请从以下选择：{choices}。",
    },
    "busy": {
        "en": "Another package is being made in {detail}. Nothing was changed. Try again when it is done.",
        "zh": "另一份快照正在 {detail} 中生成。没有改动任何内容，请稍后再试。",
    },
    "cannot_write": {
        "en": "The package could not be written ({detail}). Nothing was left behind. Check the folder and the disk.",
        "zh": "快照无法写入（{detail}）。没有留下不完整的文件。请检查文件夹与磁盘。",
    },
    "not_a_package": {
        "en": "{detail} is not a weekly package: it has no manifest.json. Choose the ZIP or the folder as it was made.",
        "zh": "{detail} 不是每周快照：没有 manifest.json。请选择生成时的 ZIP 文件或文件夹。",
    },
    "damaged_package": {
        "en": "{detail} cannot be read as a package: it is no ZIP, or damaged, or was changed. Take another copy.",
        "zh": "{detail} 无法作为快照读取：不是 ZIP 文件，或已损坏、被改动。请换一份副本。",
    },
    "no_figures": {
        "en": "{detail} holds no table of figures, so it cannot be compared. Make it with the formats parquet or csv.",
        "zh": "{detail} 不含指标数据表，无法比较。请用 parquet 或 csv 格式重新生成。",
    },
    "other_city": {
        "en": "{detail} and {other} are of two cities. Compare packages of one city.",
        "zh": "{detail} 与 {other} 属于两个城市。请比较同一城市的快照。",
    },
    "other_week": {
        "en": "{detail} and {other} are of two weeks. That needs the warehouse that made the newer one.",
        "zh": "{detail} 与 {other} 不是同一周。比较它们需要生成较新一份的仓库。",
    },
    "too_long": {
        "en": "Making the package took more than {detail} minutes and was stopped. Try again when less is going on.",
        "zh": "生成快照超过 {detail} 分钟，已停止。请在机器较空闲时重试。",
    },
    "stopped": {
        "en": "The program that makes packages stopped ({detail}). The log of the dashboard says why.",
        "zh": "生成快照的程序中断（{detail}），原因见看板的日志。",
    },
    "too_large": {
        "en": "{detail} is too large for a weekly package. Nothing was read.",
        "zh": "{detail} 过大，不是每周快照。没有读取。",
    },
}


class ExportError(Exception):
    """A package that cannot be made or read. `code` names the sentence, the other values fill it."""

    def __init__(self, code: str, detail: object = "", **values: object) -> None:
        self.code = code
        self.detail = str(detail)
        self.values = {key: str(value) for key, value in values.items()}
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """Return the sentence for the reader, in `en` or `zh`."""
        words = MESSAGES[self.code]["zh" if language.startswith("zh") else "en"]
        return words.format(detail=self.detail, **self.values)


def refusal(error: ExportError | LakeError) -> dict[str, str]:
    """Return an error as `--json` prints it: its sentence in both languages."""
    return {"status": "refused", "sentence": error.sentence(), "sentence_zh": error.sentence("zh")}
