"""The address bar is the state: every filter stands in it, and every rerun begins by reading it.

Why not `bind="query-params"` (tried): it writes the label that is shown into the address, so a link made in
Chinese would be unreadable in English, and `st.switch_page` refuses bound names. Here a widget is set from the
address before it is drawn and writes its code into the address when it is changed. Streamlit then adds
an entry to the browser's history, and its Back button brings the old address, hence the old picture.
What the address says is checked: an unknown word is as good as none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from metrics import GROUPS

PERIODS = ("week", "4weeks", "month", "year_to_date", "52weeks")
COMPARISONS = ("yoy", "previous", "none")
SEPARATOR = ".."
NAMES = ("period", "compare", "district", "station", "class", "data", "lang", "key", "window", "signal", "kind")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Address:
    """What the address bar asks for; empty text means all, `data` None the latest version."""

    period: str = "week"
    compare: str = "yoy"
    district: str = ""
    station: str = ""
    group: str = ""
    data: int | None = None
    language: str | None = None


def read(params: Mapping[str, str]) -> Address:
    """Return what the address asks for."""
    period, compare, group = params.get("period", ""), params.get("compare", ""), params.get("class", "")
    data = params.get("data", "")
    return Address(
        period=period if period in PERIODS or custom(period) else "week",
        compare=compare if compare in COMPARISONS else "yoy",
        district=params.get("district", ""),
        station=params.get("station", ""),
        group=group if group in GROUPS else "",
        data=int(data) if data.isascii() and data.isdigit() and len(data) < 16 else None,
        language=params.get("lang"),
    )


def custom(period: str) -> tuple[date, date] | None:
    """Return the half-open period that two ISO days with `..` between them mean, None when they mean none."""
    first, found, last = period.partition(SEPARATOR)
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last) + DAY
    except (ValueError, OverflowError):
        return None
    return (start, end) if found and start < end else None


def period_of(choice: str, span: tuple[date, date], last_week: tuple[date, date] | None) -> tuple[date, date]:
    """Return the half-open period of a choice, counted back from the last day with data.

    Args:
        choice: one of `PERIODS`, or two days.
        span: first and last day with data.
        last_week: the latest whole week, half-open.
    """
    given = custom(choice)
    if given:
        return given
    end = span[1] + DAY
    week = last_week or (end - 7 * DAY, end)
    if choice == "4weeks":
        return week[1] - 28 * DAY, week[1]
    if choice == "52weeks":
        return week[1] - 364 * DAY, week[1]
    if choice == "month":
        return _month_before(end)
    if choice == "year_to_date":
        return span[1].replace(month=1, day=1), end
    return week


def _month_before(end: date) -> tuple[date, date]:
    first = end.replace(day=1)
    return (first - DAY).replace(day=1), first


def put(**values: str) -> None:
    """Write filters into the address; an empty text takes one out."""
    params = {name: value for name, value in (st.query_params.to_dict() | values).items() if value}
    st.query_params.from_dict(params)


def follow(widget: str, name: str) -> None:
    """Write the value of a widget into the address; for its `on_change`."""
    value = st.session_state.get(widget) or ""
    cleared = {"station": ""} if name == "district" else {}
    put(**{name: str(value)}, **cleared)


def links() -> dict[str, str]:
    """Return the filters of the address, for links to other pages."""
    return {name: value for name, value in st.query_params.to_dict().items() if name in NAMES}


def url_of(here: str, params: Mapping[str, str]) -> str:
    """Return the address of the page that `here` is an address of, with other filters."""
    parts = urlsplit(here)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(params), ""))
