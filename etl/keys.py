"""Turns numbers, addresses and persons into keyed hashes, so that none of them reaches the lake.

BLAKE2b with a secret key and a digest of 8 bytes, after normalisation. The secret is JICENG_KEY (64 hexadecimal
digits) or a file of mode 0600 made on first run, outside the lake: its path is JICENG_KEY_FILE, else
`~/.config/jiceng/key`. The lake keeps a fingerprint of the secret only. See docs/decisions on the length of the digest.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import numpy as np
import polars as pl

from warehouse import WrongKey

KEY_BYTES = 32
SHORTEST_NUMBER = 7
PURPOSES = {"phone": b"phone", "address": b"address", "person": b"person", "officer": b"person"}
LONGEST_NATIONAL = 11
PLAIN_MOBILE = r"^1[0-9]{10}$"
REPDIGIT_MOBILE = "11111111111"
DECIMAL_TAIL = r"^(\s*[0-9]{7,})\.0*\s*$"
POWER_OF_TEN = r"^\s*[0-9](\.[0-9]+)?[eE]\+[0-9]+\s*$"
"""What a spreadsheet makes of a long number; the last digits of a power are lost, so it is nobody's."""
UNKNOWN = ["", "无", "空", "不详", "不明", "未知", "未填", "匿名", "NULL", "NONE", "NAN", "NA", "UNKNOWN"]
UNTIDY = r"[^A-Z0-9\x{4e00}-\x{9fff}]"


def key_file() -> Path:
    """Where the secret lies when JICENG_KEY does not hold it."""
    given = os.environ.get("JICENG_KEY_FILE")
    return Path(given) if given else Path.home() / ".config" / "jiceng" / "key"


def load_secret() -> bytes:
    """The secret: from JICENG_KEY, else from the key file, which is made when there is none.

    Raises:
        WrongKey: what is there is not 64 hexadecimal digits.
    """
    text = os.environ.get("JICENG_KEY")
    path = key_file()
    if not text and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_hex(KEY_BYTES) + "\n")
        except FileExistsError:
            pass  # another process made it at the same moment
    text = text or path.read_text(encoding="ascii")
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError as error:
        raise WrongKey("JICENG_KEY or the key file is not hexadecimal") from error
    if len(secret) != KEY_BYTES:
        raise WrongKey(f"the secret has {len(secret)} bytes, not {KEY_BYTES}")
    return secret


def fingerprint(secret: bytes) -> str:
    """What the lake keeps of the secret: enough to notice another one, of no use to an attacker."""
    return hashlib.blake2b(b"fingerprint", key=secret, digest_size=8).hexdigest()


def normalise_numbers(values: pl.Series) -> pl.Series:
    """Digits of telephone numbers without country or trunk prefix; null for what cannot be a caller's.

    Fewer than seven digits or one digit throughout is a placeholder, not a number (definitions 2.5).
    """
    name = values.name
    if values.str.contains(PLAIN_MOBILE).all() and not (values == REPDIGIT_MOBILE).any():
        return values
    plain = values.str.normalize("NFKC").str.replace(DECIMAL_TAIL, "$1").str.replace(POWER_OF_TEN, "")
    digits = plain.str.replace_all(r"[^0-9]+", "").str.replace(r"^0086", "")
    long = pl.when(pl.col(name).str.len_bytes() > LONGEST_NATIONAL)
    digits = digits.to_frame(name).select(
        long.then(pl.col(name).str.replace(r"^86", "")).otherwise(pl.col(name)).str.strip_chars_start("0").alias(name)
    )[name]
    usable = (digits.str.len_bytes() >= SHORTEST_NUMBER) & (digits.str.strip_chars(digits.str.head(1)) != "")
    return pl.DataFrame({name: digits, "usable": usable}).select(pl.when("usable").then(pl.col(name)))[name]


def normalise_words(values: pl.Series) -> pl.Series:
    """Letters and digits of addresses or persons' tokens, in one case and width; null for none and for "unknown".

    Were "unknown" a place or a person, it would be the city's most repeated one.
    """
    tidy = values
    if values.str.contains(UNTIDY).any():
        tidy = values.str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[\W_]+", "")
    unknown = tidy.is_in(UNKNOWN)
    if not unknown.any():
        return tidy
    return (
        pl.DataFrame({"t": tidy, "u": unknown}).select(pl.when(~pl.col("u")).then("t").alias(values.name)).to_series()
    )


def hash_series(values: pl.Series, kind: str, secret: bytes) -> pl.Series:
    """Keyed hashes (UInt64) of a text series; null where there is nothing to hash.

    Args:
        values: text, one a row.
        kind: `phone`, `address`, `person` or `officer`; two kinds never share hashes.
        secret: 32 bytes.
    """
    base = hashlib.blake2b(key=secret, digest_size=8, person=PURPOSES[kind])
    copy = base.copy
    normal = normalise_numbers(values) if kind == "phone" else normalise_words(values)

    present = normal.is_not_null()
    digests = bytearray()
    for text in normal.drop_nulls().cast(pl.Binary).to_list():
        state = copy()
        state.update(text)
        digests += state.digest()
    hashes = np.zeros(len(values), dtype="<u8")
    hashes[present.to_numpy()] = np.frombuffer(digests, dtype="<u8")
    return pl.DataFrame({"h": hashes, "p": present}).select(pl.when("p").then("h").alias(values.name)).to_series()
