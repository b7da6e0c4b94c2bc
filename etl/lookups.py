"""What cleaning needs to know about units and categories, and what it newly finds in a file.

A `Lookups` is plain data: it is read once a load from the lake, and each batch of rows is resolved against it. Only
the distinct values of a batch are looked at one by one, so that the cost does not grow with the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.mapping import CategoryRule
from warehouse import Lake

UNMAPPED = "unmapped"
STATIONS_SQL = """SELECT DISTINCT station_code, name_zh, name_en, aliases, valid_from, valid_to
FROM lake.station AT (VERSION => $version)"""
DISTRICTS_SQL = """SELECT DISTINCT district_code, name_zh, name_en FROM lake.district AT (VERSION => $version)"""
CATEGORIES_SQL = """SELECT scheme, code, category_group, valid_from, valid_to
FROM lake.category_map AT (VERSION => $version)"""
FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Validity:
    """A group of a code from a day on, and up to (without) a day when there is one."""

    group: str
    valid_from: date
    valid_to: date | None

    @property
    def always(self) -> bool:
        """Whether it holds for every day."""
        return self.valid_from <= FIRST_DAY and self.valid_to is None


@dataclass(slots=True)
class Lookups:
    """Known units and categories. `dated`: names that several units had one after the other, with their days.

    `lapsed`: codes that a file has on days on which no row of the map gives them a group.
    """

    stations: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    dated: dict[str, list[tuple[str, date, date | None]]] = field(default_factory=dict)
    districts: set[str] = field(default_factory=set)
    district_names: dict[str, str] = field(default_factory=dict)
    categories: dict[str, dict[str, list[Validity]]] = field(default_factory=dict)
    rules: tuple[CategoryRule, ...] = ()
    found_categories: dict[tuple[str, str], CategoryRule] = field(default_factory=dict)
    lapsed: set[tuple[str, str]] = field(default_factory=set)

    def station(self, text: str) -> str | None:
        """The station that a code or name in a file means, or None.

        Codes may have spaces, `.0` from a spreadsheet, or be cut to their first 6 or 8 characters; a cut code
        counts only when exactly one station begins with it.
        """
        compact = re.sub(r"\s+", "", text)
        for attempt in (text, compact, compact.removesuffix(".0")):
            if attempt in self.stations:
                return attempt
            if attempt in self.aliases:
                return self.aliases[attempt]
        if re.fullmatch(r"\d{6}|\d{8}", compact):
            starting = [code for code in self.stations if code.startswith(compact)]
            return starting[0] if len(starting) == 1 else None
        return None

    def of_days(self, text: str, days: pl.Series) -> pl.Series:
        """The station that a name of `dated` meant on each day; none where no unit had it then, or several."""
        units = self.dated[re.sub(r"\s+", "", text)]
        found = pl.Series(days.name, [None] * len(days), dtype=pl.String)
        taken = pl.Series("n", [0] * len(days))
        for code, start, end in units:
            rows = ((days >= start) & (days < end if end else True)).fill_null(False)
            taken = taken + rows.cast(pl.Int64)
            found = found.scatter(rows.arg_true(), code)
        return found.set(taken != 1, None)

    def org(self, text: str) -> str | None:
        """The district or station that a code or name means, or None."""
        return self.district(text) or self.station(text)

    def district(self, text: str) -> str | None:
        """The district that a code or name means, or None: 东城区, 东城分局 and 东城公安分局 are one."""
        code = re.sub(r"\s+", "", text).removesuffix(".0")
        return code if code in self.districts else self.district_names.get(place_name(text))

    def groups(self, codes: pl.Series, schemes: pl.Series, days: pl.Series) -> pl.Series:
        """The group of every code on its day; `unmapped` where no row maps it, also where there is no code."""
        name = codes.name
        found = pl.Series(name, [None] * 0, dtype=pl.String)
        distinct = schemes.unique().drop_nulls().to_list()
        if len(distinct) == 1:
            found = self._groups_of(distinct[0], codes, days)
        else:
            found = pl.Series(name, [None], dtype=pl.String).extend_constant(None, max(len(codes) - 1, 0))[: len(codes)]
            for scheme in distinct:
                rows = (schemes == scheme).fill_null(False)
                found = found.scatter(rows.arg_true(), self._groups_of(scheme, codes.filter(rows), days.filter(rows)))
        return found.fill_null(UNMAPPED).alias(name)

    def _groups_of(self, scheme: str, codes: pl.Series, days: pl.Series) -> pl.Series:
        known = self.categories.setdefault(scheme, {})
        present = codes.unique().drop_nulls().to_list()
        for code in present:
            if code not in known:
                self._register(scheme, code, known)
        always = {code: known[code][0].group for code in present if len(known[code]) == 1 and known[code][0].always}
        found = codes.replace_strict(always, default=None, return_dtype=pl.String)
        for code in present:
            if code in always:
                continue
            for validity in known[code]:
                rows = (codes == code) & (days >= validity.valid_from)
                if validity.valid_to is not None:
                    rows &= days < validity.valid_to
                found = found.scatter(rows.fill_null(False).arg_true(), validity.group)
            if known[code] and bool((found.is_null() & (codes == code)).any()):
                self.lapsed.add((scheme, code))
        return found

    def _register(self, scheme: str, code: str, known: dict[str, list[Validity]]) -> None:
        rule = next((rule for rule in self.rules if re.search(rule.pattern, code)), None)
        known[code] = [Validity(rule.group, FIRST_DAY, None)] if rule else []
        if rule:
            self.found_categories[(scheme, code)] = rule


def place_name(text: str) -> str:
    """The bare name of a district or of its bureau, for comparing."""
    bare = re.sub(r"\s+", "", text)
    bureau = re.sub(r"^.*公安局(?=.)", "", re.sub(r"(公安)?(分局|局)$", "", bare)) or bare
    return re.sub(r"(自治县|新区|矿区|林区|特区|区|县|旗)$", "", bureau) or bureau


def read_lookups(lake: Lake, rules: tuple[CategoryRule, ...] = ()) -> Lookups:
    """Units and categories of the lake as it is now."""
    at = {"version": lake.version()}
    lookups = Lookups(rules=rules)
    ambiguous: set[str] = set()
    spans: dict[str, list[tuple[str, date, date | None]]] = {}
    for code, name_zh, name_en, aliases, start, end in lake.frame(STATIONS_SQL, at).iter_rows():
        lookups.stations.add(code)
        for alias in {name_zh, name_en, *(aliases or "").split("|")} - {None, ""}:
            spans.setdefault(alias, []).append((code, start, end))
            if lookups.aliases.setdefault(alias, code) != code:
                ambiguous.add(alias)
    for alias in ambiguous:
        del lookups.aliases[alias]
        lookups.dated[re.sub(r"\s+", "", alias)] = spans[alias]
    shared: set[str] = set()
    for code, name_zh, name_en in lake.frame(DISTRICTS_SQL, at).iter_rows():
        lookups.districts.add(code)
        for name in {place_name(name) for name in (name_zh, name_en) if name}:
            if lookups.district_names.setdefault(name, code) != code:
                shared.add(name)
    for name in shared:
        del lookups.district_names[name]
    for scheme, code, group, start, end in lake.frame(CATEGORIES_SQL, at).iter_rows():
        lookups.categories.setdefault(scheme, {}).setdefault(code, []).append(Validity(group, start, end))
    return lookups
