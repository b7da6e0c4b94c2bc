"""The report on paper: two to six A4 pages as Chinese offices know them, typeset by Typst.

Fonts are named, and looked for in the files of the manifest alone, so that another font on the machine changes nothing.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

from exports import software
from exports.report.drawing import NoBrowser, svg
from exports.report.model import Block, Cell, Picture, Report, Section, Table, places
from exports.weeks import Week
from wording import Words

MOST_PAGES, SCALES = 6, ("1", "0.95", "0.9")
"""An office expects so many pages; a longer report is set smaller, as far as it stays readable."""
WHOLE, FIRM, WHOLE_TEXT = 8, 20, 24
"""Never broken: heads of so few places over numbers, cells of text, and heads over text."""
TEMPLATE = Path(__file__).with_name("paper.typ")
MESSAGES = {
    "no_browser": {
        "en": "there is no Chromium on this machine to draw its charts. Install one (scripts/browser.sh) and run again",
        "zh": "本机没有可用于绘图的 Chromium。请安装（scripts/browser.sh）后重新生成",
    },
    "browser_failed": {
        "en": "the Chromium of this machine does not start, or ended while drawing the charts. See that `chromium "
        "--headless --version` runs and there is memory left (scripts/browser.sh), and run again",
        "zh": "本机的 Chromium 无法启动，或在绘图过程中退出。请确认 `chromium --headless --version` 可以运行、内存充足"
        "（scripts/browser.sh），然后重新生成",
    },
    "no_font": {
        "en": "there is no Chinese font on this machine. Install fonts-noto-cjk (scripts/browser.sh) and run again",
        "zh": "本机没有中文字体。请安装 fonts-noto-cjk（scripts/browser.sh）后重新生成",
    },
}


class CannotPrint(Exception):
    """The paper cannot be made on this machine; everything else can."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """Return why, in words."""
        return MESSAGES[self.code]["zh" if language.startswith("zh") else "en"]


def paper(report: Report, week: Week, zone: str = "Asia/Shanghai") -> bytes:
    """Return the report as PDF.

    Raises:
        CannotPrint: there is no browser or no Chinese font.
    """
    import typst

    found = software.fonts()
    fonts = [found[kind] for kind in ("serif", "sans") if kind in found]
    if not fonts:
        raise CannotPrint("no_font")
    sans = found.get("sans", fonts[0]).family
    try:
        content = _content(report, sans)
    except NoBrowser as error:
        raise CannotPrint("browser_failed" if error.failed else "no_browser") from error
    content["fonts"] = {"serif": fonts[0].family, "sans": sans}
    moment = week.made_at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    written = json.dumps(content, ensure_ascii=False)
    with _only(path for font in fonts for path in font.files) as folder:
        for scale in SCALES:
            compiler = typst.Compiler(
                str(TEMPLATE),
                root=str(TEMPLATE.parent),
                font_paths=[str(folder)],
                ignore_system_fonts=True,
                sys_inputs={"report": written, "scale": scale},
            )
            made = compiler.compile(format="pdf", timestamp=int(moment.timestamp()))
            if int(compiler.query("<pages>", field="value", one=True)) <= MOST_PAGES:
                break
    assert isinstance(made, bytes)
    return made


@contextmanager
def _only(files: Iterable[Path]) -> Iterator[Path]:
    """Give a folder that holds these font files alone, because Typst is told folders."""
    with tempfile.TemporaryDirectory(prefix="jiceng-fonts-") as name:
        for path in files:
            try:
                (Path(name) / path.name).symlink_to(path)
            except OSError:  # Windows lets only some accounts make links
                shutil.copy2(path, Path(name) / path.name)
        yield Path(name)


def _content(report: Report, family: str) -> dict[str, Any]:
    say = Words(report.language)
    return {
        "language": report.language[:2],
        "title": report.title,
        "lines": list(report.lines),
        "foot": report.foot,
        "page": say("report.page", page="{page}", pages="{pages}"),
        "definitions_title": say.of("report_section", "definitions"),
        "definitions": list(report.printed_definitions),
        "sections": [_section(section, family) for section in report.sections],
    }


def _section(section: Section, family: str) -> dict[str, Any]:
    return {
        "title": section.title,
        "blocks": [_block(block, family) for block in section.blocks if not isinstance(block, Table) or block.printed],
        "parts": [_section(part, family) for part in section.parts],
    }


def _block(block: Block, family: str) -> dict[str, Any]:
    if isinstance(block, Picture):
        return {"kind": "picture", "title": block.title, "alt": block.alt, "svg": svg(block, family)}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "title": block.title,
            "heads": [_broken(head, _wanted(block, column)) for column, head in enumerate(block.heads)],
            "firm": [_is_firm(block, column) for column in range(len(block.heads))],
            "right": [_is_number(block, column) for column in range(len(block.heads))],
            "rows": [[cell.text for cell in row] for row in block.rows[: block.most]],
            "strong": list(block.strong),
        }
    return {"kind": "text", "text": block}


def _is_number(table: Table, column: int) -> bool:
    cells: list[Cell] = [row[column] for row in table.rows]
    return any(cell.form != "text" for cell in cells)


def _is_firm(table: Table, column: int) -> bool:
    """Return whether the cells of a column are never broken: numbers, intervals, verdicts, codes."""
    return _is_number(table, column) or _widest(table, column) <= FIRM


def _widest(table: Table, column: int) -> int:
    return max((places(row[column].text) for row in table.rows[: table.most]), default=0)


def _wanted(table: Table, column: int) -> int:
    """Return how many places a column takes anyhow, by its printed cells."""
    return max(_widest(table, column), WHOLE if _is_number(table, column) else WHOLE_TEXT)


def _broken(head: str, room: int) -> list[str]:
    """Return the lines of a head that is to be about as wide as what stands under it."""
    if places(head) <= room:
        return [head]
    if " " not in head and not head.isascii():  # Chinese may be broken anywhere
        each = -(-len(head) // -(-places(head) // room))
        return [head[at : at + each] for at in range(0, len(head), each)]
    return wrap(head, max(room, *(len(word) for word in head.split(" "))), break_on_hyphens=False)
