"""The mapping `auto`: the one that is remembered for these headings, else what the headings say without any doubt."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from etl.encoding import require_readable
from etl.errors import FileRefused, UsageError
from etl.mapping import PLAIN, Mapping, load_mapping
from etl.reading import Choice, peek
from etl.saved import folder_of, remembered
from etl.suggest import Suggestion, mapping_yaml, suggest
from warehouse import Lake

AUTO = "auto"


def mapping_for(lake: Lake, table: str, files: Sequence[Path], name: str, choice: Choice) -> Mapping:
    """The mapping of that name; with `auto` the one that the headings of the first file call for.

    Raises:
        UsageError: no such table or mapping, or the headings leave something open.
    """
    saved = folder_of(lake.home)
    if name != AUTO:
        return load_mapping(name, table, saved)
    plain = load_mapping(PLAIN, table)  # also says when there is no such table
    with tempfile.TemporaryDirectory() as folder:
        try:
            require_readable(files[0])
            layout = peek(files[0], Path(folder), choice).layout
        except FileRefused:
            layout = None
        if layout is None:
            return plain  # the load will say what is wrong with the file
        known = remembered(lake.home, layout.columns)
        if known:
            return load_mapping(known, table, saved)
        found = suggest(layout.columns, None, table)
        if not found.is_certain:
            raise UsageError(_open_questions(files[0].name, found))
        path = Path(folder) / "suggested.yaml"
        path.write_text(mapping_yaml(found), encoding="utf-8")
        return load_mapping(str(path), table)


def _open_questions(file: str, found: Suggestion) -> str:
    parts = []
    if found.missing:
        parts.append(f"no heading for {', '.join(found.missing)}")
    parts += [
        f"«{item.column}» only resembles {item.field} ({item.score:.0f} of 100)"
        for item in found.fields
        if item.reason_code == "similar"
    ]
    parts += [f"«{doubt['column']}» is doubtful ({doubt['code'].replace('_', ' ')})" for doubt in found.doubts]
    return (
        f"the headings of {file} do not say by themselves how they fill {found.table}: {'; '.join(parts)}. "
        "Name a mapping, or make one on the upload page, where this file's headings are laid out"
    )
