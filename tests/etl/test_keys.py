"""One number, one key, however it is written; placeholders have none; the secret makes them and stays private."""

import stat
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.keys import KEY_BYTES, fingerprint, hash_series, key_file, load_secret
from warehouse import WrongKey

SECRET, OTHER = b"\x5e" * KEY_BYTES, b"\x5f" * KEY_BYTES
KINDS = ("phone", "address", "person")
MOBILE = st.integers(13_000_000_000, 19_999_999_999).map(str)
LANDLINE = st.one_of(
    st.tuples(st.sampled_from(["010", "021"]), st.integers(20_000_000, 89_999_999).map(str)),
    st.tuples(st.sampled_from(["0571", "0915"]), st.integers(2_000_000, 89_999_999).map(str)),
)
PLACE = st.text(alphabet="文明东西路街巷号楼室ABCXYZ0123456789", min_size=1, max_size=20).filter(
    lambda text: text != "NA"
)


def hashed(cells: list[str | None], kind: str, secret: bytes = SECRET) -> list[int | None]:
    return hash_series(pl.Series("cell", cells, dtype=pl.String), kind, secret).to_list()


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@given(MOBILE)
@example("13800138000")
@example("13800130000")  # written with points it ends in .0000
def test_a_mobile_number_has_one_key_in_all_its_spellings(number: str):
    a, b, c = number[:3], number[3:7], number[7:]
    forms = [number, f"+86{number}", f"+86 {a} {b} {c}", f"0086{number}", f"86{number}", f"86-{number}", f"0{number}"]
    forms += [
        f"{a}-{b}-{c}",
        f"{a} {b} {c}",
        f"{a}.{b}.{c}",
        f" {number}\t",
        f"{number}.0",
        f"({a}){b}{c}",
        full_width(number),
    ]
    keys = hashed(forms, "phone")
    assert None not in keys
    assert set(keys) == {keys[0]} == set(hashed([number], "phone"))


@given(LANDLINE)
def test_a_landline_has_one_key_in_all_its_spellings(number: tuple[str, str]):
    area, rest = number
    forms = [area + rest, f"{area}-{rest}", f"({area}){rest}", f"（{area}）{rest}", f"+86 {area[1:]} {rest}"]
    forms += [f"+86({area}){rest}", f"0086-{area[1:]}-{rest}"]
    assert len(set(hashed(forms, "phone"))) == 1


@given(st.lists(MOBILE, min_size=2, max_size=20, unique=True))
def test_different_numbers_have_different_keys(numbers: list[str]):
    assert len(set(hashed(numbers, "phone"))) == len(numbers)


@pytest.mark.parametrize(
    "cell",
    [None, "", " ", "-", "—", "无", "不详", "匿名", "110", "12345", "000000", "00000000000", "11111111111",
     "9999999", "１１１１１１１１１１１", "+86", "1.38E+10", "1.3800138E+10", "保密"],
)  # fmt: skip
def test_a_placeholder_is_no_caller(cell: str | None):
    assert hashed([cell, "13800138000"], "phone")[0] is None
    assert hashed([cell], "phone") == [None]


@pytest.mark.parametrize("kind", ["address", "person", "officer"])
@pytest.mark.parametrize(
    "cell", [None, "", " ", "　", "-", "/", "---", "无", " 无 ", "不详", "未知", "unknown", "N/A", "null"]
)
def test_unknown_is_no_place_and_no_person(kind: str, cell: str | None):
    assert hashed([cell], kind) == [None]
    assert hashed([cell, "文明路12号"], kind)[0] is None


@given(PLACE)
@example("文明路12号A座")
def test_a_place_has_one_key_in_any_width_case_and_spacing(place: str):
    forms = [place, full_width(place), place.lower(), f" {place}　", "-".join(place), place + "（）", f"“{place}”"]
    keys = hashed(forms, "address")
    assert len(set(keys)) == 1
    assert hashed([place], "address") == keys[:1]


@given(text=st.one_of(MOBILE, PLACE))
def test_kinds_and_secrets_never_share_keys(text: str):
    keys = {kind: hashed([text], kind)[0] for kind in KINDS}
    present = [key for key in keys.values() if key is not None]
    assert len(set(present)) == len(present) >= 2
    for kind, key in keys.items():
        assert key is None or hashed([text], kind, OTHER) != [key]
    assert hashed([text], "officer") == hashed([text], "person")  # an officer in a case is the person in training


@given(st.lists(st.one_of(st.none(), MOBILE, st.text(max_size=15)), min_size=1, max_size=12))
def test_the_rows_beside_a_cell_do_not_change_its_key(cells: list[str | None]):
    for kind in KINDS:
        assert hashed(cells, kind) == [hashed([cell], kind)[0] for cell in cells]


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "new" / "folder" / "key"
    monkeypatch.delenv("JICENG_KEY", raising=False)
    monkeypatch.setenv("JICENG_KEY_FILE", str(path))
    first = load_secret()
    assert key_file() == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first) == KEY_BYTES
    assert load_secret() == first
    assert bytes.fromhex(path.read_text().strip()) == first
    path.unlink()
    assert load_secret() != first


@pytest.mark.parametrize("text", ["xyz", "5e" * 31, "5e" * 33, "5" * 63, "  "])
def test_a_secret_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JICENG_KEY", text)
    with pytest.raises(WrongKey):
        load_secret()


def test_the_fingerprint_tells_secrets_apart_and_gives_neither_away():
    assert fingerprint(SECRET) == fingerprint(SECRET) != fingerprint(OTHER)
    assert SECRET.hex() not in fingerprint(SECRET)
