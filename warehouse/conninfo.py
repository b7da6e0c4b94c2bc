"""Reads PostgreSQL connection strings, so that a password in one goes to DuckDB's secrets and into no sentence.

DuckDB repeats the whole string that it was given in every error. So it is given one without the password, in the form
`key='value' …`, whichever of libpq's two forms the setting had.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

PAIR = re.compile(r"\s*(?P<key>\w+)\s*=\s*(?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?P<bare>(?:[^\s'\\]|\\.)*))(?=\s|$)", re.S)
URI = re.compile(r"postgres(ql)?://", re.IGNORECASE)


def split_password(text: str) -> tuple[str, str | None]:
    """The connection string without its password, as `key='value'` pairs, and the password.

    Raises:
        ValueError: it is neither of libpq's forms. The message holds nothing of the text.
    """
    values = _of_uri(text.strip()) if URI.match(text.strip()) else _of_pairs(text)
    password = values.pop("password", None)
    return " ".join(f"{key}={_quoted(value)}" for key, value in values.items()), password


def _of_pairs(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    place, end = 0, len(text.rstrip())
    while place < end:
        found = PAIR.match(text, place)
        if found is None:
            raise ValueError("not a connection string: it should read host=… dbname=… user=…")
        quoted = found["quoted"]
        values[found["key"]] = re.sub(r"\\(.)", r"\1", found["bare"] if quoted is None else quoted, flags=re.S)
        place = found.end()
    return values


def _of_uri(text: str) -> dict[str, str]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("not a connection string: it should read postgresql://user@host:port/dbname") from None
    values = {
        "host": parts.hostname,
        "port": str(port) if port else None,
        "dbname": parts.path.removeprefix("/"),
        "user": parts.username,
        "password": parts.password,
    }
    return {key: unquote(value) for key, value in values.items() if value} | dict(parse_qsl(parts.query))


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
