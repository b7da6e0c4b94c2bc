"""A very small lake for the analyst's pages, made anew for each test because they change it; and files to upload."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import warehouse
from etl import load_files

DISTRICTS = "district_code,name_zh,name_en,is_municipal_district\n339901,东城区,Dongcheng,1\n339902,西城区,Xicheng,1\n"
STATIONS = """station_code,district_code,name_zh,name_en
339901010000,339901,东城派出所,Dongcheng station
339902010000,339902,西城派出所,Xicheng station
"""
CATEGORIES = "scheme,code,name,category_group\nlocal,traffic,交通,traffic\nlocal,dispute,纠纷,dispute\n"
HEADINGS = "alert_id,reported_at,station_code,category_code,phone\n"
PHONE = "13800001234"


def alerts(first: int, count: int, day: str = "2025-12-23") -> str:
    """Return alert records as a file whose headings are the fields."""
    lines = [
        f"A{n},{day} 08:{n % 60:02d}:00,33990{1 + n % 2}010000,traffic,{PHONE}" for n in range(first, first + count)
    ]
    return HEADINGS + "\n".join(lines) + "\n"


def build(folder: Path) -> warehouse.Lake:
    """Return a lake of one's own in a folder: two districts, two stations, two classes and forty alerts."""
    shutil.copytree(_made().name, folder, dirs_exist_ok=True)
    return warehouse.open_lake(folder / "lake")


@cache
def _made() -> TemporaryDirectory[str]:
    """Make it once for every test of the process."""
    made = TemporaryDirectory(prefix="jiceng-desk-city-")
    folder = Path(made.name)
    lake = warehouse.open_lake(folder / "lake", create=True)
    tables = {"district": DISTRICTS, "station": STATIONS, "category_map": CATEGORIES, "alert": alerts(0, 40)}
    for table, text in tables.items():
        path = folder / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        assert load_files(lake, table, [path]).status == "committed"
    warehouse.close_lake(folder / "lake")
    return made


def load(lake: warehouse.Lake, folder: Path, name: str, text: str, on_error: str = "reject") -> int:
    """Load one file of alerts and return its batch."""
    from etl import Options

    path = folder / name
    path.write_text(text, encoding="utf-8")
    report = load_files(lake, "alert", [path], options=Options(on_error=on_error, author="analyst"))
    assert report.batch_id is not None, report.refusals
    return report.batch_id
