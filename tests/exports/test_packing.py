"""What an operating system leaves in a folder or a ZIP is no part of a package; everything else is."""

import io
import zipfile
from pathlib import Path

import pytest

from exports.packing import read

STRAY = (".DS_Store", "Thumbs.db", "desktop.ini", "._manifest.json", "__MACOSX/x/manifest.json", "x/__MACOSX/._a")
OWN = {"manifest.json": b"{}", "figures.csv": b"1"}


def test_what_a_system_adds_to_a_zip_is_left_out() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in OWN.items():
            archive.writestr(f"x/{name}", content)
        for name in STRAY:
            archive.writestr(name, b"stray")
        for number in range(50):
            archive.writestr(f"__MACOSX/x/._{number}", b"stray")
        archive.writestr("x/readme.txt", b"theirs")
    assert read(out.getvalue()) == OWN | {"readme.txt": b"theirs"}


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "DESKTOP.INI", "._figures.csv"])
def test_what_a_system_adds_to_a_folder_is_left_out(tmp_path: Path, name: str) -> None:
    for own, content in OWN.items():
        (tmp_path / own).write_bytes(content)
    (tmp_path / name).touch()
    (tmp_path / "__MACOSX").mkdir()
    assert read(tmp_path) == OWN
