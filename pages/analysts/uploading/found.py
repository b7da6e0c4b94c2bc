"""How the file was read: table, sheet, encoding, delimiter and header; each can be set, and it is read again."""

from dataclasses import replace

import streamlit as st

from etl import Choice, Peek
from pages.analysts.uploading import guess, start, veil, work
from pages.analysts.uploading.jobs import Plan, Upload, Uploads
from pages.shared.desk import Desk
from wording import DASH, Words

ENCODINGS = ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5")
DELIMITERS = (",", ";", "\t", "|")
SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
WIDTH = 210


def draw(place: Desk, uploads: Uploads, upload: Upload) -> None:
    """Draw what was found out as a form."""
    words, look = place.words, upload.look
    st.subheader(words("upload.how_read"), anchor=False)
    if look is not None and look.layout is not None:
        st.markdown(_around(words, look))
    with st.form(upload.key("found"), border=False):
        with st.container(horizontal=True):
            table = _table(words, upload)
            mapping = _mapping(place, upload)
        with st.container(horizontal=True):
            choice = _choice(words, upload)
        if st.form_submit_button(words("upload.read_again"), icon=":material/refresh:"):
            uploads.start(upload, "working", work.prepare, _plan(place, upload, table, mapping, choice))
            st.rerun()


def _around(words: Words, look: Peek) -> str:
    layout = look.layout
    assert layout is not None
    told = [words("upload.file", file=look.file)]
    if layout.title and layout.title not in layout.columns:
        told.append(words("upload.title", title=veil.veiled(layout.title)))
    if layout.period:
        told.append(words("upload.period", period=words.period(layout.period)))
    if layout.unit:
        told.append(words("upload.unit", unit=layout.unit))
    return " · ".join(told)


def _table(words: Words, upload: Upload) -> str:
    names = start.tables()
    current = upload.guess.table if upload.guess else upload.plan.table
    return st.selectbox(
        _label(words, "table", bool(upload.plan.table)),
        names,
        index=names.index(current) if current in names else None,
        format_func=lambda name: words.of("lake_table", name),
        key=upload.key("table"),
        width=WIDTH,
    )


def _mapping(place: Desk, upload: Upload) -> str:
    words = place.words
    current = upload.guess.mapping if upload.guess else upload.plan.mapping
    options = ["", *guess.names(place.lake)]
    empty = "upload.mapping_corrected" if upload.plan.spec else "upload.mapping_suggested"
    return st.selectbox(
        _label(words, "mapping", bool(upload.plan.mapping)),
        options,
        index=options.index(current) if current in options and not upload.plan.spec else 0,
        format_func=lambda name: name or words(empty),
        key=upload.key("mapping"),
        width=2 * WIDTH,
    )


def _choice(words: Words, upload: Upload) -> Choice:
    look, chosen = upload.look, upload.plan.choice
    sheet = encoding = delimiter = None
    if look is not None and look.sheets:
        sheet = _select(words, upload, "sheet", list(look.sheets), look.sheet, chosen.sheet)
    else:
        encoding = _select(words, upload, "encoding", list(ENCODINGS), look and look.encoding, chosen.encoding)
        delimiter = _select(words, upload, "delimiter", list(DELIMITERS), look and look.delimiter, chosen.delimiter)
    layout = look.layout if look else None
    row = _number(words, upload, "header_row", layout and layout.header_row, chosen.header_row, 1000)
    rows = _number(words, upload, "header_rows", layout and layout.header_rows, chosen.header_rows, 3)
    return Choice(encoding=encoding, delimiter=delimiter, sheet=sheet, header_row=row, header_rows=rows)


def _label(words: Words, name: str, is_set: bool) -> str:
    return f"{words.of('upload_setting', name)} · {words('upload.set' if is_set else 'upload.guessed')}"


def _select(
    words: Words, upload: Upload, name: str, options: list[str], found: str | None, chosen: str | None
) -> str | None:
    """Return what the person set: their earlier choice or another than was found; None leaves it to be found out."""
    current = chosen or found
    if current and current not in options:
        options = [current, *options]
    value = st.selectbox(
        _label(words, name, chosen is not None),
        options,
        index=options.index(current) if current else None,
        format_func=lambda code: words.of("delimiter", SIGNS.get(code, code)) if name == "delimiter" else code,
        placeholder=DASH,
        key=upload.key(name),
        width=WIDTH,
    )
    return value if chosen is not None or value != found else None


def _number(words: Words, upload: Upload, name: str, found: int | None, chosen: int | None, most: int) -> int | None:
    value = st.number_input(
        _label(words, name, chosen is not None),
        1,
        most,
        chosen or found,
        step=1,
        placeholder=DASH,
        key=upload.key(name),
        width=WIDTH,
    )
    return value if chosen is not None or value != found else None


def _plan(place: Desk, upload: Upload, table: str, mapping: str, choice: Choice) -> Plan:
    """Return the plan that the form means: another mapping brings its table, another table drops the mapping."""
    before = upload.guess
    plan = replace(upload.plan, choice=choice)
    if mapping and (before is None or mapping != before.mapping or upload.plan.spec):
        return replace(plan, mapping=mapping, table=guess.table_of(place.lake, mapping) or table, spec=None)
    if table and (before is None or table != before.table):
        return replace(plan, table=table, mapping="", spec=None)
    headers = ("header_row", "header_rows", "sheet", "encoding", "delimiter")
    if upload.plan.spec and any(getattr(choice, name) != getattr(upload.plan.choice, name) for name in headers):
        return replace(plan, spec=None)
    return plan
