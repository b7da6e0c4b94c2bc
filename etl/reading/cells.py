"""Typed cells of workbooks as text: what the person saw, so far as the file still knows it.

Whole numbers lose their point, days and times are ISO, yes and no are 1 and 0. Nothing is rounded that could be meant:
of times only the noise below a millisecond goes, which comes from counting days in fractions.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

TOO_LONG = 1e15
"""From here on Excel has lost digits: such a number is shown as a power of ten, which columns of codes refuse."""
HOUR, MINUTE = 3600, 60


def cell_text(value: Any) -> str | None:  # noqa: ANN401 - whatever a cell holds
    """A typed cell as text; None for an empty one."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float | int):
        return _number(value)
    if isinstance(value, datetime):
        moment = _whole_milliseconds(value)
        return moment.date().isoformat() if moment.time() == time() else _clock(moment.isoformat(" ", "milliseconds"))
    if isinstance(value, time):
        moment = _whole_milliseconds(datetime.combine(date(2000, 1, 1), value))
        return _clock(moment.time().isoformat("milliseconds"))
    return _duration(value) if isinstance(value, timedelta) else str(value)


def _number(value: float) -> str:
    if abs(value) >= TOO_LONG:
        return f"{Decimal(repr(value)).normalize():E}"
    return str(int(value)) if value == int(value) else repr(value)


def _whole_milliseconds(moment: datetime) -> datetime:
    """The nearest thousandth, or the nearest second if no further off than one."""
    noise = moment.microsecond % 1_000_000
    if noise <= 1_000:
        return moment.replace(microsecond=0)
    if noise >= 999_000:
        return moment.replace(microsecond=0) + timedelta(seconds=1)
    return moment.replace(microsecond=min(round(noise, -3), 999_000))


def _clock(text: str) -> str:
    return text.removesuffix(".000")


def _duration(value: timedelta) -> str:
    """Hours may be more than a day's: `36:00:00`."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // HOUR:02d}:{seconds % HOUR // MINUTE:02d}:{seconds % MINUTE:02d}"
