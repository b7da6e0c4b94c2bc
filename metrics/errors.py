"""What can be wrong with a question, each as one sentence that says what to do.

Errors of the warehouse pass through unchanged; these are about the question itself. The words stand
in `MESSAGES`, apart from the code that raises, as in `warehouse/errors.py`.
"""

MESSAGES: dict[str, dict[str, str]] = {
    "unknown_indicator": {
        "en": "There is no indicator {detail}. `python -m metrics list` names them all.",
        "zh": "没有指标 {detail}。可用 `python -m metrics list` 查看全部指标。",
    },
    "unknown_district": {
        "en": "There is no district with the code {detail} in this data version. Check the code.",
        "zh": "此数据版本中没有代码为 {detail} 的区县，请核对代码。",
    },
    "unknown_station": {
        "en": "There is no station with the code {detail} in this data version. Check the code.",
        "zh": "此数据版本中没有代码为 {detail} 的派出所，请核对代码。",
    },
    "unknown_group": {
        "en": "There is no class {detail}. Choose one of: {choices}.",
        "zh": "没有类别 {detail}。请从以下选择：{choices}。",
    },
    "unknown_comparison": {
        "en": "There is no comparison {detail}. Choose yoy, previous or none.",
        "zh": "没有对比方式 {detail}。请选择 yoy（同比）、previous（环比）或 none（不对比）。",
    },
    "unknown_alignment": {
        "en": "There is no alignment {detail}. Choose aligned (comparable days) or calendar (the same dates).",
        "zh": "没有对齐方式 {detail}。请选择 aligned（可比日）或 calendar（日历日期）。",
    },
    "unknown_level": {
        "en": "{detail} is not a level of this indicator. Choose one of: {choices}.",
        "zh": "该指标没有层级 {detail}。请从以下选择：{choices}。",
    },
    "unknown_step": {
        "en": "There is no step {detail}. Choose day, week or month.",
        "zh": "没有步长 {detail}。请选择 day、week 或 month。",
    },
    "empty_period": {
        "en": "The period ends before it begins ({detail}). Give a last day that is not before the first.",
        "zh": "期间的结束早于开始（{detail}）。请让末日不早于首日。",
    },
    "bad_date": {
        "en": "{detail} is not a date that can be used. Write it as 2025-12-31, in the years 1900 to 2200.",
        "zh": "{detail} 不是可用的日期。请写成 2025-12-31 的形式，年份在 1900 至 2200 之间。",
    },
    "half_period": {
        "en": "Only one end of the period is given ({detail}). Give both --from and --to, or neither.",
        "zh": "只给出了期间的一端（{detail}）。请同时给出 --from 与 --to，或都不给。",
    },
    "no_days": {
        "en": "The data hold no alerts yet. Load a file, or give the period with --from and --to.",
        "zh": "数据中还没有警情。请先装载文件，或用 --from 与 --to 给出期间。",
    },
    "unknown_option": {
        "en": "The indicator has no parameter {detail}. It has: {choices}.",
        "zh": "该指标没有参数 {detail}。可用参数：{choices}。",
    },
    "bad_option": {
        "en": "{detail} cannot be chosen here. Choose one of: {choices}.",
        "zh": "此处不能选择 {detail}。请从以下选择：{choices}。",
    },
}


class MetricError(Exception):
    """A question that has no answer. `code` names the sentence, `detail` and `choices` fill it."""

    def __init__(self, code: str, detail: object = "", choices: str = "") -> None:
        self.code = code
        self.detail = str(detail)
        self.choices = choices
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """Return the sentence for the reader, in `en` or `zh`."""
        words = MESSAGES[self.code]["zh" if language.startswith("zh") else "en"]
        return words.format(detail=self.detail, choices=self.choices)
