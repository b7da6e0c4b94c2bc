"""What the bytes of a package depend on besides the data: versions of libraries, the browser, and fonts by checksum."""

import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from exports.packing import digest

LIBRARIES = (
    "babel",
    "duckdb",
    "duckdb-extension-ducklake",
    "kaleido",
    "numpy",
    "plotly",
    "polars",
    "pyarrow",
    "scipy",
    "typst",
    "xlsxwriter",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)
SERIFS = ("Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "Songti SC")


@dataclass(frozen=True)
class Font:
    """A font family of this machine, with the files that hold it."""

    family: str
    files: tuple[Path, ...]


@cache
def libraries() -> dict[str, str]:
    """Return the versions of Python and of the libraries that write a package."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def browser() -> Path | None:
    """Return the Chromium of this machine, None when there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Path(found)
    try:
        from choreographer.browsers.chromium import Chromium

        path = Chromium.find_browser(skip_local=False)  # one that Kaleido has fetched for itself
    except Exception:
        return None
    return Path(path) if path else None


@cache
def browser_version() -> str | None:
    """Return what the browser calls itself."""
    path = browser()
    if path is None:
        return None
    try:
        run = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip() or None


@cache
def fonts() -> dict[str, Font]:
    """Return the first Chinese family without (`sans`) and with serifs (`serif`) of this machine."""
    import typst

    by_family: dict[str, set[Path]] = {}
    for font in typst.Fonts(include_embedded_fonts=False).fonts():
        if font.path:
            by_family.setdefault(font.family, set()).add(Path(font.path))
    found = {}
    for kind, wanted in (("sans", FAMILIES), ("serif", SERIFS)):
        family = next((name for name in wanted if name in by_family), None)
        if family:
            found[kind] = Font(family, tuple(sorted(by_family[family])))
    return found


@cache
def font_record() -> list[dict[str, Any]]:
    """Return family, file name and checksum of every font file in use."""
    return [
        {"family": font.family, "file": path.name, "sha256": digest(path.read_bytes())}
        for font in fonts().values()
        for path in font.files
    ]
