"""A real mail server of the test's own on this machine: what reaches it, under which security, and what it refuses."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Protocol
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, CLEAR_PASSWORD = "jiceng", "correct horse 1949"


@dataclass
class Inbox:
    """What the server took, and whom it refuses."""

    port: int
    unknown: tuple[str, ...] = ()
    taken: list[Envelope] = field(default_factory=list)
    under_tls: list[bool] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    password: bytes = CLEAR_PASSWORD.encode()

    async def handle_RCPT(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Protocol, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        self.under_tls.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def login(self, server: Protocol, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Take the right user and password; a refusal repeats the password, as a careless server might."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.password)
        right = data == LoginPassword(USER.encode(), self.password)
        told = None if right else f"535 5.7.8 wrong password {data.password.decode()}"
        return AuthResult(success=right, handled=False, message=told)

    def mail(self) -> EmailMessage:
        """Return the one mail that arrived, read anew from its bytes."""
        (envelope,) = self.taken
        content = envelope.content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def listening(unknown: tuple[str, ...] = (), **options: Any) -> Iterator[Inbox]:
    """Run a server on a free port; the options are those of `aiosmtpd.smtp.SMTP`."""
    inbox = Inbox(free_port(), unknown)
    controller = Controller(inbox, "127.0.0.1", inbox.port, authenticator=inbox.login, **options)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what a server needs for TLS, and the certificate that a client has to be told of."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "mail.pem", folder / "mail.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return context, certificate
