"""One text in every encoding gives the same rows; a wrong or damaged one gives a sentence and no rows.

Tables of bytes in, outcome out: F1, F2, F3, F7, F9, F11, F12 of domain/import-formats.md 4.3, as far as CSV goes.
"""

from datetime import date, datetime
from pathlib import Path

import pytest

from etl import LoadReport, Options, UsageError, load_files
from etl.encoding import PIECE_BYTES, as_utf8, detect, known_name
from etl.errors import FileRefused

RARE = "㵲水𠮷䶮路"  # letters that GBK lacks; 𠮷 takes four bytes in GB18030 and in UTF-8
HEADER = "alert_id,reported_at,station_code,category_code,address,result_code\n"
TEXT = HEADER + f"A1,2024-01-05 08:30:00,㵲水所,{RARE},{RARE}12号,办结\nA2,2024年1月5日24时,990102010000,纠纷,,\n"
ROWS = [
    ("A1", datetime(2024, 1, 5, 8, 30), "990101010000", RARE, "办结"),
    ("A2", datetime(2024, 1, 6), "990102010000", "纠纷", None),
]
ALERTS = "SELECT alert_id, reported_at, station_code, category_code, result_code FROM lake.alert ORDER BY 1"
UTF16_BE = "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be")
ENCODED = {
    "utf-8": TEXT.encode(),
    "utf-8-sig": TEXT.encode("utf-8-sig"),
    "gb18030": TEXT.encode("gb18030"),
    "utf-16-le": "\ufeff".encode("utf-16-le") + TEXT.encode("utf-16-le"),
    "utf-16-be": UTF16_BE,
    "utf-8, lines of Windows": TEXT.replace("\n", "\r\n").encode(),
}


def refused(report: LoadReport) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(r.code, r.row, r.column, r.value) for r in report.refusals]


@pytest.mark.parametrize("encoded", ENCODED)
def test_every_encoding_gives_the_same_rows(lake, load, encoded: str):
    report = load("alert", ENCODED[encoded])
    assert (report.status, report.rows_read, report.rows_loaded) == ("committed", 2, 2)
    assert lake.frame(ALERTS).rows() == ROWS


def test_files_of_several_encodings_load_together_and_each_is_told(lake, load):
    lines = TEXT.splitlines(keepends=True)
    report = load("alert", (lines[0] + lines[1]).encode("gb18030"), (lines[0] + lines[2]).encode("utf-16"))
    assert report.encoding == "gb18030, utf-16"
    assert lake.frame(ALERTS).rows() == ROWS


def test_all_names_of_the_chinese_encodings_mean_the_widest(lake, load):
    assert {known_name(name) for name in ("gb18030", "GB18030", "GBK", "gb2312", "cp936")} == {"gb18030"}
    assert load("alert", ENCODED["gb18030"], encoding="gbk").encoding == "gb18030"
    assert lake.frame(ALERTS).rows() == ROWS


@pytest.mark.parametrize(
    ("encoded", "named", "code"),
    [
        ("utf-8", "gb18030", "wrong_encoding"),
        ("utf-8-sig", "gb18030", "wrong_encoding"),
        ("utf-16-be", "gb18030", "wrong_encoding"),
        ("gb18030", "utf-8", "bad_encoding"),
        ("utf-16-le", "utf-8", "wrong_encoding"),
        ("utf-8", "utf-16", "wrong_encoding"),
    ],
)
def test_a_wrongly_named_encoding_is_refused_and_leaves_no_nonsense(refuse, encoded: str, named: str, code: str):
    assert [r.code for r in refuse("alert", ENCODED[encoded], encoding=named).refusals] == [code]


def test_an_encoding_that_is_not_read_is_wrong_usage(untouched, tmp_path: Path):
    with pytest.raises(UsageError, match="latin-1 cannot be read; there are: utf-8, utf-8-sig, gb18030, utf-16"):
        load_files(untouched, "alert", [tmp_path / "x.csv"], options=Options(encoding="latin-1"))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (ENCODED["gb18030"][:-3] + b"\xb0", len(ENCODED["gb18030"]) - 3),  # cut inside a letter
        (
            TEXT.encode()[: TEXT.encode().index("纠纷".encode()) + 4],
            None,
        ),  # the same in UTF-8: the rest cannot be GB18030 by chance
        (ENCODED["utf-16-le"][:-1], len(ENCODED["utf-16-le"]) - 2),
        (TEXT.encode().replace("办结".encode(), b"\xff\xfe"), None),
    ],
)
def test_a_cut_or_damaged_file_is_refused_with_the_place(refuse, content: bytes, place: int | None):
    [refusal] = refuse("alert", content).refusals
    assert refusal.code == "bad_encoding"
    assert refusal.detail == f"byte {place}" if place else refusal.detail


def test_damage_beyond_the_first_pieces_is_found_at_its_byte(tmp_path: Path):
    file = tmp_path / "long.csv"
    file.write_bytes("号".encode("gb18030") * PIECE_BYTES + b"\xff" + b"\n" * 10)
    assert detect(file) == "gb18030"
    with pytest.raises(FileRefused) as refused:
        as_utf8(file, tmp_path)
    assert refused.value.refusal.detail == f"byte {2 * PIECE_BYTES}"


def test_a_file_that_turns_chinese_late_is_read_as_gb18030_throughout(lake, load):
    rows = "".join(
        f"L{number:06d},2024-01-05 08:30:00,990102010000,,,\n" for number in range(25_000)
    )  # over a megabyte
    report = load("alert", (HEADER + rows + TEXT.removeprefix(HEADER)).encode("gb18030"))
    assert (report.encoding, report.rows_loaded) == ("gb18030", 25_002)
    assert lake.frame(ALERTS.replace("ORDER", "WHERE alert_id < 'L' ORDER")).rows() == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_letter_that_was_lost_at_the_source_is_named_and_never_loaded(lake, load, encoding: str):
    spoilt = TEXT.replace("办结", "办\ufffd").replace(f"{RARE}12", "\ufffd路12")
    report = load("alert", spoilt.encode(encoding), on_error="quarantine")
    assert refused(report) == [("lost_letters", 2, "address", "�A99A"), ("lost_letters", 2, "result_code", "办�")]
    assert lake.frame(ALERTS).rows() == ROWS[1:]
    assert (
        lake.frame("SELECT count(*) FROM lake.alert WHERE contains(concat_ws('', *COLUMNS(*)), '\ufffd')").item() == 0
    )


def test_a_lost_letter_in_a_column_that_is_not_read_harms_nobody(load):
    text = TEXT.replace("result_code", "remark")
    assert load("alert", text.replace("办结", "办\ufffd")).status == "committed"


def test_numbers_as_people_type_them(lake, load):
    typed = ["１２", " 12 ", '"1,234"', "12起", "12 件", "0", "-", "—", "/", "空", "无", "", "零", "十二"]
    rows = "".join(f"990101,{date(2024, 1, day)},{cell}\n" for day, cell in enumerate(typed, start=1))
    report = load("staff", "org_code,as_of,officers_total\n" + rows, on_error="quarantine")
    assert refused(report) == [
        ("not_a_number", row, "officers_total", cell) for row, cell in ((14, "零"), (15, "十二"))
    ]
    stored = lake.frame("SELECT officers_total FROM lake.staff ORDER BY as_of")["officers_total"].to_list()
    assert stored == [12, 12, 1234, 12, 12, 0, None, None, None, None, None, None]


def test_long_numbers_stay_text_and_powers_of_ten_are_refused(lake, load):
    cells = ["'330106202401050001", "330106202401050002", "3.30106E+17", "3e+17", "330106202401050000"]
    rows = "".join(f"{cell},2024-01-05,990101010000,,,\n" for cell in cells)
    report = load("alert", HEADER + rows, on_error="quarantine")
    assert refused(report) == [("spoilt_id", 4, "alert_id", "3.30106E+17"), ("spoilt_id", 5, "alert_id", "3e+17")]
    kept = ["330106202401050000", "330106202401050001", "330106202401050002"]  # one may end in zeros by chance
    assert lake.frame(ALERTS)["alert_id"].to_list() == kept


def test_where_every_long_number_ends_in_zeros_excel_has_rounded_them(refuse):
    rows = "".join(f"33010620240105{number}000,2024-01-05,990101010000,,,\n" for number in range(3, 6))
    report = refuse("alert", HEADER + rows)
    assert [r.code for r in report.refusals] == ["spoilt_id"] * 3


def test_a_station_by_code_cut_code_name_or_other_name(lake, load):
    west, rare = "990102010000", "990101010000"
    meant = {west: west, " 9901 0201 0000 ": west, f"{west}.0": west, "99010201": west, "990102": west}
    meant |= {"西门派出所": west, "Wushui": rare, "㵲水所": rare}
    strange = ["990101", "990109990000", "9901", "西门"]  # two stations begin with 990101
    rows = "".join(f"A{n:02d},2024-01-05,{cell},,,\n" for n, cell in enumerate([*meant, *strange]))
    report = load("alert", HEADER + rows, on_error="quarantine")
    assert [value for _, _, _, value in refused(report)] == strange
    assert lake.frame(ALERTS)["station_code"].to_list() == list(meant.values())
