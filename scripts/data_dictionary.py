"""Writes docs/data-dictionary.md from the table definitions, which are the only place where columns are described.

Assumes the form that the two files of `warehouse/` state at their top. `--check` writes nothing and fails when the
dictionary is out of date.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY = ROOT / "docs" / "data-dictionary.md"
SOURCES = {
    "Tables that files are loaded into": ROOT / "warehouse" / "tables.yaml",
    "Tables that the lake keeps for itself": ROOT / "warehouse" / "system_tables.yaml",
}
HEADER = """# Data dictionary

Written by `make dictionary` from `warehouse/tables.yaml` and `warehouse/system_tables.yaml`; do not edit by hand.

Codes are text. Times are local wall-clock time in the time zone of the lake. Periods are half-open: their end is the
first day after them. Every table that files are loaded into also has `batch_id`, the load that brought the row, and
keeps its older and undone versions in the schema `history`. A private column is never shown and never exported.
"""


def main() -> int:
    """Write the dictionary, or with `--check` return 1 when it is not what the definitions say."""
    text = render()
    if "--check" in sys.argv[1:]:
        return int(not DICTIONARY.exists() or DICTIONARY.read_text(encoding="utf-8") != text)
    DICTIONARY.write_text(text, encoding="utf-8")
    return 0


def render() -> str:
    """Return the whole dictionary as Markdown."""
    parts = [HEADER]
    for title, path in SOURCES.items():
        parts.append(f"## {title}\n")
        tables: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts += [_table(name, table) for name, table in tables.items()]
    return "\n".join(parts)


def _table(name: str, table: dict[str, Any]) -> str:
    lines = [f"### `{name}`\n", f"{table['comment']}.{_grain(table)}\n"]
    lines += ["| column | type | term | meaning | rules |", "| --- | --- | --- | --- | --- |"]
    lines += [_column(column, definition) for column, definition in table["columns"].items()]
    return "\n".join(lines) + "\n"


def _grain(table: dict[str, Any]) -> str:
    sentences = [f" Key: {_names(table['key'])}."] if "key" in table else []
    if "newest_by" in table:
        sentences.append(f" The newest version of a record is the one with the highest {_names(table['newest_by'])}.")
    return "".join(sentences)


def _names(columns: list[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _column(name: str, definition: list[Any]) -> str:
    kind, term, meaning, *rest = definition
    cells = [f"`{name}`", kind, term, meaning, _rules(rest[0] if rest else {})]
    return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |"


def _rules(options: dict[str, Any]) -> str:
    rules = [word for word in ("required", "derived", "private") if options.get(word)]
    rules += [f"{word} {options[word]}" for word in ("min", "max") if word in options]
    rules += [f"one of {', '.join(options['enum'])}"] if "enum" in options else []
    rules += [f"from `{options['hashes']}` in plain files"] if "hashes" in options else []
    rules += [f"default {str(options['default']).lower()}"] if "default" in options else []
    return "; ".join(rules)


if __name__ == "__main__":
    sys.exit(main())
