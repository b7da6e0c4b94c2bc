"""What an address means."""

from datetime import date

import pytest

from pages.shared.address import Address, custom, period_of, read, url_of

SPAN = (date(2024, 1, 1), date(2025, 12, 31))
WEEK = (date(2025, 12, 22), date(2025, 12, 29))


@pytest.mark.parametrize(
    ("choice", "first", "after"),
    [
        ("week", date(2025, 12, 22), date(2025, 12, 29)),
        ("4weeks", date(2025, 12, 1), date(2025, 12, 29)),
        ("52weeks", date(2024, 12, 30), date(2025, 12, 29)),
        ("month", date(2025, 12, 1), date(2026, 1, 1)),
        ("year_to_date", date(2025, 1, 1), date(2026, 1, 1)),
        ("2025-02-01..2025-02-01", date(2025, 2, 1), date(2025, 2, 2)),
    ],
)
def test_a_period_is_counted_back_from_the_last_day_with_data(choice: str, first: date, after: date) -> None:
    assert period_of(choice, SPAN, WEEK) == (first, after)


def test_the_latest_month_is_a_whole_one() -> None:
    assert period_of("month", (SPAN[0], date(2025, 12, 30)), WEEK) == (date(2025, 11, 1), date(2025, 12, 1))


@pytest.mark.parametrize(
    "text", ["", "..", "2025-02-30..2025-03-01", "2025-03-02..2025-03-01", "9999-12-31..9999-12-31"]
)
def test_what_is_no_period(text: str) -> None:
    assert custom(text) is None


def test_an_empty_address_asks_for_the_latest_week_against_last_year() -> None:
    assert read({}) == Address(period="week", compare="yoy")


@pytest.mark.parametrize("text", ["", "x", "-1", "1e3", "²", "9" * 40])
def test_what_is_no_version(text: str) -> None:
    assert read({"data": text}).data is None


def test_a_link_names_its_filters() -> None:
    assert url_of("http://127.0.0.1/training?x=1", {"lang": "en"}) == "http://127.0.0.1/training?lang=en"
    assert url_of("http://127.0.0.1:8501", {"lang": "en"}) == "http://127.0.0.1:8501/?lang=en"
