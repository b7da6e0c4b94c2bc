"""Files of a package: checksums, a ZIP whose bytes depend on its content alone, and reading either back.

Every entry of the ZIP carries the moment of the data version and the same rights; they stand in the order of their
names. A package that comes from outside is read with bounds, and never written to disk.
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from exports.errors import ExportError

UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, NotImplementedError, ValueError)
"""What a ZIP raises that is none, or that is damaged."""
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
LARGEST = 200 * 1024 * 1024
MOST_FILES = 40
STRAY = (".ds_store", "desktop.ini", "thumbs.db")
STRAY_FOLDER = "__MACOSX"
RIGHTS = 0o644 << 16
UNIX = 3


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the lines that `sha256sum --check` reads."""
    return "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files)).encode()


def zip_bytes(files: Mapping[str, bytes], folder: str, moment: datetime) -> bytes:
    """Return a ZIP of the files inside a folder."""
    out = io.BytesIO()
    stamp = (max(1980, moment.year), moment.month, moment.day, moment.hour, moment.minute, moment.second // 2 * 2)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", stamp)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, RIGHTS, UNIX
            archive.writestr(entry, files[name], compresslevel=6)
    return out.getvalue()


def read(source: Path | bytes, name: str = "") -> dict[str, bytes]:
    """Return the files of a package by name: of a folder, a ZIP, or the bytes of a ZIP.

    What an operating system adds of its own accord is no part of it.

    Raises:
        ExportError: it is no package, cannot be read, or is too large.
    """
    shown = name or (source.name if isinstance(source, Path) else "ZIP")
    try:
        if isinstance(source, Path) and source.is_dir():
            files = {path.name: path.read_bytes() for path in sorted(source.iterdir()) if _is_own(path)}
        else:
            files = _unzip(source, shown)
    except UNREADABLE as error:
        if isinstance(source, Path) and not source.exists():
            raise ExportError("not_a_package", shown) from error
        raise ExportError("damaged_package", shown) from error
    if MANIFEST not in files:
        raise ExportError("not_a_package", shown)
    return files


def _is_own(path: Path) -> bool:
    return _is_packed(path.name) and path.is_file()


def _is_packed(name: str) -> bool:
    """Return whether a name is that of a packed file: of no folder, and of nothing that an operating system added."""
    *folders, file = name.split("/")
    return bool(file) and STRAY_FOLDER not in folders and file.lower() not in STRAY and not file.startswith("._")


def _unzip(source: Path | bytes, shown: str) -> dict[str, bytes]:
    opened = io.BytesIO(source) if isinstance(source, bytes) else source
    with zipfile.ZipFile(opened) as archive:
        entries = [entry for entry in archive.infolist() if _is_packed(entry.filename)]
        if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST:
            raise ExportError("too_large", shown)
        return {entry.filename.rpartition("/")[2]: archive.read(entry) for entry in entries}
