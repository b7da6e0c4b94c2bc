"""A package by mail, where that is switched on: what it is in words, and manifest, report and workbook attached.

Off unless JICENG_MAIL_TO is set; `docs/operations.md` names the settings. The password is read from a file, so that it
stands in no process's environment, and it appears in no sentence: of a refused login only the server's number is told.
"""

import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from exports.building import Made
from exports.errors import ExportError
from exports.letter import message

PORTS = {"starttls": 25, "ssl": 465, "none": 25}
"""The kinds of security, with the port where none is given."""
SECONDS = 30
ADDRESSES = "name@example.org, name@example.org"


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, and as whom; an empty `user` logs in as nobody."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: str | None = None

    @property
    def name(self) -> str:
        """How the server is called in sentences."""
        return f"{self.host}:{self.port}"


def is_on(settings: Mapping[str, str] = os.environ) -> bool:
    """Return whether packages are to be mailed."""
    return bool(settings.get("JICENG_MAIL_TO"))


def send(made: Made, settings: Mapping[str, str] = os.environ) -> list[str]:
    """Send a package, and return the addresses that the server refused while it took others.

    Raises:
        ExportError: a setting is not understood, or the server cannot be reached, is not trusted, or refuses.
    """
    server = server_of(settings)
    try:
        mail = message(made, settings["JICENG_MAIL_TO"], settings.get("JICENG_MAIL_FROM", "jiceng@localhost"))
    except ValueError as error:  # an address across two lines
        raise ExportError(
            "mail_setting", "JICENG_MAIL_TO, JICENG_MAIL_FROM", value=str(error), wanted=ADDRESSES
        ) from None
    with _told(server), _connected(server) as smtp:
        if server.user:
            _log_in(smtp, server)
        return sorted(smtp.send_message(mail))


def server_of(settings: Mapping[str, str]) -> Server:
    """Return the server that the settings name.

    Raises:
        ExportError: they name none, or would send the password in clear.
    """
    security, named = settings.get("JICENG_MAIL_SECURITY", "starttls"), settings.get("JICENG_MAIL_HOST", "localhost")
    if security not in PORTS:
        raise ExportError("mail_setting", "JICENG_MAIL_SECURITY", value=security, wanted=", ".join(PORTS))
    try:
        parts = urlsplit(f"//{named}")
        host, port = parts.hostname, parts.port or PORTS[security]
    except ValueError:
        host = None
    if host is None:
        raise ExportError("mail_setting", "JICENG_MAIL_HOST", value=named, wanted="host:port")
    user = settings.get("JICENG_MAIL_USER", "")
    if user and security == "none" and settings.get("JICENG_MAIL_CLEAR_LOGIN") != "yes":
        raise ExportError("mail_clear_login", f"{host}:{port}")
    password = _password(settings.get("JICENG_MAIL_PASSWORD_FILE", "")) if user else ""
    return Server(host, port, security, user, password, settings.get("JICENG_MAIL_CA_FILE"))


def _password(file: str) -> str:
    if not file:
        raise ExportError("mail_setting", "JICENG_MAIL_PASSWORD_FILE", value="", wanted="file")
    try:
        return Path(file).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError("mail_file", file, why=getattr(error, "strerror", None) or type(error).__name__) from None


def _connected(server: Server) -> smtplib.SMTP:
    """Return the connection, under TLS unless the settings say none."""
    if server.security == "none":
        return smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    context = _context(server)
    if server.security == "ssl":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        smtp.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        smtp.close()
        raise ExportError("mail_no_tls", server.name) from None
    except BaseException:
        smtp.close()
        raise
    return smtp


def _context(server: Server) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.authorities or None)
    except OSError as error:  # not there, or no certificate
        raise ExportError("mail_file", server.authorities, why=error.strerror or type(error).__name__) from None


def _log_in(smtp: smtplib.SMTP, server: Server) -> None:
    """Log in; the reply of the server is not passed on, because it could repeat what was sent."""
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPResponseException as error:
        raise ExportError("mail_login", server.name, user=server.user, why=error.smtp_code) from None
    except smtplib.SMTPException:
        raise ExportError("mail_no_login", server.name) from None
    except UnicodeEncodeError:
        raise ExportError("mail_login", server.name, user=server.user, why="ASCII") from None


@contextmanager
def _told(server: Server) -> Iterator[None]:
    """Turn whatever a server or the way to it can do into a sentence."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise ExportError("mail_certificate", server.name, why=error.verify_message) from None
    except smtplib.SMTPRecipientsRefused as error:
        told = "; ".join(f"{who}: {_reply(*reply)}" for who, reply in sorted(error.recipients.items()))
        raise ExportError("mail_refused", server.name, why=told) from None
    except smtplib.SMTPResponseException as error:
        raise ExportError("mail_refused", server.name, why=_reply(error.smtp_code, error.smtp_error)) from None
    except (smtplib.SMTPNotSupportedError, ValueError) as error:  # an address that the server cannot take
        raise ExportError("mail_refused", server.name, why=str(error)) from None
    except OSError as error:
        raise ExportError(
            "mail_unreachable", server.name, why=error.strerror or str(error) or type(error).__name__
        ) from None


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())
