"""Words of records: numbers of people are taken out, running text is refused, codes stay."""

from pathlib import Path

from etl import Options, load_files
from warehouse import close_lake, open_lake

ROWS = """case_id,station_code,kind,cause,status,filed_at
A1,990101010000,criminal,盗窃 13987654321,立案,2024-01-01 10:00:00
A2,990101010000,criminal,440308199901010012,侦查,2024-01-01 10:00:00
A3,990101010000,criminal,诈骗,{text},2024-01-01 10:00:00
A4,990101010000,criminal,电话138 1234 5678和13912345678,破案,2024-01-01 10:00:00
A5,990101010000,criminal,编号2024010112345678901234,破案,2024-01-01 10:00:00
"""


def test_no_number_of_a_person_and_no_story_reaches_the_lake(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    (tmp_path / "d.csv").write_text("district_code,name_zh\n990101,东城区\n", encoding="utf-8")
    (tmp_path / "s.csv").write_text("station_code,district_code,name_zh\n990101010000,990101,东所\n", encoding="utf-8")
    load_files(lake, "district", [tmp_path / "d.csv"])
    load_files(lake, "station", [tmp_path / "s.csv"])
    (tmp_path / "c.csv").write_text(ROWS.format(text="嫌疑人在某处" * 12), encoding="utf-8")
    report = load_files(lake, "case", [tmp_path / "c.csv"], options=Options(on_error="quarantine"))
    assert [(refusal.row, refusal.column, refusal.code) for refusal in report.refusals] == [
        (4, "status", "running_text")
    ]
    assert "嫌疑" not in str(report.refusals)
    assert {"code": "numbers_hidden", "count": 3} in report.warnings
    assert dict(lake.frame('SELECT case_id, cause FROM lake."case"').iter_rows()) == {
        "A1": "盗窃 ***",
        "A2": "***",
        "A4": "电话***和***",
        "A5": "编号2024010112345678901234",
    }
    close_lake(tmp_path / "lake")
