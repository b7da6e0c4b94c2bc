"""Suggests to which table a file belongs and which heading fills which field, each with its reason.

A heading goes to a field when it has the field's name, its Chinese term or one of the words in `data/aliases.yaml`; a
heading that only resembles one of these is offered with its score (RapidFuzz, 0 to 100) and never counts as certain.
Words for different things that look alike (接警时间 and 报警时间) are kept apart: a heading that is a known word for
one field is never offered for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
import yaml
from rapidfuzz import fuzz

from etl.mapping import source_fields
from etl.reading.words import squeezed
from etl.suggest_wide import TABLE as RETURN
from etl.suggest_wide import Wide, find_wide
from warehouse import Column, table, tables

ALIASES = Path(__file__).resolve().parent.parent / "data" / "aliases.yaml"
Reason = Literal["same_name", "alias", "similar"]
ALIKE, APART = 80.0, 5.0
BRACKETS = re.compile(r"[(\[【].*?[)\]】]|[_\-/·:]")


@dataclass(frozen=True, slots=True)
class FieldSuggestion:
    """One field, the heading that fills it, why, and how alike they are (0 to 100)."""

    field: str
    column: str
    reason_code: Reason
    score: float
    rule: str | MappingType[str, Any] = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the headings of a file say. `tables`: all that fit at all, the best first; `doubts` are for a person."""

    table: str
    tables: tuple[str, ...]
    fields: tuple[FieldSuggestion, ...]
    unmapped: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[dict[str, Any], ...] = ()
    wide: Wide | None = None

    @property
    def is_certain(self) -> bool:
        """Whether every required field has its heading by name, and nothing is in doubt."""
        named = all(item.reason_code != "similar" for item in self.fields)
        return named and not self.missing and not self.doubts


@cache
def _aliases() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(ALIASES.read_text(encoding="utf-8"))
    return found


def _plain(heading: str) -> str:
    return squeezed(heading).replace("_", "")


def _bare(heading: str) -> str:
    """Without what stands in brackets, and without signs."""
    return BRACKETS.sub("", squeezed(heading))


def _fields(name: str) -> dict[str, Column]:
    wanted = table(name)
    return {field: wanted.column(column) for field, column in source_fields(wanted).items()}


@cache
def _words(name: str) -> dict[str, tuple[str, ...]]:
    """For every field of a table the words that mean it, the best first: its name, its term, its aliases."""
    listed = _aliases()["tables"].get(name, {})
    return {
        field: tuple(dict.fromkeys(_plain(word) for word in (field, column.term_zh, *listed.get(field, ()))))
        for field, column in _fields(name).items()
    }


def suggest(columns: Sequence[str], sample: pl.DataFrame | None = None, table_name: str | None = None) -> Suggestion:
    """What the headings of a file suggest.

    Args:
        columns: the headings.
        sample: some rows as text, by which the values of listed fields are recognised.
        table_name: the table, where a person chose it.
    """
    names = [table_name] if table_name else [name for name in tables() if _fields(name)]
    ranked = sorted(names, key=lambda name: _fit(name, columns), reverse=True)
    fitting = [name for name in ranked if _fit(name, columns) > 0]
    return _suggest_for(ranked[0], tuple(fitting or ranked[:1]), columns, sample)


def _fit(name: str, columns: Sequence[str]) -> float:
    """How well headings fit a table: the share of its required fields that they name, then the share that is used."""
    named = _named(name, columns)
    wide = _wide(name, columns, named)
    filled = {*named, *(wide.filled if wide else ())}
    required = [field for field, column in _fields(name).items() if column.required and column.default is None]
    used = len({item.column for item in named.values()} | set(wide.columns if wide else ()))
    return sum(field in filled for field in required) / len(required) + used / max(len(columns), 1)


def _wide(name: str, columns: Sequence[str], named: MappingType[str, FieldSuggestion]) -> Wide | None:
    """The wide columns of a return that names its units and has no column of figures."""
    if name != RETURN or "org_code" not in named or "numerator" in named:
        return None
    left = [column for column in columns if column not in {item.column for item in named.values()}]
    return find_wide(left, _aliases()["groups"], _aliases()["indicators"], dated="period_start" in named)


def _named(name: str, columns: Sequence[str]) -> dict[str, FieldSuggestion]:
    """The fields that headings name for certain; of several headings for one, that of the better word."""
    words, found = _words(name), {}
    for field, meant in words.items():
        ranks = []
        for at, column in enumerate(columns):
            forms = (_plain(column), _bare(column))
            rank = min((meant.index(form) for form in forms if form in meant), default=None)
            if rank is not None:
                ranks.append((rank, at))
        if ranks:
            rank, at = min(ranks)
            found[field] = FieldSuggestion(field, columns[at], "same_name" if rank == 0 else "alias", 100.0)
    return _once(found, words)


def _once(found: dict[str, FieldSuggestion], words: MappingType[str, tuple[str, ...]]) -> dict[str, FieldSuggestion]:
    """Every heading for one field: the one of which it is the better word."""
    best: dict[str, tuple[int, str]] = {}
    for field, item in found.items():
        forms = (_plain(item.column), _bare(item.column))
        rank = min(words[field].index(form) for form in forms if form in words[field])
        best[item.column] = min(best.get(item.column, (rank, field)), (rank, field))
    return {field: item for field, item in found.items() if best[item.column][1] == field}


def _suggest_for(
    name: str, fitting: tuple[str, ...], columns: Sequence[str], sample: pl.DataFrame | None
) -> Suggestion:
    named = _named(name, columns)
    doubts: list[dict[str, Any]] = []
    wide = _wide(name, columns, named)
    filled = wide.filled if wide else set()
    inverted = _inverted(name, columns, named)
    taken = {item.column for item in (*named.values(), *inverted.values())} | set(wide.columns if wide else ())
    left = [column for column in columns if column not in taken]
    similar = _similar(name, left, {*named, *inverted, *filled}, doubts)
    chosen = {**named, **inverted, **similar}
    fields = _fields(name)
    ordered = [_with_rule(chosen[field], name, sample) for field in fields if field in chosen]
    missing = [field for field, column in fields.items() if _needed(column) and field not in {*chosen, *filled}]
    if name == "alert" and "reported_at" in missing and "answered_at" in chosen:
        doubts.append({"code": "answered_is_not_reported", "column": chosen["answered_at"].column})
    used = {item.column for item in ordered} | set(wide.columns if wide else ())
    unmapped = tuple(column for column in columns if column not in used)
    return Suggestion(name, fitting, tuple(ordered), unmapped, tuple(missing), tuple(doubts), wide)


def _needed(column: Column) -> bool:
    return column.required and column.default is None


def _inverted(
    name: str, columns: Sequence[str], named: MappingType[str, FieldSuggestion]
) -> dict[str, FieldSuggestion]:
    """Fields whose opposite a heading says (是否有效 for is_invalid)."""
    found = {}
    for field, words in _aliases()["inverted"].get(name, {}).items():
        column = next((column for column in columns if _bare(column) in map(_plain, words)), None)
        if column and field not in named:
            rule = {"column": column, "true_values": ["0", "否", "无效", "false"]}
            found[field] = FieldSuggestion(field, column, "alias", 100.0, rule)
    return found


def _similar(
    name: str, columns: Sequence[str], taken: set[str], doubts: list[dict[str, Any]]
) -> dict[str, FieldSuggestion]:
    """The fields that the headings left over resemble; a heading that resembles two equally is a doubt."""
    found: dict[str, FieldSuggestion] = {}
    known = {word for words in _words(name).values() for word in words}
    for column in columns:
        text = _bare(column)
        if text in known:
            continue
        scores = sorted(
            ((max(fuzz.ratio(text, word) for word in words), field) for field, words in _words(name).items()),
            reverse=True,
        )
        (best, field), (second, other) = scores[0], scores[1]
        if best < ALIKE or field in taken or field in found:
            continue
        if best - second < APART:
            doubts.append({"code": "ambiguous", "column": column, "field": field, "other": other})
            continue
        found[field] = FieldSuggestion(field, column, "similar", round(best, 1))
    return found


def _with_rule(item: FieldSuggestion, name: str, sample: pl.DataFrame | None) -> FieldSuggestion:
    """The field with its rule: the column as it is, or with words replaced where the sample holds such words."""
    if item.rule:
        return item
    listed = _aliases()["values"].get(name, {}).get(item.field, {})
    cells: list[str] = []
    if sample is not None and item.column in sample.columns:
        cells = [cell.strip() for cell in sample[item.column].drop_nulls().to_list()]
    if not any(cell in listed for cell in cells):
        return FieldSuggestion(item.field, item.column, item.reason_code, item.score, item.column)
    rule = {"column": item.column, "map": dict(listed)}
    return FieldSuggestion(item.field, item.column, item.reason_code, item.score, rule)


def spec_of(suggestion: Suggestion) -> dict[str, Any]:
    """The mapping that a suggestion amounts to, as the YAML holds it."""
    fields = {item.field: item.rule or item.column for item in suggestion.fields}
    spec: dict[str, Any] = {
        "table": suggestion.table,
        "fields": {key: rule if isinstance(rule, str) else dict(rule) for key, rule in fields.items()},
    }
    if suggestion.wide:
        spec["fields"] |= suggestion.wide.fields
        spec["unpivot"] = suggestion.wide.unpivot
    return spec


def mapping_yaml(suggestion: Suggestion) -> str:
    """The mapping that a suggestion amounts to, as a file to be read and kept."""
    return str(yaml.safe_dump(spec_of(suggestion), allow_unicode=True, sort_keys=False))
