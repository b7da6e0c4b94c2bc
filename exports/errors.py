"""Why a package is not made or not read, each as one sentence that says what to do.

The words stand in `MESSAGES`, apart from the code that raises, as in `warehouse/errors.py`.
"""

from metrics import MetricError
from warehouse import LakeError

MESSAGES: dict[str, dict[str, str]] = {
    "bad_year": {
        "en": "{detail} lies outside the years that a week can be published of. Choose a day from {first} to {last}.",
        "zh": "{detail}不在可发布的年份内。请选择 {first} 年至 {last} 年之间的日期。",
    },
    "before_data": {
        "en": "The week of {detail} lies before the first data ({first}). Choose a later week, or load the records.",
        "zh": "{detail}所在周早于最早的数据（{first}）。请选择较晚的一周，或先装载记录。",
    },
    "begun_within": {
        "en": "The data begin on {first}, in the middle of the week of {detail}. Choose a later week, or load the "
        "records of its first days.",
        "zh": "数据从{first}开始，只含{detail}所在周的一部分。请选择较晚的一周，或先装载该周前几天的记录。",
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
    "no_whole_week": {
        "en": "The data hold no whole week yet, of call records or of returns. Load the days that are missing.",
        "zh": "数据中还没有完整的一周（警情记录或报表）。请先装载缺少的日期。",
    },
    "bad_date": {
        "en": "{detail} is not a date. Write it as 2025-12-22.",
        "zh": "{detail}不是日期。请写成 2025-12-22 的形式。",
    },
    "bad_weeks": {
        "en": "{detail} is not a number of weeks. Write how many weeks of packages stay, 1 or more.",
        "zh": "{detail}不是周数。请写要保留的周数，至少为 1。",
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
    "cannot_list": {
        "en": "The packages in {detail} cannot be listed ({why}). Name a folder that this account may enter.",
        "zh": "无法列出 {detail} 中的快照（{why}）。请指定本账户有权进入的文件夹。",
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
    "mail_setting": {
        "en": "{detail} is not understood ({value}). Write: {wanted}.",
        "zh": "设置 {detail} 无法识别（{value}）。请写：{wanted}。",
    },
    "mail_clear_login": {
        "en": "The password would reach {detail} in clear. Set JICENG_MAIL_SECURITY to starttls or ssl, "
        "or allow it with JICENG_MAIL_CLEAR_LOGIN=yes.",
        "zh": "密码将以明文发往 {detail}。请把 JICENG_MAIL_SECURITY 设为 starttls 或 ssl，"
        "或用 JICENG_MAIL_CLEAR_LOGIN=yes 明确允许。",
    },
    "mail_file": {
        "en": "The file {detail}, which the mail needs, cannot be read ({why}).",
        "zh": "发送邮件所需的文件 {detail} 无法读取（{why}）。",
    },
    "mail_unreachable": {
        "en": "The mail server {detail} cannot be reached, or broke off ({why}). Run it again later.",
        "zh": "邮件服务器 {detail} 无法连接或中断（{why}）。请稍后再运行。",
    },
    "mail_no_tls": {
        "en": "The mail server {detail} offers no STARTTLS. Nothing was sent. Use ssl, or none without a login.",
        "zh": "邮件服务器 {detail} 不支持 STARTTLS，没有发送任何内容。请改用 ssl，或不登录的 none。",
    },
    "mail_certificate": {
        "en": "The certificate of the mail server {detail} is not trusted ({why}). Name the file of its authority in "
        "JICENG_MAIL_CA_FILE.",
        "zh": "邮件服务器 {detail} 的证书不受信任（{why}）。请用 JICENG_MAIL_CA_FILE 指明其签发机构的证书文件。",
    },
    "mail_login": {
        "en": "The mail server {detail} refuses the login of {user} ({why}). Check the user and the password file.",
        "zh": "邮件服务器 {detail} 拒绝 {user} 登录（{why}）。请核对用户名与密码文件。",
    },
    "mail_no_login": {
        "en": "The mail server {detail} takes no login that is known here. Leave JICENG_MAIL_USER out, or use TLS.",
        "zh": "邮件服务器 {detail} 没有本程序支持的登录方式。请去掉 JICENG_MAIL_USER，或使用 TLS。",
    },
    "mail_refused": {
        "en": "The mail server {detail} refuses the mail ({why}).",
        "zh": "邮件服务器 {detail} 拒绝接收（{why}）。",
    },
    "mail_partly": {
        "en": "The mail server took the mail, but not for {detail}.",
        "zh": "邮件已发出，但服务器拒绝了 {detail}。",
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


def refusal(error: ExportError | LakeError | MetricError) -> dict[str, str]:
    """Return an error as `--json` prints it: its sentence in both languages."""
    return {"status": "refused", "sentence": error.sentence(), "sentence_zh": error.sentence("zh")}
