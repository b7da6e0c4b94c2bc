"""Mappings that people saved with a lake: found by name, and by the headings of the files that they were made for.

They lie as YAML files in `mappings/` beside the lake's data, each with the fingerprints of the headings that it fits.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from etl.errors import UsageError
from etl.mapping import PLAIN, available, load_mapping
from etl.reading.words import squeezed
from warehouse import tables

NAME = re.compile(r"[^\W_][\w .·-]{0,59}")
RESERVED = (PLAIN, "auto")


def folder_of(lake_home: Path) -> Path:
    """Where the mappings of a lake lie."""
    return lake_home / "mappings"


def fingerprint(columns: Sequence[str]) -> str:
    """What tells the headings of a file from those of another: their words in order, without white space and width."""
    return hashlib.sha256("\n".join(squeezed(column) for column in columns).encode()).hexdigest()[:16]


def remembered(lake_home: Path, columns: Sequence[str]) -> str | None:
    """The saved mapping that was made for files with these headings; the newest where there are several."""
    wanted = fingerprint(columns)
    paths = sorted(folder_of(lake_home).glob("*.yaml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return next((path.stem for path in paths if wanted in _read(path).get("fingerprints", ())), None)


def save_mapping(lake_home: Path, name: str, text: str, columns: Sequence[str]) -> Path:
    """Keep a mapping under a name for the next file with these headings.

    A mapping of that name is replaced when it is for the same table; it stays known to the headings that it had.

    Args:
        lake_home: the lake's folder.
        name: without `.yaml`.
        text: the YAML.
        columns: the headings of the file that it was made for.

    Raises:
        UsageError: the name cannot be used, or the mapping is not well-formed.
    """
    spec = _checked(name, text)
    folder = folder_of(lake_home)
    path = folder / f"{name}.yaml"
    before = _read(path) if path.is_file() else {}
    if before and before.get("table") != spec["table"]:
        raise UsageError(f"there is a mapping {name} already, for the table {before.get('table')}; choose another name")
    known = [*before.get("fingerprints", ()), fingerprint(columns)]
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as drafts:
        draft = Path(drafts) / path.name
        whole = dict(spec) | {"fingerprints": list(dict.fromkeys(known))}
        draft.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), encoding="utf-8")
        load_mapping(str(draft), spec["table"])
        draft.replace(path)
    return path


def _checked(name: str, text: str) -> dict[str, Any]:
    if not NAME.fullmatch(name):
        raise UsageError(
            f"«{name}» cannot be the name of a mapping; use letters, digits, space, dot and hyphen, at most 60"
        )
    if name in RESERVED or name in available():
        raise UsageError(f"the mapping {name} comes with the program and cannot be replaced; choose another name")
    try:
        spec = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"the mapping {name} is not well-formed: {error}") from error
    if not isinstance(spec, dict) or spec.get("table") not in tables():
        raise UsageError(f"the mapping {name} names no table; there are: {', '.join(tables())}")
    return spec


def _read(path: Path) -> dict[str, Any]:
    """A saved mapping; nothing where somebody has spoilt it by hand."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
