"""The mail of a package: what it holds in the languages of the package, and its files attached byte for byte."""

from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from typing import Any

from exports.building import Made
from exports.manifest import parsed
from exports.packing import MANIFEST
from exports.weeks import WEEK
from wording import Words, language_of

ATTACHED = {
    ".pdf": ("application", "pdf"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".json": ("application", "json"),
}


def message(made: Made, to: str, sender: str) -> EmailMessage:
    """Return the mail of a package.

    Raises:
        ValueError: an address cannot stand in a mail.
    """
    files = [path for path in sorted(made.folder.iterdir()) if path.suffix in ATTACHED]
    content = parsed((made.folder / MANIFEST).read_bytes())
    languages = [Words(language_of(code)) for code in content["choices"]["languages"]]
    mail = EmailMessage()
    mail["Subject"] = languages[0]("mail.subject", **_filled(languages[0], content))
    mail["From"], mail["To"] = sender, to
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid("jiceng", parseaddr(sender)[1].rpartition("@")[2] or None)
    mail.set_content("\n\n".join(_text(say, content, files) for say in languages) + "\n")
    for path in files:
        main, sub = ATTACHED[path.suffix]
        mail.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=f"{made.name}-{path.name}")
    return mail


def _filled(say: Words, content: Mapping[str, Any]) -> dict[str, str]:
    start = date.fromisoformat(content["week"]["first"])
    return {
        "city": say.name(content["city"]["zh"], content["city"]["en"]),
        "period": say.period((start, start + WEEK)),
        "version": str(content["data_version"]),
        "moment": say.moment(datetime.fromisoformat(content["committed_at"])),
        "figures": say.number(content["figures"]),
    }


def _text(say: Words, content: Mapping[str, Any], files: list[Path]) -> str:
    lines = [
        say("mail.opening", **_filled(say, content)),
        say("mail.attached", files=say("say.comma").join(path.name for path in files)),
        *(warning["sentence_zh" if say.short == "zh" else "sentence"] for warning in content["warnings"]),
    ]
    if content["is_demonstration"]:
        lines.append(say("header.demonstration_long"))
    return "\n".join(lines)
