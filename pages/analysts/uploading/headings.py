"""Every heading of the file with the field that it goes to and why; each can be corrected, and it is prepared anew."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

import metrics
import warehouse
from pages.analysts.uploading import guess, specs, veil, work
from pages.analysts.uploading.guess import Guess
from pages.analysts.uploading.jobs import Upload, Uploads
from pages.analysts.uploading.specs import CLASS, CONTEXT, NOT_USED, Use
from pages.shared.desk import Desk
from pages.shared.plain import escaped
from warehouse import Table
from wording import Words

WIDTH = 290
WHOLE = "all"
CLASSES = (WHOLE, *(group for group in metrics.GROUPS if group != "unmapped"))
CONTEXTS = ("period_start", "period_end", "title", "unit", "sheet", "file")


def draw(place: Desk, uploads: Uploads, upload: Upload) -> None:
    """Draw the mapping as a form."""
    words, found, look = place.words, upload.guess, upload.look
    if found is None or look is None or look.layout is None:
        return
    table = warehouse.table(found.table)
    uses = specs.uses(found.spec, look.layout.columns)
    used = sum(use.kind != "none" for use in uses.values())
    st.subheader(words("mapping.title"), anchor=False)
    st.caption(words("mapping.explained", used=used, all=len(uses), table=words.of("lake_table", found.table)))
    _doubts(words, found)
    with st.form(upload.key("columns"), border=False):
        with st.container(horizontal=True, gap="medium"):
            chosen = {
                column: _heading(words, upload, table, column, use) for column, use in uses.items() if not use.is_fixed
            }
        given = _without_column(words, upload, table)
        joined = [(column, use) for column, use in uses.items() if use.is_fixed]
        if joined:
            st.caption(words("mapping.joined", names="; ".join(f"{c} → {use.field}" for c, use in joined)))
        if st.form_submit_button(words("mapping.apply"), icon=":material/refresh:", type=_type(found)):
            _apply(words, uploads, upload, chosen, given)


def _type(found: Guess) -> str:
    return "primary" if found.missing else "secondary"


def _doubts(words: Words, found: Guess) -> None:
    names = specs.fields_of(warehouse.table(found.table))
    if found.missing:
        listed = words("say.comma").join(field_name(words, field, names[field]) for field in found.missing)
        st.warning(words("mapping.missing", names=listed), icon=":material/help:")
    for doubt in found.doubts:
        st.warning(words.of("mapping_doubt", doubt.get("code"), **doubt_values(doubt)), icon=":material/help:")


def doubt_values(doubt: Mapping[str, object]) -> dict[str, object]:
    """Return what fills the sentence of a doubt."""
    return {key: value for key, value in doubt.items() if key != "code"}


def field_name(words: Words, field: str, column: warehouse.Column) -> str:
    """Return a field in words: the term and the field's name."""
    term = words.of("source_field", field) if column.private else column.term_zh
    return f"{term} {field}" if words.short == "zh" else field


def _heading(words: Words, upload: Upload, table: Table, column: str, use: Use) -> str:
    """Draw one heading and return the field chosen for it."""
    fields, found = specs.fields_of(table), upload.guess
    classes = specs.classes(found.spec)
    named = [f"{CLASS}{group}" for group in dict.fromkeys([*CLASSES, *classes.values()])] if classes else []
    current = f"{CLASS}{classes[column]}" if column in classes else use.field
    options = [NOT_USED, *(fields if use.kind != "wide" else () if column in classes else (use.field,)), *named]

    def shown(field: str) -> str:
        if not field:
            return words("mapping.not_used")
        if field.startswith(CLASS):
            return words("mapping.class", name=class_name(words, field.removeprefix(CLASS)))
        told = field_name(words, field, fields[field])
        return words("mapping.wide", field=told, value=use.detail) if use.kind == "wide" else told

    with st.container(width=WIDTH, gap="xxsmall"):
        value = st.selectbox(
            escaped(column),
            options,
            index=options.index(current) if current in options else 0,
            format_func=shown,
            key=upload.key(f"heading_{column}"),
        )
        st.caption(_why(words, upload, column, use, found))
    return value


def class_name(words: Words, group: str) -> str:
    """Return a class in words; one that only a mapping knows by its own name."""
    return words("mapping.whole") if group == WHOLE else words.of("group", group) if group in CLASSES else group


def _why(words: Words, upload: Upload, column: str, use: Use, found: Guess) -> str:
    reason, score = found.reasons.get(column, ("", 0.0))
    told = []
    if use.kind != "none":
        kind = reason or ("set" if upload.plan.spec is not None else "named" if found.mapping else "set")
        told.append(words.of("mapping_reason", kind, score=words.number(score)))
    public = specs.public_columns(found.spec, warehouse.table(found.table))
    cells = guess.sample(upload.look)
    shown = veil.examples(cells[column].to_list(), column, public) if column in cells.columns else ""
    if shown:
        told.append(words("mapping.example", cells=escaped(shown)))
    return " · ".join(told) or words("mapping.empty_column")


def _without_column(words: Words, upload: Upload, table: Table) -> dict[str, str]:
    """Draw the fields that no column fills but something must or does, and return what was given."""
    found, look = upload.guess, upload.look
    fixed = specs.fixed(found.spec)
    around = context(look)
    lacking = [*found.missing, *(field for field in fixed if field not in found.missing)]
    given = {}
    if lacking:
        st.markdown(f"**{words('mapping.without_column')}**")
    with st.container(horizontal=True, gap="medium"):
        for field in lacking:
            column = specs.fields_of(table)[field]
            options = ["", *(f"{CONTEXT}{name}" for name in around), *column.enum]
            current = fixed.get(field, "")
            if current and current not in options:
                options.append(current)
            with st.container(width=WIDTH):
                given[field] = st.selectbox(
                    field_name(words, field, column),
                    options,
                    index=options.index(current),
                    format_func=lambda value: _given(words, around, value),
                    key=upload.key(f"fixed_{field}"),
                    accept_new_options=True,
                    help=words("mapping.fixed_help"),
                )
    return {field: value or "" for field, value in given.items()}


def context(look: object) -> dict[str, str]:
    """Return what stands around the table, by the name that a mapping takes it by."""
    layout = look.layout
    start, end = layout.period or (None, None)
    values = {
        "period_start": start and start.isoformat(),
        "period_end": end and end.isoformat(),
        "title": layout.title,
        "unit": layout.unit,
        "sheet": look.sheet,
        "file": look.file,
    }
    return {name: str(values[name]) for name in CONTEXTS if values[name]}


def _given(words: Words, around: Mapping[str, str], value: str) -> str:
    if not value:
        return words("mapping.nothing")
    name = value.removeprefix(CONTEXT)
    if value.startswith(CONTEXT):
        return words("mapping.from_around", name=words.of("mapping_context", name), value=around.get(name, ""))
    return value


def _apply(words: Words, uploads: Uploads, upload: Upload, chosen: Mapping[str, str], given: Mapping[str, str]) -> None:
    plain = {c: f for c, f in chosen.items() if c not in specs.wide_columns(upload.guess.spec)}
    twice = specs.doubled({column: field for column, field in plain.items() if not field.startswith(CLASS)})
    if twice:
        st.error(words("mapping.twice", names=words("say.comma").join(twice)), icon=":material/error:")
        return
    spec = specs.corrected(upload.guess.spec, chosen, given)
    plan = replace(upload.plan, spec=spec, table=spec["table"], mapping=upload.guess.mapping)
    uploads.start(upload, "working", work.prepare, plan)
    st.rerun()
