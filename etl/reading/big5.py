"""Recognises Big5, which often decodes as GB18030 into other, rarer letters."""

from __future__ import annotations

from pathlib import Path

from etl.errors import FileRefused, Refusal
from etl.letters import COMMON_TRADITIONAL, share_of_common

PROBE = 1 << 16
PLAINLY = 0.4


def refuse_big5(path: Path, name: str) -> None:
    """Refuse a file that is Big5, whether or not it can be read as GB18030.

    Raises:
        FileRefused: with the encoding's name, and what to do.
    """
    with path.open("rb") as stream:
        head = stream.read(PROBE)
    lines = head[: head.rfind(b"\n") + 1 or None]
    if lines.isascii():
        return
    try:
        as_big5 = share_of_common(lines.decode("big5"), COMMON_TRADITIONAL)
    except UnicodeDecodeError:
        return
    as_gb = share_of_common(lines.decode("gb18030", "ignore"))
    if as_big5 > PLAINLY and as_big5 > 2 * as_gb:
        raise FileRefused(Refusal(name, "is_big5"))
