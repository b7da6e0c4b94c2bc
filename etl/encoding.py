"""Finds out a file's encoding and gives Polars a UTF-8 file.

Order: byte order mark, strict UTF-8, strict GB18030; nothing is ever replaced or skipped (domain/import-formats.md
4.2). A bad byte after eight or more characters that only UTF-8 explains is damage, not GB18030. An encoding that
somebody names is taken at his word, unless the file is plainly another one: GB18030 reads most UTF-8 as nonsense.
GB18030 and UTF-16 are decoded in pieces into a temporary UTF-8 file, because Polars scans only UTF-8.
A file can carry U+FFFD, the letter that an earlier program put in for those it lost; the cells with it are refused.
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from etl.errors import FileRefused, Refusal, UsageError
from etl.letters import share_of_common

PROBE_BYTES = 1 << 20
PIECE_BYTES = 1 << 22
SURE_BYTES = 16  # that many bytes beyond one a character: eight Chinese characters
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NAMES = {
    "utf-8": ("utf-8", "utf8", "utf_8"),
    "utf-8-sig": ("utf-8-sig", "utf_8_sig"),
    "gb18030": ("gb18030", "gbk", "gb2312", "cp936"),
    "utf-16": ("utf-16", "utf16", "utf_16"),
}
"""GBK and GB2312 are read as GB18030, which holds both and the letters that they lack."""
LOST = "\ufffd"
WORKBOOK_SIGNS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that Polars can scan, and the encoding of the original; whether it is a copy, and holds U+FFFD."""

    path: Path
    encoding: str
    is_copy: bool = False
    has_lost_letters: bool = False


def known_name(encoding: str) -> str:
    """The name that this module has for an encoding.

    Raises:
        UsageError: it reads no such encoding.
    """
    for name, spellings in NAMES.items():
        if encoding.lower() in spellings:
            return name
    raise UsageError(f"the encoding {encoding} cannot be read; there are: {', '.join(NAMES)}")


def require_readable(path: Path) -> None:
    """Make sure that there is a file and that it can be read.

    Raises:
        FileRefused: missing, a folder, or not readable; says which.
    """
    if path.is_dir():
        raise FileRefused(Refusal(path.name, "is_folder"))
    if not path.is_file():
        raise FileRefused(Refusal(path.name, "missing_file"))
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise FileRefused(Refusal(path.name, "unreadable_file", detail=error.strerror)) from error


def detect(path: Path) -> str:
    """The encoding by mark or by strict trial of the first megabyte: `utf-8`, `utf-8-sig`, `utf-16` or `gb18030`.

    Raises:
        FileRefused: empty, a workbook, binary, or neither encoding.
    """
    with path.open("rb") as stream:
        head = stream.read(PROBE_BYTES)
    if not head.strip():
        raise FileRefused(Refusal(path.name, "empty_file"))
    if head.startswith(WORKBOOK_SIGNS):
        raise FileRefused(Refusal(path.name, "is_workbook"))
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if b"\x00" in head:
        raise FileRefused(Refusal(path.name, "utf16_unmarked" if _is_utf16(head) else "not_text"))
    whole = len(head) < PROBE_BYTES
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)("strict").decode(head, final=whole)
        except UnicodeDecodeError as error:
            last = error
            if name == "utf-8" and _is_damaged_utf8(head, error.start):
                break
        else:
            return "gb18030" if name == "utf-8" and _reads_better_as_gb18030(head) else name
    raise FileRefused(Refusal(path.name, "bad_encoding", detail=f"byte {last.start}"))


def _reads_better_as_gb18030(head: bytes) -> bool:
    """Whether a few bytes that are valid UTF-8 by chance are Chinese only in GB18030."""
    if head.isascii() or _is_surely_utf8(head):
        return False
    return share_of_common(head.decode("gb18030", "ignore")) > share_of_common(head.decode("utf-8", "ignore"))


def _is_damaged_utf8(head: bytes, place: int) -> bool:
    """Whether what stands before a bad byte is UTF-8: there is much of it, or it is Chinese in UTF-8 only."""
    valid = head[:place]
    if valid.isascii() or _is_surely_utf8(valid):
        return not valid.isascii()
    return share_of_common(valid.decode("utf-8")) > share_of_common(valid.decode("gb18030", "ignore"))


def _is_utf16(head: bytes) -> bool:
    """Whether bytes with zeros among them are text in UTF-16 that lacks its mark: the zeros are halves of ASCII."""
    for name in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) & ~1].decode(name, "ignore")
        if "\n" in text and "\x00" not in text and all(letter >= " " or letter in "\t\r\n" for letter in text):
            return True
    return False


def _is_surely_utf8(valid: bytes) -> bool:
    """Whether a run of valid UTF-8 cannot be GB18030 by chance, so that a bad byte after it is damage."""
    return len(valid) - len(valid.decode("utf-8", "ignore")) >= SURE_BYTES


def second_guess(path: Path) -> str:
    """What to read a file as that begins like UTF-8 and has a bad byte later on: `gb18030`.

    Raises:
        FileRefused: its beginning can be nothing but UTF-8; names the bad byte.
    """
    with path.open("rb") as stream:
        if not _is_surely_utf8(stream.read(PROBE_BYTES)):
            return "gb18030"
        stream.seek(0)
        for _ in _decoded(stream, "utf-8", path.name):
            pass
    raise FileRefused(Refusal(path.name, "bad_encoding"))


def _decoded(stream: BinaryIO, encoding: str, name: str) -> Iterator[str]:
    """The text in pieces; a byte that the encoding does not have is refused with its place."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    while True:
        piece = stream.read(PIECE_BYTES)
        held = len(decoder.getstate()[0])
        try:
            yield decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            place = done - held + error.start
            raise FileRefused(Refusal(name, "bad_encoding", detail=f"byte {place}")) from error
        done += len(piece)
        if not piece:
            return


def as_utf8(path: Path, folder: Path, encoding: str | None = None) -> TextFile:
    """The file itself when it is UTF-8, else a UTF-8 copy in `folder`.

    Raises:
        FileRefused: as `detect`, a byte that the encoding does not have, with its place, or another encoding was named.
    """
    found = detect(path) if encoding is None else _as_named(path, encoding)
    if found in ("utf-8", "utf-8-sig"):
        return TextFile(path, found, has_lost_letters=_contains(path, LOST.encode()))
    target = folder / f"{path.stem}.utf8.csv"
    lost = False
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as sink:
        for piece in _decoded(source, found, path.name):
            sink.write(piece)
            lost = lost or LOST in piece
    return TextFile(target, found, is_copy=True, has_lost_letters=lost)


def _as_named(path: Path, encoding: str) -> str:
    """The encoding that was named, after a look whether the file is empty, no text, or plainly in another one."""
    seems = detect(path)
    marked = seems in ("utf-8-sig", "utf-16") or encoding == "utf-16"
    if seems == "utf-8" and encoding == "gb18030":
        with path.open("rb") as stream:
            marked = _is_surely_utf8(stream.read(PROBE_BYTES))
    if marked and seems.removesuffix("-sig") != encoding.removesuffix("-sig"):
        raise FileRefused(Refusal(path.name, "wrong_encoding", detail=f"it is {seems}"))
    return seems if marked else encoding


def _contains(path: Path, what: bytes) -> bool:
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return view.find(what) >= 0
