"""The filters at the side, and the link that shows the same figures for ever. What is chosen goes into the address."""

from collections.abc import Callable, Sequence

import streamlit as st

import metrics
import warehouse
from pages.shared import address, asking
from pages.shared.address import Address, follow
from pages.shared.asking import Here
from wording import Words

CUSTOM = "custom"
VERSIONS_OFFERED = 30

Form = Callable[[str], str]


def draw_filters(place: Here, found: Address, districts: list[str], stations: list[str], newest: int) -> None:
    """Draw every filter, set to what the address says."""
    words = place.words

    def unit(code: str) -> str:
        return place.names.get(code, code) if code else words("filter.all")

    with st.sidebar:
        st.markdown(f"**{words('filter.title')}**")
        _period_filter(place, found)
        _choice(words, "compare", "filter.compare", address.COMPARISONS, place.comparison, _family(words, "comparison"))
        _choice(words, "district", "filter.district", ["", *districts], place.district, unit)
        _choice(words, "station", "filter.station", ["", *stations], place.station, unit)
        _choice(words, "class", "filter.class", ["", *metrics.GROUPS], place.group, _family(words, "group"))
        _version_filter(place, newest)
        _link(place)


def _family(words: Words, family: str) -> Form:
    return lambda code: words.of(family, code) if code else words("filter.all")


def _choice(words: Words, name: str, label: str, options: Sequence[str], value: str, form: Form) -> None:
    key = f"choice_{name}"
    st.session_state[key] = value
    st.selectbox(words(label), options, format_func=form, key=key, on_change=follow, args=(key, name))


def _period_filter(place: Here, found: Address) -> None:
    words, given = place.words, address.custom(found.period)
    dates = (place.period[0], place.period[1] - address.DAY)

    def choose() -> None:
        choice = st.session_state["choice_period"]
        address.put(period=f"{dates[0]}{address.SEPARATOR}{dates[1]}" if choice == CUSTOM else choice)

    def choose_days() -> None:
        days = st.session_state["choice_days"]
        if len(days) == 2:
            address.put(period=f"{days[0]}{address.SEPARATOR}{days[1]}")

    st.session_state["choice_period"] = CUSTOM if given else found.period
    st.selectbox(
        words("filter.period"),
        [*address.PERIODS, CUSTOM],
        format_func=_family(words, "period"),
        key="choice_period",
        on_change=choose,
    )
    if given:
        st.session_state["choice_days"] = dates
        st.date_input(words("filter.days"), key="choice_days", on_change=choose_days)
    st.caption(words.period(place.period))


def _version_filter(place: Here, newest: int) -> None:
    words = place.words
    versions = {int(batch["data_version"]) for batch in place.batches() if batch["data_version"]} | {newest}
    offered = sorted(
        {*sorted(versions)[-VERSIONS_OFFERED:], *([] if place.is_latest else [place.version])}, reverse=True
    )
    names = {"": words("filter.latest", version=newest)} | {str(v): words("filter.version", version=v) for v in offered}
    _choice(words, "data", "filter.data", list(names), "" if place.is_latest else str(place.version), names.__getitem__)


def _link(place: Here) -> None:
    """Offer the link that shows the same figures for ever: it names the data version, which is then never dropped."""
    words = place.words
    with st.popover(words("link.title"), icon=":material/link:", key="permalink", on_change="rerun") as popover:
        if not popover.open:
            return
        st.markdown(words("link.explain", version=place.version))
        if st.button(words("link.make"), key="make_link"):
            _pin(place)
        url = st.context.url or ""
        fixed = address.links() | {"data": str(place.version), "lang": words.language, "period": _days(place)}
        st.code(address.url_of(url, fixed), language=None, wrap_lines=True)


def _days(place: Here) -> str:
    return f"{place.period[0]}{address.SEPARATOR}{place.period[1] - address.DAY}"


def _pin(place: Here) -> None:
    try:
        warehouse.pin(asking.lake(), place.version, author="dashboard", reason="link")
    except warehouse.LakeError as error:
        st.warning(error.sentence(place.words.short))
    else:
        st.success(place.words("link.made", version=place.version))
