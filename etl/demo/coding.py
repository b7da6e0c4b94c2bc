"""Category codes: what the desk wrote first and what the station confirmed.

Assumes that honest recoding runs both ways alike: within each station as many alerts move from one group to another as
back, so that an exact test of down against up stays quiet. The one planted exception is the table's `recoded_down`.
"""

import numpy as np
import polars as pl

from .city import City, static
from .incidents import GROUPS, Setting
from .rhythm import DAY, day_number
from .streams import Flags, Integers, stream
from .truths import planted

# Share of a station's matters that move each way between two groups.
TWO_WAY = {
    ("criminal", "public_order"): 0.0008,
    ("criminal", "dispute"): 0.0002,
    ("public_order", "dispute"): 0.0024,
    ("public_order", "help"): 0.0006,
    ("public_order", "other"): 0.0006,
    ("dispute", "help"): 0.0018,
    ("help", "other"): 0.0020,
}
RECODED_TO = {"dispute": 0.60, "help": 0.25, "other": 0.15}
OTHER_CODE_OF_GROUP = 0.04  # share of matters whose first code was another of the same group
UNMAPPED = ("121900", "130200", "909900")
UNMAPPED_SHARE = 0.0015


def code_list() -> list[str]:
    """Every category code that occurs, mapped ones first; rows hold positions in this list."""
    return [*static("categories.csv")["code"].to_list(), *UNMAPPED]


def add_codes(setting: Setting, matters: pl.DataFrame) -> pl.DataFrame:
    """Give each matter its group and code, at first and now; `group` is the group of the matter by its nature."""
    rng = stream(setting.seed, "coding")
    group, second = matters["group"].to_numpy(), matters["second"].to_numpy()
    first = _two_way(matters, rng)
    final = _planted_down(setting, matters, first, group, rng)
    code = draw_codes(final, second, rng)
    same = (first == final) & (rng.random(len(code)) >= OTHER_CODE_OF_GROUP)
    code_first = np.where(same, code, draw_codes(first, second, rng))
    strange = np.flatnonzero(rng.random(len(code)) < UNMAPPED_SHARE)
    code[strange] = code_first[strange] = len(code_list()) - 1 - rng.integers(0, len(UNMAPPED), len(strange))
    return matters.with_columns(pl.Series("group", final), pl.Series("code", code), pl.Series("code_first", code_first))


def _two_way(matters: pl.DataFrame, rng: np.random.Generator) -> Integers:
    """First groups: for each pair and station the expected number of moves is the same both ways."""
    site, group = matters["site"].to_numpy(), matters["group"].to_numpy()
    first, draw = group.copy(), rng.random(len(group))
    total = np.bincount(site, minlength=int(site.max(initial=0)) + 1)
    for position, name in enumerate(GROUPS):
        mine = np.flatnonzero(group == position)
        own = np.bincount(site[mine], minlength=len(total))
        low = np.zeros(len(mine))
        for other, share in _flows(name):
            high = low + (share * total[site[mine]] / np.maximum(own[site[mine]], 1))
            first[mine[(draw[mine] >= low) & (draw[mine] < high)]] = other
            low = high
    return first


def _flows(name: str) -> list[tuple[int, float]]:
    return [(GROUPS.index(b if a == name else a), share) for (a, b), share in TWO_WAY.items() if name in (a, b)]


def _planted_down(
    setting: Setting, matters: pl.DataFrame, first: Integers, group: Integers, rng: np.random.Generator
) -> Integers:
    final = group.copy()
    for truth in planted("recoded_down"):
        counted = np.isin(first, [GROUPS.index("criminal"), GROUPS.index("public_order")])
        mine = counted & happens(setting.city, matters, truth.unit_code, day_number(truth.starts_on))
        chosen = np.flatnonzero(mine & (rng.random(len(final)) < truth.magnitude))
        targets = [GROUPS.index(name) for name in RECODED_TO]
        final[chosen] = rng.choice(targets, len(chosen), p=list(RECODED_TO.values()))
    return final


def happens(city: City, calls: pl.DataFrame, unit_code: str, first_day: int) -> Flags:
    """Which calls lie in a unit from a day on."""
    here = np.isin(calls["site"].to_numpy(), city.members(unit_code))
    mine: Flags = here & (calls["second"].to_numpy() >= first_day * DAY)
    return mine


def draw_codes(group: Integers, second: Integers, rng: np.random.Generator) -> Integers:
    """Draw a code of each group among those valid on the day."""
    table = static("categories.csv").with_columns(
        pl.col("share").cast(pl.Float64), pl.col("valid_from", "valid_to").str.to_date().dt.epoch("d")
    )
    turns = sorted({*table["valid_from"].to_list(), *table["valid_to"].drop_nulls().to_list()})
    codes = np.zeros(len(group), dtype=np.int64)
    day = second // DAY
    for start, end in zip(turns, [*turns[1:], 1_000_000], strict=True):
        epoch = (day >= start) & (day < end)
        valid = (pl.col("valid_from") <= start) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > start))
        current = table.with_row_index("position").filter(valid & (pl.col("share") > 0))
        for position, name in enumerate(GROUPS):
            mine = np.flatnonzero(epoch & (group == position))
            own = current.filter(pl.col("category_group") == name)
            shares = own["share"].to_numpy()
            codes[mine] = rng.choice(own["position"].to_numpy(), len(mine), p=shares / shares.sum())
    return codes
