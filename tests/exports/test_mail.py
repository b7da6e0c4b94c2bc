"""A package by mail, against a real server: what arrives, under which security, and what is said when it does not."""

import json
import shutil
import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import metrics
import warehouse
from exports import ExportError, Made, figures, mail, weekly
from exports.command_line import main
from tests.exports.conftest import FEW, FEW_GROUPS
from tests.exports.mail_server import CLEAR_PASSWORD, USER, Inbox, free_port, listening, self_signed

LAST = date(2025, 12, 22)
NAME = "jiceng-2025-12-22-v8"
TO = "办公室 <office@example.org>, chief@example.org"


@pytest.fixture(scope="module")
def made(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("mailed")
    place = shutil.copytree(built, folder / "lake")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "published", lambda: [metrics.catalogue()[name] for name in FEW])
        patch.setattr(figures, "GROUPS", FEW_GROUPS)
        yield weekly(warehouse.open_lake(place), LAST, folder / "out", formats=("xlsx",))
    warehouse.close_lake(place)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    (file := tmp_path / "password").write_text(f"{CLEAR_PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def settings(inbox: Inbox, **more: object) -> dict[str, str]:
    """Return settings for a server, in clear where nothing else is said."""
    known = {"TO": TO, "FROM": "基层 <jiceng@example.org>", "HOST": f"127.0.0.1:{inbox.port}", "SECURITY": "none"}
    return {f"JICENG_MAIL_{name}": str(value) for name, value in (known | more).items()}


def refusal(made: Made, given: dict[str, str]) -> ExportError:
    """Send, and return the sentence of why it failed; nothing of it or behind it knows the password."""
    with pytest.raises(ExportError) as failed:
        mail.send(made, given)
    error = failed.value
    for language in ("en", "zh"):
        assert "{" not in error.sentence(language) and "b'" not in error.sentence(language)
    assert CLEAR_PASSWORD not in f"{error!r} {error.sentence()} {error.__cause__!r}"
    assert made.archive.is_file() and (made.folder / "manifest.json").is_file()
    return error


def test_it_is_off_unless_it_is_set() -> None:
    assert not mail.is_on({}) and not mail.is_on({"JICENG_MAIL_TO": ""})
    assert mail.is_on({"JICENG_MAIL_TO": "office@example.org"})


def test_what_was_sent_arrives(made: Made) -> None:
    with listening() as inbox:
        assert mail.send(made, settings(inbox)) == []
    envelope, sent = inbox.taken[0], inbox.mail()
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "jiceng@example.org",
        ["office@example.org", "chief@example.org"],
    )
    assert sent["Subject"] == "枫桥市每周快照：2025年12月22日至28日（数据版本 8）"
    assert [(one.display_name, one.addr_spec) for one in sent["To"].addresses] == [
        ("办公室", "office@example.org"),
        ("", "chief@example.org"),
    ]
    assert sent["From"].addresses[0].display_name == "基层"
    assert sent["Message-ID"].endswith("@example.org>") and sent["Date"].datetime.tzinfo is not None
    text = sent.get_body().get_content()
    assert "枫桥市 2025年12月22日至28日的每周快照，按数据版本 8（" in text
    assert "Fengqiao, the weekly package of Dec 22 – 28, 2025, made from data version 8 (" in text


def test_manifest_and_workbooks_arrive_byte_for_byte_under_their_names(made: Made) -> None:
    with listening() as inbox:
        mail.send(made, settings(inbox))
    attached = {part.get_filename(): part.get_payload(decode=True) for part in inbox.mail().iter_attachments()}
    names = ("manifest.json", "workbook.en.xlsx", "workbook.xlsx")
    assert attached == {f"{NAME}-{name}": (made.folder / name).read_bytes() for name in names}
    assert json.loads(attached[f"{NAME}-manifest.json"])["city"]["zh"] == "枫桥市"


def test_starttls_is_the_default_and_logs_in_under_it(
    made: Made, tls: tuple[ssl.SSLContext, Path], password_file: Path
) -> None:
    context, certificate = tls
    with listening(tls_context=context, auth_required=True) as inbox:
        given = settings(inbox, USER=USER, PASSWORD_FILE=password_file, CA_FILE=certificate)
        del given["JICENG_MAIL_SECURITY"]
        mail.send(made, given)
    assert (inbox.under_tls, inbox.logins) == ([True], [CLEAR_PASSWORD.encode()])


def test_tls_from_the_first_byte(made: Made, tls: tuple[ssl.SSLContext, Path], password_file: Path) -> None:
    context, certificate = tls
    with listening(ssl_context=context, auth_require_tls=False) as inbox:
        given = settings(inbox, SECURITY="ssl", USER=USER, PASSWORD_FILE=password_file, CA_FILE=certificate)
        mail.send(made, given)
    assert (inbox.under_tls, inbox.logins) == ([True], [CLEAR_PASSWORD.encode()])


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    made: Made, tls: tuple[ssl.SSLContext, Path], password_file: Path
) -> None:
    with listening(tls_context=tls[0]) as inbox:
        given = settings(inbox, SECURITY="starttls", USER=USER, PASSWORD_FILE=password_file)
        error = refusal(made, given)
    assert error.code == "mail_certificate" and "JICENG_MAIL_CA_FILE" in error.sentence("zh")
    assert (inbox.taken, inbox.logins) == ([], [])


def test_a_server_without_starttls_gets_nothing(made: Made, password_file: Path) -> None:
    with listening(auth_require_tls=False) as inbox:
        error = refusal(made, settings(inbox, SECURITY="starttls", USER=USER, PASSWORD_FILE=password_file))
    assert error.code == "mail_no_tls"
    assert (inbox.taken, inbox.logins) == ([], [])


def test_a_password_goes_out_in_clear_only_when_told_so(made: Made, password_file: Path) -> None:
    with listening(auth_require_tls=False) as inbox:
        given = settings(inbox, USER=USER, PASSWORD_FILE=password_file)
        assert refusal(made, given).code == "mail_clear_login"
        assert refusal(made, given | {"JICENG_MAIL_CLEAR_LOGIN": "no"}).code == "mail_clear_login"
        assert inbox.logins == []
        mail.send(made, given | {"JICENG_MAIL_CLEAR_LOGIN": "yes"})
    assert (inbox.under_tls, inbox.logins) == ([False], [CLEAR_PASSWORD.encode()])


def test_a_wrong_password_is_a_sentence_that_does_not_repeat_it(
    made: Made, tls: tuple[ssl.SSLContext, Path], password_file: Path
) -> None:
    context, certificate = tls
    with listening(tls_context=context) as inbox:
        inbox.password = b"another"
        given = settings(inbox, SECURITY="starttls", USER=USER, PASSWORD_FILE=password_file, CA_FILE=certificate)
        error = refusal(made, given)
        told = f"The mail server 127.0.0.1:{inbox.port} refuses the login of jiceng (535)."
        assert error.sentence() == f"{told} Check the user and the password file."
        password_file.write_text("密码", encoding="utf-8")
        assert refusal(made, given).code == "mail_login"
    assert CLEAR_PASSWORD.encode() in inbox.logins and inbox.taken == []


def test_a_server_that_knows_no_login_is_a_sentence(made: Made, password_file: Path) -> None:
    with listening(auth_exclude_mechanism=("LOGIN", "PLAIN"), auth_require_tls=False) as inbox:
        given = settings(inbox, USER=USER, PASSWORD_FILE=password_file, CLEAR_LOGIN="yes")
        assert refusal(made, given).code == "mail_no_login"


def test_refused_recipients_are_named(made: Made) -> None:
    with listening(unknown=("office@example.org", "chief@example.org")) as inbox:
        told = refusal(made, settings(inbox)).sentence()
        assert "chief@example.org: 550 5.1.1 <chief@example.org>: no such mailbox; office@example.org: 550" in told
    with listening(unknown=("chief@example.org",)) as inbox:
        assert mail.send(made, settings(inbox)) == ["chief@example.org"]
    assert inbox.taken[0].rcpt_tos == ["office@example.org"]


def test_a_mail_that_is_too_large_is_a_sentence(made: Made) -> None:
    with listening(data_size_limit=1000) as inbox:
        error = refusal(made, settings(inbox))
    assert error.code == "mail_refused" and "552" in error.sentence()


def test_a_server_that_is_not_there_is_a_sentence(made: Made) -> None:
    nobody = Inbox(free_port())
    told = refusal(made, settings(nobody)).sentence()
    assert told.startswith(
        f"The mail server 127.0.0.1:{nobody.port} cannot be reached, or broke off (Connection refused)"
    )
    given = settings(nobody, HOST="no-such-host.invalid:25")
    assert refusal(made, given).code == "mail_unreachable"


def test_clear_words_where_tls_is_expected_are_a_sentence(made: Made) -> None:
    with listening() as inbox:
        assert refusal(made, settings(inbox, SECURITY="ssl")).code == "mail_unreachable"


@pytest.mark.parametrize(
    ("wrong", "code", "named"),
    [
        ({"SECURITY": "TLS"}, "mail_setting", "JICENG_MAIL_SECURITY"),
        ({"HOST": "mail:smtp"}, "mail_setting", "JICENG_MAIL_HOST"),
        ({"HOST": ":25"}, "mail_setting", "JICENG_MAIL_HOST"),
        ({"TO": "office@example.org\nBcc: all@example.org"}, "mail_setting", "JICENG_MAIL_TO"),
        ({"SECURITY": "starttls", "USER": USER}, "mail_setting", "JICENG_MAIL_PASSWORD_FILE"),
        ({"SECURITY": "starttls", "USER": USER, "PASSWORD_FILE": "/nowhere/x"}, "mail_file", "/nowhere/x"),
        ({"SECURITY": "starttls", "CA_FILE": "/nowhere/ca.pem"}, "mail_file", "/nowhere/ca.pem"),
        ({"SECURITY": "starttls", "CA_FILE": __file__}, "mail_file", "test_mail.py"),
    ],
)
def test_a_wrong_setting_is_named(made: Made, wrong: dict[str, str], code: str, named: str) -> None:
    with listening() as inbox:
        error = refusal(made, settings(inbox, **wrong))
    assert error.code == code and named in error.sentence()
    assert inbox.taken == []


@pytest.mark.parametrize(
    ("host", "security", "found"),
    [
        ("mail.example.org", "starttls", ("mail.example.org", 25)),
        ("mail.example.org", "ssl", ("mail.example.org", 465)),
        ("mail.example.org:587", "starttls", ("mail.example.org", 587)),
        ("[::1]:2525", "none", ("::1", 2525)),
        ("", "none", None),
    ],
)
def test_a_port_is_known_where_none_is_given(host: str, security: str, found: tuple[str, int] | None) -> None:
    given = {"JICENG_MAIL_HOST": host, "JICENG_MAIL_SECURITY": security}
    if found is None:
        with pytest.raises(ExportError):
            mail.server_of(given)
    else:
        server = mail.server_of(given)
        assert (server.host, server.port) == found


def test_a_server_is_shown_without_its_password(password_file: Path) -> None:
    server = mail.server_of({"JICENG_MAIL_USER": USER, "JICENG_MAIL_PASSWORD_FILE": str(password_file)})
    assert server.password == CLEAR_PASSWORD and CLEAR_PASSWORD not in repr(server)


@pytest.mark.usefixtures("few")
def test_the_weekly_run_mails_once_tries_again_and_tells_by_its_status(
    built: Path,
    tmp_path: Path,
    password_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(shutil.copytree(built, tmp_path / "lake")))
    out = tmp_path / "out"
    run = ["weekly", "--out", str(out), "--formats", "parquet", "--week", "2025-12-22", "--json", "--mail"]
    assert main(run) == 0
    assert json.loads(capsys.readouterr().out)["mailed"] == "off"
    with listening(auth_require_tls=False) as inbox:
        inbox.password = b"another"
        for name, value in settings(inbox, USER=USER, PASSWORD_FILE=password_file, CLEAR_LOGIN="yes").items():
            monkeypatch.setenv(name, value)
        assert main(run) == 4
        said = capsys.readouterr()
        told = json.loads(said.out)
        assert (told["status"], told["mailed"]) == ("unchanged", "failed")
        assert said.err.startswith("The package is made. The mail server") and said.err.count("\n") == 1
        inbox.password = CLEAR_PASSWORD.encode()
        assert [main(run), main(run)] == [0, 0]
        assert len(inbox.taken) == 1
        assert (out / f"{NAME}.zip").is_file()
    lines = (out / "weekly.log").read_text(encoding="utf-8")
    log = [json.loads(line) for line in lines.splitlines()]
    assert [line["mailed"] for line in log] == ["off", "failed", "sent", "before"]
    assert "refuses the login of jiceng (535)" in log[1]["mail_reason"]
    assert CLEAR_PASSWORD not in lines + said.out + said.err


@pytest.mark.usefixtures("few")
def test_an_address_that_is_refused_beside_others_is_named_and_not_tried_again(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(shutil.copytree(built, tmp_path / "lake")))
    run = ["weekly", "--out", str(tmp_path / "out"), "--formats", "parquet", "--week", "2025-12-22", "--mail"]
    with listening(unknown=("chief@example.org",)) as inbox:
        for name, value in settings(inbox).items():
            monkeypatch.setenv(name, value)
        assert [main(run), main(run)] == [4, 0]
        assert len(inbox.taken) == 1
    assert "The mail server took the mail, but not for chief@example.org." in capsys.readouterr().err
