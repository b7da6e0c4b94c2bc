"""The one sentence above each figure, made of its result."""

import metrics
from metrics import Result, Row
from pages.shared import signals
from pages.shared.asking import Here
from wording import saying, signalling


def name(place: Here, row: Row) -> str:
    """Return the name of a row's unit."""
    return place.words.name(row.name_zh, row.name_en)


def alerts(place: Here, row: Row) -> str:
    """Return what happened to valid alerts, with the calls received beside it."""
    words = place.words
    now = words.number(row.numerator)
    against = words.of("against", place.comparison)
    if row.suppressed == "no_data":
        return words("take.nothing", title=words.text(_names("alerts_valid")), why=saying.why(words, row))
    if row.suppressed in ("no_comparison", "no_base_data"):
        return words("take.alerts_plain", now=now, why=saying.why(words, row))
    received = words.signed(row.extra.get("received_change"))
    changed = saying.change(words, row)
    told = words(
        "take.alerts",
        now=now,
        against=against,
        change=changed,
        interval=saying.interval(words, row),
        verdict=saying.verdict(words, row) or saying.why(words, row),
        received=received,
        share=words.percent(row.extra.get("valid_share")),
        base_share=words.percent(row.extra.get("base_valid_share")),
    )
    explained = [
        saying.note(place, found) for found in row.notes if found.code in ("calendar_explains", "calendar_hides")
    ]
    return " ".join([told, *explained])


def alert_counters(place: Here, row: Row) -> str:
    """Return what stands against a fall in valid alerts: calls received, the share taken as valid, and recoding."""
    words, extra = place.words, row.extra
    told = {
        "received": words.signed(extra.get("received_change")),
        "share": words.percent(extra.get("valid_share")),
        "base_share": words.percent(extra.get("base_valid_share")),
        "recoded": words.percent(extra.get("recoded_down_share")),
    }
    return words("counter.alerts" if extra.get("received_change") is not None else "counter.alerts_alone", **told)


def share(place: Here, result: Result) -> str:
    """Return a share with its interval, change and verdict."""
    words, row = place.words, result.rows[0]
    title = words.text(_names(result.indicator))
    if row.value is None:
        return words("take.nothing", title=title, why=saying.why(words, row))
    told = words("take.share", title=title, value=saying.value(words, row), interval=saying.interval(words, row))
    if row.change is None:
        return told + words("take.share_end")
    return told + words(
        "take.share_change",
        against=against(place, row),
        change=saying.change(words, row),
        verdict=saying.verdict(words, row),
    )


def against(place: Here, row: Row) -> str:
    """Return what a row is compared with: a figure of tests with rounds, any other with a period."""
    rounds = row.extra.get("base_rounds")
    return place.words.of("against", place.comparison) if not rounds else ", ".join(rounds)


def changes(place: Here, result: Result) -> str:
    """Return which units really changed and how many cannot be told from chance."""
    words = place.words
    groups: dict[str, list[str]] = {}
    for row in result.rows:
        if row.verdict in ("confirmed", "possible", "contradicted"):
            direction = "rise" if (row.change or 0) > 0 else "fall"
            groups.setdefault(f"{row.verdict}_{direction}", []).append(name(place, row))
    told = [words(f"take.{key}", names=saying.listed(place, names)) for key, names in sorted(groups.items())]
    rest = sum(row.verdict == "not_established" for row in result.rows)
    without = sum(row.verdict is None for row in result.rows)
    if rest:
        told.append(words("take.rest", n=rest))
    if without:
        told.append(words("take.without", n=without))
    return " ".join(told)


def spread(place: Here, result: Result) -> str:
    """Return the lowest and highest share among the units; nothing where no unit has one."""
    words = place.words
    rows = sorted((row for row in result.rows if row.value is not None), key=lambda row: row.value or 0)
    if not rows:
        return ""
    low, high = rows[0], rows[-1]
    return words(
        "take.spread",
        title=words.text(_names(result.indicator)),
        low=saying.value(words, low),
        low_name=name(place, low),
        high=saying.value(words, high),
        high_name=name(place, high),
    )


def rates(place: Here, result: Result, city: Row) -> str:
    """Return the city's rate and which units differ from it."""
    words, rate = place.words, saying.value(place.words, city)
    names = apart(place, result, city.value)
    if not names:
        return words("take.map_none", rate=rate)
    return words("take.map", rate=rate, names=saying.listed(place, names), n=len(names)) + words("map.hatched")


def apart(place: Here, result: Result, average: float | None) -> list[str]:
    """Return the units whose interval does not hold the average."""
    return [
        name(place, row)
        for row in result.rows
        if average is not None and row.interval and not row.interval[0] <= average <= row.interval[1]
    ]


def _names(indicator: str) -> dict[str, str]:
    return dict(metrics.catalogue()[indicator].name)


def worth_a_look(place: Here, changed: Result) -> list[str]:
    """Return what somebody should look into: contradictions, dark units, and raised signals of data integrity.

    Signals are prompts to look, never findings: most misclassification is confusion.
    """
    words = place.words
    told = [words("look.contradicted", unit=name(place, r)) for r in changed.rows if r.verdict == "contradicted"]
    for row in changed.rows:
        told += [saying.note(place, found) for found in row.notes if found.code == "dark_unit"]
    raised = signals.raised(place)
    if raised:
        entries = metrics.signal_entries()
        named = [
            words(
                "look.signal",
                signal=signalling.title(words, entries[signal.id]),
                unit=signals.unit_name(place, signal),
            )
            for signal in raised
        ]
        told.append(words("look.signals", n=words.number(len(named)), names=saying.listed(place, named)))
    return list(dict.fromkeys(told))
