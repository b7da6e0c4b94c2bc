"""A workbook of 300,000 rows on the analyst's way: first look, dry run, what is told meanwhile, and memory.

The workbook has a title, a period and a header of two rows, Excel dates, long numbers as text, and a total at the end.
Limits: first look 3 s, dry run 60 s, memory 2 GB (of this process and of the child that reads the workbook). The plain
baseline is calamine reading the same sheet in the same run.

    python -m benchmarks.workbook [--rows 300000] [--keep FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

STATIONS, FIRST_DAY, DAYS = 60, datetime(2024, 1, 1), 366
HEADINGS = (
    ("警情编号", "报警时间", "到达现场时间", "管辖单位代码", "警情类别代码", "", "报警电话", "警情地址", "无效标识"),
    ("", "", "", "", "警情类别", "初始警情类别", "", "", ""),
)
LIMITS = {"workbook_first_look": 3.0, "workbook_dry_run": 60.0}
LIMIT_MB = 2048
MAPPING = """
table: alert
title: benchmark
fields:
  alert_id: 警情编号
  reported_at: 报警时间
  arrived_at: 到达现场时间
  station_code: 管辖单位代码
  category_code: 警情类别代码_警情类别
  category_code_initial: 警情类别代码_初始警情类别
  phone: 报警电话
  address: 警情地址
  is_invalid: 无效标识
"""


def main() -> int:
    """Measure and print one JSON line a figure; 1 when a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--keep", type=Path, help="write the workbook here and leave it")
    parser.add_argument("--measure", nargs=2, metavar=("BOOK", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(Path(chosen.measure[0]), Path(chosen.measure[1]))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        book = chosen.keep or Path(folder) / "300k.xlsx"
        write_book(book, chosen.rows)
        plain = plain_read(book)
        command = [sys.executable, "-m", "benchmarks.workbook", "--measure", str(book), folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    detail = {"rows": chosen.rows, "megabytes": found.pop("megabytes"), "steps": found.pop("steps"),
              "cpu_seconds_of_dry_run": found.pop("cpu")}  # fmt: skip
    peak, kept = found.pop("peak_mb"), True
    for name, value in found.items():
        kept = kept and value <= LIMITS.get(name, value) and peak <= LIMIT_MB
        line = {"name": name, "value": round(value, 2), "unit": "s", "baseline": round(plain, 2),
                "ratio": round(value / plain, 2), "peak_mb": peak, "detail": detail}  # fmt: skip
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0 if kept else 1


def write_book(path: Path, rows: int) -> None:
    """Write the workbook."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("警情数据")
        time_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write(0, 0, "2024年警情明细表")
        sheet.write(1, 0, "统计时间：2024年1月1日0时至2024年12月31日24时")
        for row, headings in enumerate(HEADINGS, start=2):
            for column, heading in enumerate(headings):
                if heading:
                    sheet.write(row, column, heading)
        for row, cells in enumerate(alerts(rows), start=4):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, time_format)
                else:
                    sheet.write(row, column, cell)
        sheet.write(rows + 4, 0, "合计")


def alerts(rows: int) -> Iterator[tuple[object, ...]]:
    """Made-up alerts, spread evenly over a year."""
    for number in range(rows):
        moment = FIRST_DAY + timedelta(seconds=number * DAYS * 86_400 // rows)
        station = f"9901{number % STATIONS:02d}010000"
        yield (
            f"990101{number:012d}",
            moment,
            moment + timedelta(minutes=number % 40),
            station,
            ("10", "20", "30", "40")[number % 4],
            "20",
            f"139{number * 7919 % 100_000_000:08d}",
            f"胜利路{number % 4_000}号",
            number % 20 == 0,
        )


def plain_read(book: Path) -> float:
    """Seconds that calamine takes to read the sheet to Python objects."""
    import python_calamine

    started = time.perf_counter()
    for _ in python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).iter_rows():
        pass
    return time.perf_counter() - started


def measure(book: Path, folder: Path) -> dict[str, Any]:
    """First look, dry run and longest time without a word, each in seconds; memory in MB; in a process of their own."""
    lake = _lake(folder)
    from etl import Options, Prepared, peek

    mapping = folder / "benchmark.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    (looked := folder / "look").mkdir()
    started = time.perf_counter()
    peek(book, looked)
    look = time.perf_counter() - started
    told = [time.perf_counter()]
    started, busy = time.perf_counter(), _cpu_seconds()
    with Prepared(
        lake, "alert", [book], str(mapping), Options("quarantine"), lambda step, share, rows=0: told.append(_now())
    ) as prepared:
        report = prepared.check()
        taken = time.perf_counter() - started
    busy = _cpu_seconds() - busy
    told.append(_now())
    if report.status != "dry-run" or report.rows_refused:
        raise SystemExit(json.dumps(report.to_json(), ensure_ascii=False)[:2000])
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "workbook_first_look": look,
        "workbook_dry_run": taken,
        "workbook_longest_silence": max(after - before for before, after in pairwise(told)),
        "megabytes": book.stat().st_size >> 20,
        "peak_mb": sum(used) // 1024,
        "cpu": round(busy, 1),
        "steps": {step: round(seconds, 2) for step, seconds in report.seconds.items()},
    }


def _cpu_seconds() -> float:
    """Processor time of this process and its ended children, in seconds: what a busy machine does not change."""
    return sum(
        found.ru_utime + found.ru_stime
        for found in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _now() -> float:
    return time.perf_counter()


def _lake(folder: Path) -> Any:  # noqa: ANN401 - imported late, so that nothing is timed that is not meant
    """A lake with the stations of the workbook."""
    os.environ.setdefault("JICENG_KEY", "5e" * 32)
    from etl import load_files
    from warehouse import open_lake

    lake = open_lake(folder / "lake", create=True)
    districts = folder / "district.csv"
    districts.write_text("district_code,name_zh\n990101,基准区\n", encoding="utf-8")
    stations = folder / "station.csv"
    lines = [f"9901{number:02d}010000,990101,基准第{number}所" for number in range(STATIONS)]
    stations.write_text("station_code,district_code,name_zh\n" + "\n".join(lines) + "\n", encoding="utf-8")
    for table, file in (("district", districts), ("station", stations)):
        load_files(lake, table, [file])
    return lake


if __name__ == "__main__":
    sys.exit(main())
