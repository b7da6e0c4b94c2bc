"""The report as one page that opens offline: text, tables and live charts of every language, Plotly inlined once.

Nothing is fetched, and the page forbids it itself (Content-Security-Policy). Names of charts are fixed.
"""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from exports.report.drawing import still
from exports.report.model import TEXT, Block, Cell, Picture, Report, Section, Table, places
from wording import Words

FOLDER = Path(__file__).parent
NUMBER, LONG, NOTHING = ' class="number"', ' class="long"', ""
WHOLE = 24
"""Text of so few places is never broken: a phone shows wide tables by moving them sideways."""


def web_page(reports: Sequence[Report]) -> bytes:
    """Return the page with every language; the first one is shown."""
    from plotly.offline import get_plotlyjs

    drawn = {
        _name(report, picture): json.loads(str(still(picture.figure, picture.key).to_json(remove_uids=False)))
        for report in reports
        for picture in report.pictures()
    }
    page = Template((FOLDER / "web.html").read_text(encoding="utf-8")).substitute(
        lang=reports[0].language[:2],
        title=escape(reports[0].title),
        css=(FOLDER / "web.css").read_text(encoding="utf-8"),
        js=(FOLDER / "web.js").read_text(encoding="utf-8"),
        plotly=get_plotlyjs(),
        figures=json.dumps(drawn, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"),
        articles="\n".join(_article(report, reports) for report in reports),
    )
    return page.encode("utf-8")


def _name(report: Report, picture: Picture) -> str:
    return f"{report.language[:2]}-{picture.key}"


def _article(report: Report, reports: Sequence[Report]) -> str:
    say = Words(report.language)
    lang = report.language[:2]
    buttons = [
        f'<button type="button" data-language="{other.language[:2]}">{escape(Words(other.language)("report.language"))}'
        "</button>"
        for other in reports
        if other is not report
    ]
    buttons.append(f'<button type="button" data-print="yes">{escape(say("report.print"))}</button>')
    links = "".join(f'<li><a href="#{lang}-{s.key}">{escape(s.title)}</a></li>' for s in report.sections)
    about = "".join(f'<p class="about">{escape(line)}</p>' for line in report.lines)
    told = "".join(f"<li>{escape(line)}</li>" for line in report.definitions)
    body = "\n".join(_section(report, section, 2) for section in report.sections)
    return (
        f'<article lang="{lang}" data-title="{escape(report.title)}"{"" if report is reports[0] else " hidden"}>\n'
        f'<div class="tools">{"".join(buttons)}</div>\n'
        f"<header><h1>{escape(report.title)}</h1>{about}</header>\n"
        f'<nav aria-label="{escape(say("report.contents"))}"><ol>{links}</ol></nav>\n{body}\n'
        f'<h2>{escape(say.of("report_section", "definitions"))}</h2><ul class="definitions">{told}</ul>\n'
        f'<p class="foot">{escape(report.foot)}</p>\n</article>'
    )


def _section(report: Report, section: Section, level: int) -> str:
    blocks = "\n".join(_block(report, block) for block in section.blocks)
    parts = "\n".join(_section(report, part, level + 1) for part in section.parts)
    inner = f'<div class="parts">{parts}</div>' if parts else ""
    name = f"{report.language[:2]}-{section.key}"
    return f'<section id="{name}"><h{level}>{escape(section.title)}</h{level}>\n{blocks}\n{inner}</section>'


def _block(report: Report, block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        chart = f'<div class="chart" id="{_name(report, block)}" role="img" aria-label="{escape(block.alt)}"></div>'
        return f"<figure><figcaption>{escape(block.title)}</figcaption>{chart}</figure>"
    return f"<p>{escape(block)}</p>"


def _kind(cell: Cell) -> str:
    if cell.form != TEXT:
        return NUMBER
    return LONG if places(cell.text) > WHOLE else NOTHING


def _table(table: Table) -> str:
    numbers = [any(row[at].form != TEXT for row in table.rows) for at in range(len(table.heads))]
    heads = "".join(
        f'<th scope="col"{NUMBER if number else NOTHING}>{escape(head)}</th>'
        for head, number in zip(table.heads, numbers, strict=True)
    )
    rows = []
    for number, row in enumerate(table.rows):
        first, *rest = row
        cells = "".join(
            f"<td{NUMBER if column else _kind(cell)}>{escape(cell.text)}</td>"
            for cell, column in zip(rest, numbers[1:], strict=True)
        )
        strong = ' class="strong"' if number in table.strong else ""
        rows.append(f'<tr{strong}><th scope="row"{_kind(first)}>{escape(first.text)}</th>{cells}</tr>')
    folded = ("", "") if table.printed else (f"<details><summary>{escape(table.title)}</summary>", "</details>")
    return (
        f'{folded[0]}<div class="wide" tabindex="0" role="region" aria-label="{escape(table.title)}">'
        f'<table data-key="{table.key}"><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>{folded[1]}"
    )
