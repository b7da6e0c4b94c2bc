"""What was planted in the demonstration city on purpose: the one table of its truths.

Everything else in the city stays as it is apart from chance, so a figure that reports a change elsewhere is wrong, and
one that misses a row of this table is blind. The codes hold for every size of city, because stations are numbered
within their district: 01 is its largest, 02 its smallest.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

What = Literal["fall", "recoded_down", "valid_share_fall", "merger", "absent_weak", "cluster", "regression"]
Spell = tuple[date, date]


@dataclass(frozen=True)
class Truth:
    """One planted truth.

    Attributes:
        truth_id: Name of the truth.
        unit_code: District (6 characters) or station (12) that it concerns.
        what: `fall`: fewer calls received and valid alike. `recoded_down`: criminal and public-order alerts end as
            dispute, help or other. `valid_share_fall`: genuine alerts are flagged invalid while calls received stay.
            `merger`: the unit ends and `successor_code` takes over. `absent_weak`: weak candidates miss one round.
            `cluster`: one place (or one caller) reports again and again. `regression`: clusters that chance made are
            treated, and treatment changes nothing.
        starts_on: First day on which it holds.
        ends_on: First day on which it holds no more; None where it stays.
        magnitude: Share removed, recoded, flagged or absent, 0 to 1; 1 for a merger; of a cluster the days between two
            reports, of a regression the treated clusters for each station.
        successor_code: Unit that takes over, for a merger.
        round: Training round concerned, for absent candidates.
        spells: Times in which a cluster reports, half-open.
        treated_on: Day on which a cluster was treated.
        one_caller: Whether all reports of a cluster come from one number.
    """

    truth_id: str
    unit_code: str
    what: What
    starts_on: date
    magnitude: float
    ends_on: date | None = None
    successor_code: str | None = None
    round: str | None = None
    spells: tuple[Spell, ...] = ()
    treated_on: date | None = None
    one_caller: bool = False


TRUTHS = (
    Truth("fall-hedong", "990104", "fall", date(2025, 1, 1), 0.18),
    Truth("fall-qingshan", "990122", "fall", date(2025, 1, 1), 0.15),
    Truth("recoding-beihu-1", "990106010000", "recoded_down", date(2025, 7, 1), 0.35),
    Truth("valid-share-bailu-1", "990125010000", "valid_share_fall", date(2025, 4, 1), 0.35),
    Truth("merger-xicheng", "990103020000", "merger", date(2025, 7, 1), 1.0, successor_code="990103010000"),
    Truth("absent-linhai", "990121", "absent_weak", date(2025, 7, 1), 0.30, ends_on=date(2025, 10, 1), round="2025-Q3"),
    Truth(
        "cluster-quiet", "990105010000", "cluster", date(2025, 5, 1), 5.0,
        spells=((date(2025, 5, 1), date(2025, 9, 15)),), treated_on=date(2025, 9, 15),
    ),
    Truth(
        "cluster-back", "990107010000", "cluster", date(2025, 4, 1), 5.0,
        spells=((date(2025, 4, 1), date(2025, 8, 10)), (date(2025, 11, 20), date(2025, 12, 30))),
        treated_on=date(2025, 8, 10),
    ),
    Truth(
        "cluster-caller", "990123010000", "cluster", date(2025, 10, 8), 1.5,
        spells=((date(2025, 10, 8), date(2025, 12, 29)),), one_caller=True,
    ),
    Truth("regression-treated", "99", "regression", date(2025, 2, 1), 0.4),
)  # fmt: skip


def planted(what: What) -> tuple[Truth, ...]:
    """The truths of one kind, in the order of the table."""
    return tuple(truth for truth in TRUTHS if truth.what == what)
