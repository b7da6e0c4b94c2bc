"""The sentences above the figures of repeat reports, made of their results."""

from metrics import Result, Row
from pages.shared import takeaways
from pages.shared.asking import Here
from wording import saying

P_DIGITS = 3


def headline(place: Here, share: Result, chance: Result) -> str:
    """Return the repeat share with its change, what chance would make, and what makes a fall by number doubtful."""
    row = share.rows[0]
    told = takeaways.share(place, share)
    if row.value is not None:
        told += by_chance(place, chance.rows[0])
    guards = [saying.note(place, n) for n in row.notes if n.code in ("numbers_missing_more", "number_falls_alone")]
    return told + "".join(" " + place.words("take.guard", sentence=sentence) for sentence in guards)


def by_chance(place: Here, row: Row) -> str:
    """Return what chance alone would make of the repeats."""
    words, extra = place.words, row.extra
    expected = words.number(extra["expected"], 1 if (extra["expected"] or 0) < 10 else 0)
    if row.suppressed == "base_under_20":
        return words("take.chance_small", expected=expected, observed=words.number(row.numerator))
    if row.value is None:
        return words("take.no_chance", why=saying.why(words, row))
    return words(
        "take.chance",
        expected=expected,
        low=words.number(extra["expected_low"]),
        high=words.number(extra["expected_high"]),
        observed=words.number(row.numerator),
        ratio=saying.value(words, row),
        p=words.number(row.p, P_DIGITS),
    )


def clusters(place: Here, row: Row, chance: Row, top: Row) -> str:
    """Return how many clusters were found, what chance makes, where they stand, and how much the largest are."""
    words, extra = place.words, row.extra
    if row.numerator is None:
        return words("take.nothing", title=words("figure.clusters"), why=saying.why(words, row))
    told = words(
        "take.clusters",
        found=words.number(row.numerator),
        rate=saying.value(words, row),
        chance=_clusters_by_chance(place, chance),
        **{state: words.number(extra[f"now_{state}"]) for state in ("open", "treated", "back")},
    )
    if top.value is None:
        return told
    share, largest = words.percent(top.value), words.number(top.extra["largest"])
    return " ".join((told, words("take.top_share", share=share, largest=largest)))


def _clusters_by_chance(place: Here, chance: Row) -> str:
    words, expected = place.words, chance.extra["clusters_expected"]
    if expected is None:
        return words("take.no_chance", why=saying.why(words, chance))
    p = words.number(chance.extra["clusters_p"], P_DIGITS)
    return words("take.clusters_chance", expected=words.number(expected, 1), p=p)


def resolved(place: Here, row: Row) -> str:
    """Return how many treated clusters stayed quiet."""
    words = place.words
    share = ""
    if row.value is not None:
        low, high = map(words.percent, row.interval or (None, None))
        interval = words("repeats.interval", low=low, high=high)
        share = words("take.resolved_share", share=saying.value(words, row), interval=interval)
    return words(
        "take.resolved",
        part=words.number(row.numerator),
        whole=words.number(row.denominator),
        share=share,
        pending=words.number(row.extra["pending"]),
    )


def effect(place: Here, row: Row, smallest: int) -> str:
    """Return what treatment changed beyond regression to the mean."""
    words, extra = place.words, row.extra
    counts = {name: words.number(extra[name]) for name in ("before", "after")}
    if row.value is None:
        return words(
            "take.effect_few",
            days=extra["follow"],
            n=words.number(extra["matched"]),
            expected=words.number(extra["expected"], 1),
            smallest=smallest,
            **counts,
        )
    means = {name: words.number(mean, 1) for name, mean in extra["means"].items()}
    return words(
        "take.effect",
        days=extra["follow"],
        before=means["before"],
        after=means["after"],
        compared=means["compared_before"],
        expected=means["expected"],
        ratio=saying.value(words, row),
        interval=saying.interval(words, row),
        told=words.of("take", _side(row)),
    )


def _side(row: Row) -> str:
    low, high = row.interval or (0.0, 2.0)
    return "effect_below" if high < 1 else "effect_above" if low > 1 else "effect_none"


def risk(place: Here, row: Row, further: Row, days: int) -> str:
    """Return how soon and how often reports come again."""
    words = place.words
    if row.value is None:
        return words("take.nothing", title=words("figure.risk"), why=saying.why(words, row))
    names = {"7": "week", "30": "month", "90": "quarter", "365": "year"}
    at = {names[day]: words.percent(pair[0]) for day, pair in row.extra["horizons"].items()}  # a dash for the others
    return words(
        "take.risk",
        **at,
        key=words.of("key", row.extra["key"]),
        days=days,
        further=saying.value(words, further),
    )


def concentration(place: Here, row: Row) -> str:
    """Return how few places hold how many of the incidents, and what chance would make of it."""
    words = place.words
    if row.value is None:
        return words("take.nothing", title=words("figure.concentration"), why=saying.why(words, row))
    low, high = row.extra["random_top_share"]
    return words(
        "take.concentration",
        top=saying.value(words, row),
        low=words.percent(low),
        high=words.percent(high),
        quarter=words.percent(row.extra["quarter"]),
        half=words.percent(row.extra["half"]),
    )


def on_map(place: Here, districts: Result, city: Row) -> str:
    """Return which districts differ from the city."""
    words = place.words
    names = takeaways.apart(place, districts, city.value)
    share = saying.value(words, city)
    if not names:
        return words("take.map_share_none", share=share)
    return words("take.map_share", share=share, names=saying.listed(place, names)) + words("map.hatched")
