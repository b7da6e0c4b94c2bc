"""A package by mail, where that is switched on: the manifest in the mail, the report and the workbook beside it.

Off unless JICENG_MAIL_TO is set. Settings: JICENG_MAIL_TO and JICENG_MAIL_FROM (addresses), JICENG_MAIL_HOST
(host:port), JICENG_MAIL_SECURITY (starttls, ssl or none), JICENG_MAIL_USER and JICENG_MAIL_PASSWORD_FILE (a file, so
that no password stands in the environment of every process).
"""

import os
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from exports.building import Made
from exports.packing import MANIFEST

ATTACHED = {
    ".pdf": ("application", "pdf"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
SECONDS = 30


def is_on(settings: Mapping[str, str] = os.environ) -> bool:
    """Return whether packages are to be mailed."""
    return bool(settings.get("JICENG_MAIL_TO"))


def message(made: Made, settings: Mapping[str, str] = os.environ) -> EmailMessage:
    """Return the mail of a package."""
    mail = EmailMessage()
    mail["Subject"] = f"Jiceng 基层 · {made.week} · data version {made.data_version}"
    mail["From"] = settings.get("JICENG_MAIL_FROM", "jiceng@localhost")
    mail["To"] = settings["JICENG_MAIL_TO"]
    mail["Date"] = formatdate(localtime=True)
    mail.set_content((made.folder / MANIFEST).read_text(encoding="utf-8"))
    for path in sorted(made.folder.iterdir()):
        if path.suffix in ATTACHED:
            main, sub = ATTACHED[path.suffix]
            mail.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=f"{made.name}-{path.name}")
    return mail


def send(made: Made, settings: Mapping[str, str] = os.environ) -> None:
    """Send a package.

    Raises:
        OSError: the server cannot be reached or refuses (`smtplib.SMTPException` is one).
    """
    host, _, port = settings.get("JICENG_MAIL_HOST", "localhost:25").partition(":")
    security = settings.get("JICENG_MAIL_SECURITY", "starttls")
    context = ssl.create_default_context()
    if security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, int(port or 465), timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, int(port or 25), timeout=SECONDS)
    with server:
        if security == "starttls":
            server.starttls(context=context)
        if user := settings.get("JICENG_MAIL_USER"):
            server.login(user, Path(settings["JICENG_MAIL_PASSWORD_FILE"]).read_text(encoding="utf-8").strip())
        server.send_message(message(made, settings))
