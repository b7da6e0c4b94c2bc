"""Every usual way to write a number, a yes or no, or a listed word reads back as it; anything else is named bad.

The reference reader beside each property is plain Python, so that a change of the Polars expressions cannot agree
with itself. Nothing may raise, whatever a cell holds.
"""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.cast import FALSE, MISSING, TRUE, cast
from warehouse import Column

LIMITS = {"SMALLINT": 2**15, "INTEGER": 2**31, "BIGINT": 2**63}
FULL_WIDTH = str.maketrans("0123456789,.+-", "０１２３４５６７８９，．＋－")
UNITS = ("起", "件", "人次", "人", "次", "分", "元", "户", "名", "宗")
ODD = st.text(alphabet="0123456789０９²①½٣.,，-－+%eExX起件人 　\t_无空/—↓持平#!nafi", max_size=9)
WHITE = "".join(
    map(chr, [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
)
"""White space as Unicode has it; Python's own strip() also takes four control characters off."""
SPOILT = st.one_of(st.text(max_size=12), ODD)


def read(cells: list[str | None], sql_type: str, enum: tuple[str, ...] = ()) -> list[tuple[object, bool]]:
    """Each cell's value, and whether it is named bad."""
    text = pl.Series("cell", cells, dtype=pl.String)
    result = cast(text, Column("cell", sql_type, "", "", enum=enum), zone="Asia/Shanghai")
    bad = [False] * len(cells) if result.bad is None else result.bad.fill_null(False).to_list()
    return list(zip(result.values.to_list(), bad, strict=True))


def spellings(number: int) -> list[str]:
    plain, thousands = str(number), f"{number:,}"
    forms = [plain, f" {plain}\t", f"　{plain}", f"{plain}.0", f"{plain}.00", f"{plain}.", thousands, f"{thousands}.0"]
    forms += [plain.translate(FULL_WIDTH), thousands.translate(FULL_WIDTH), f"{plain}起", f"{plain} 件"]
    return forms + ([f"+{plain}", f"000{plain}"] if number >= 0 else [])


def reference(cell: str, sql_type: str) -> int | None:
    """A whole number in plain Python: one sign, digits or thousands, perhaps zeros after a point and one unit."""
    if any(unicodedata.category(letter) == "No" for letter in cell):
        return None
    text = unicodedata.normalize("NFKC", cell).strip(WHITE)
    unit = next((unit for unit in UNITS if text.endswith(unit)), "")
    found = re.fullmatch(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0*)?", text.removesuffix(unit).rstrip(WHITE))
    if found is None:
        return None
    number = int(found[1] + found[2].replace(",", ""))
    return number if -LIMITS[sql_type] <= number < LIMITS[sql_type] else None


@pytest.mark.parametrize("sql_type", LIMITS)
@given(data=st.data())
def test_every_spelling_of_a_whole_number_is_that_number(sql_type: str, data: st.DataObject):
    number = data.draw(st.integers(-LIMITS[sql_type], LIMITS[sql_type] - 1))
    assert read(spellings(number), sql_type) == [(number, False)] * len(spellings(number))


@pytest.mark.parametrize("sql_type", LIMITS)
@given(cells=st.lists(SPOILT, min_size=1, max_size=6))
@example(cells=["12起", "²", "1,23", "99999999999999999999", "1e3", "0x10", "1_0", "12.5", "#DIV/0!", "持平", "零"])
def test_any_other_cell_is_missing_or_named_bad(sql_type: str, cells: list[str]):
    expected = [reference(cell, sql_type) for cell in cells]
    missing = [cell.strip(WHITE) in MISSING for cell in cells]
    assert read(cells, sql_type) == [
        (number, number is None and not gone) for number, gone in zip(expected, missing, strict=True)
    ]


@pytest.mark.parametrize("sql_type", ["INTEGER", "DOUBLE", "DECIMAL(6,2)", "BOOLEAN", "DATE", "TIMESTAMP"])
@pytest.mark.parametrize("cell", [None, "", " ", "　", "-", " - ", "—", "/", "空", "无", "NULL", "N/A", "NaN"])
def test_a_dash_or_blank_is_missing_and_never_zero(sql_type: str, cell: str | None):
    assert read([cell, cell], sql_type) == [(None, False)] * 2
    assert read([cell, "0" if sql_type[0] in "ID" and sql_type != "DATE" else None], sql_type)[0] == (None, False)


@given(amount=st.decimals(min_value=-(10**16) + 1, max_value=10**16 - 1, places=2))
@example(amount=Decimal("9007199254740993.01"))  # more digits than a float holds
@example(amount=Decimal("9999999999999999.99"))
def test_every_spelling_of_an_amount_is_that_amount_to_the_cent(amount: Decimal):
    forms = [str(amount), f" {amount}", f"{amount:,}", str(amount).translate(FULL_WIDTH), f"{amount}元", f"{amount}000"]
    assert read(forms, "DECIMAL(18,2)") == [(amount, False)] * len(forms)


@given(st.decimals(min_value=-9999, max_value=9999, places=6))
def test_more_decimals_than_the_column_keeps_are_rounded_half_to_even(number: Decimal):
    kept = number.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert read([str(number)], "DECIMAL(6,2)") == [(kept, False)]


@pytest.mark.parametrize("cell", ["1e16", "10000000000000000", "1e400", "inf", "12.34%", "1.2.3", "12,5", "1" * 40])
def test_what_no_decimal_holds_is_named_and_raises_nothing(cell: str):
    assert read([cell, "1"], "DECIMAL(18,2)") == [(None, True), (Decimal(1), False)]


@given(cells=st.lists(SPOILT, min_size=1, max_size=6), sql_type=st.sampled_from(["DECIMAL(18,2)", "DOUBLE"]))
def test_a_decimal_is_read_or_named_and_a_neighbour_changes_nothing(cells: list[str], sql_type: str):
    together = read(cells, sql_type)
    assert together == [read([cell, "7"], sql_type)[0] for cell in cells]
    for cell, (value, bad) in zip(cells, together, strict=True):
        assert bad == (value is None and cell.strip(WHITE) not in MISSING)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back_as_written(number: float):
    assert read([repr(number), f" {number!r} "], "DOUBLE") == [(number, False)] * 2


@pytest.mark.parametrize("cell", ["inf", "-inf", "Infinity", "1e400", "12.34%", "↓36.36%", "上升3起", "#REF!", "1 5"])
def test_what_is_no_finite_number_is_named(cell: str):
    assert read([cell, "0.5"], "DOUBLE") == [(None, True), (0.5, False)]


@pytest.mark.parametrize(("words", "value"), [(TRUE, True), (FALSE, False)])
def test_every_yes_and_no_in_any_case_and_width(words: list[str], value: bool):
    cells = [form for word in words for form in (word, word.upper(), f" {word}　", word.translate(FULL_WIDTH))]
    assert read([*cells, "ｙｅｓ" if value else "ｎｏ"], "BOOLEAN") == [(value, False)] * (len(cells) + 1)


@given(cells=st.lists(SPOILT, min_size=1, max_size=6))
@example(cells=["2", "maybe", "10", "是否", "²"])
def test_what_is_neither_yes_nor_no_is_named(cells: list[str]):
    for cell, (value, bad) in zip(cells, read(cells, "BOOLEAN"), strict=True):
        tidy = unicodedata.normalize("NFKC", cell).strip(WHITE).lower()
        expected = True if tidy in TRUE else False if tidy in FALSE else None
        assert (value, bad) == (expected, expected is None and cell.strip(WHITE) not in MISSING)


@given(cells=st.lists(st.one_of(st.sampled_from(["none", "chase_up", "Chase_up", "催办", "无"]), SPOILT), min_size=1))
def test_a_word_is_on_the_list_or_named(cells: list[str]):
    stripped = [cell.strip(WHITE) for cell in cells]
    for cell, (value, bad) in zip(stripped, read(stripped, "VARCHAR", ("none", "chase_up")), strict=True):
        assert bad == (cell not in (*MISSING, "none", "chase_up"))
        assert value == (None if cell in MISSING else cell)


def test_all_batches_of_a_load_agree_on_the_type_also_where_a_column_is_empty():
    column = Column("loss_yuan", "DECIMAL(16,2)", "", "")
    empty, full = (cast(pl.Series(cells, dtype=pl.String), column, zone="UTC").values for cells in ([None], ["1.5"]))
    assert empty.dtype == full.dtype == pl.Decimal(18, 2)
