"""Why valid alerts changed: fewer calls, or fewer calls taken as valid.

valid = received × share, so ln(v1/v0) = ln(n1/n0) + ln(s1/s0). In the Ankang bulletin (set p21)
53 % of a published fall of 14.3 % comes from the share. Assumes counts over the same days.
"""

from math import log
from typing import NamedTuple


class Split(NamedTuple):
    """Logarithms of the change in valid alerts, in calls received and in the valid share."""

    valid: float
    received: float
    share: float

    @property
    def share_of_change(self) -> float | None:
        """Return which part of the change the valid share explains; None when nothing changed."""
        return self.share / self.valid if self.valid else None


def split_change(received: float, valid: float, base_received: float, base_valid: float) -> Split | None:
    """Split the change of valid alerts; None where a count is 0 and no logarithm exists."""
    if min(received, valid, base_received, base_valid) <= 0:
        return None
    total, volume = log(valid / base_valid), log(received / base_received)
    return Split(total, volume, total - volume)
