"""The catalogue is complete: every row of the plan's list, every field in both languages, no invented target."""

import pytest

from metrics import catalogue
from metrics.definitions import OURS, Indicator

SUB_ROWS = {
    0: " ", 1: "ab", 2: "ab", 3: "ab", 4: "ab", 5: "abc", 6: " ab", 7: " ", 8: "ab", 9: "abcde", 10: "abcde", 11: "ab",
    12: "ab", 13: "abc", 14: "abc", 15: "abc", 16: "abc", 17: " ", 18: " b", 19: " ab", 20: "ab", 21: "abcd", 22: "ab",
    23: "ab", 24: "abc", 25: "ab", 26: "abc", 27: "ab", 28: " ", 29: "abc", 30: "abcd", 31: " ", 32: "abcd", 33: "abc",
    34: "ab", 35: "abc", 36: " ", 37: " ", 38: " ", 39: "abc", 40: "ab", 41: "abcdef",
    45: "ab", 47: "abc", 48: "abcd", 49: "abc", 50: "ab",
}  # fmt: skip
ROWS = [f"{number}{letter}".strip() for number, letters in SUB_ROWS.items() for letter in letters]
"""Rows 0 to 50 with their sub-rows; 42 to 44 are row 41 by the reader's choice of ability, 46 by the kind of staff."""
CHOSEN = {42: "ability", 43: "ability", 44: "ability", 46: "person_kind"}
OWN_UPLOAD = ("prevention_components", "alerts_reported", "excluded_reported")
"""The first is made of other rows; the second reads tables as bureaus publish them, in any layout."""
T1 = (18, 19, 27, 30, 31, 33, 40, 41, 42, 43, 44, 45, 46, 49)
T3 = ("0", "1a", "1b", "5a", "5b", "5c", "7", "13a", "13b", "13c", "37")
WITH_TARGET = {
    "station_officer_share": "40",
    "community_officer_share": "40",
    "station_officer_share_encouraged": "50",
    "community_officer_share_encouraged": "50",
    "village_officer_coverage": "100",
}
ENTRIES = list(catalogue().values())
TEXTS = ("name", "formula", "numerator", "target", "source", "interval")


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_plan_has_an_entry(row: str) -> None:
    assert row in {entry.plan_row for entry in ENTRIES}


@pytest.mark.parametrize("number", range(51))
def test_every_number_from_0_to_50_has_an_entry(number: int) -> None:
    numbers = {entry.row[0] for entry in ENTRIES}
    if number in CHOSEN:
        assert CHOSEN[number] in catalogue()["training_first_pass"].parameters
    else:
        assert number in numbers


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_field_is_there_in_both_languages(entry: Indicator) -> None:
    for field in TEXTS:
        text = getattr(entry, field)
        assert text["zh"].strip() and text["en"].strip(), field
        assert set(text) == {"zh", "en"}, field
        assert not any("一" <= letter <= "鿿" for letter in text["en"]), field
        assert field == "interval" or any("一" <= letter <= "鿿" for letter in text["zh"]), field
    if entry.denominator is not None:
        assert entry.denominator["zh"].strip() and entry.denominator["en"].strip()
    assert entry.plan_clause and entry.unit and entry.smallest_base in (5, 20) and entry.definition >= 1
    assert entry.tier in ("T1", "T2", "T3") and entry.direction in ("up", "down", "none")
    assert entry.levels and set(entry.levels) <= {"city", "district", "station"}
    assert entry.counter_metrics or entry.subject == "repeats"
    assert entry.id not in entry.counter_metrics


def test_only_the_plans_four_targets_stand_in_the_catalogue() -> None:
    told = {entry.id: entry.target["en"] for entry in ENTRIES if not entry.target["en"].startswith("none in the plan")}
    assert set(told) == set(WITH_TARGET)
    assert all("the plan" in text and WITH_TARGET[name] in text for name, text in told.items())


def test_tiers_are_those_of_the_list() -> None:
    assert all(entry.tier == "T1" for entry in ENTRIES if entry.upload is None and entry.id not in OWN_UPLOAD)
    assert sorted(entry.plan_row for entry in ENTRIES if entry.tier == "T3") == sorted(T3)
    assert {entry.row[0] for entry in ENTRIES if entry.tier == "T1"} <= {*T1, 36}


def test_what_is_fed_by_an_upload_says_from_which() -> None:
    for entry in ENTRIES:
        if entry.tier != "T1" and entry.id not in OWN_UPLOAD:
            assert entry.upload is not None, entry.id
            assert entry.upload.table in ("indicator_return", "staff")
            assert entry.upload.every in ("month", "quarter", "year")
            assert entry.source is not None


def test_domestic_violence_and_minors_are_sensitive() -> None:
    sensitive = {entry.row[0] for entry in ENTRIES if entry.sensitive}
    assert sensitive == {22, 26}


def test_a_formula_of_our_own_says_so() -> None:
    assert catalogue()["hazard_closed_on_time"].source == OURS
    assert "Anti-Domestic Violence Law" in catalogue()["domestic_violence_warning"].source["en"]
