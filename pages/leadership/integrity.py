"""Data integrity: which units somebody should look at, why, and at what. Prompts to look, never proof."""

import polars as pl
import streamlit as st

import metrics
from charts import own_course, peer_funnel, signal_panel
from pages.shared import choices, drilling, signals
from pages.shared.asking import here
from pages.shared.auditing import audit
from pages.shared.figure import figure
from wording import signalling

place = here()
words = place.words
entries = metrics.signal_entries()
states = {code: words.of("signal_state", code) for code in metrics.integrity.STATES}
census = signals.census(place)
found = signals.raised(place)

st.markdown(
    words(
        "integrity.about",
        period=words.period(census.period),
        tested=words.number(census.tested),
        raised=words.number(census.raised),
        rate=words.percent(census.rate, 0),
    )
)
drilling.up(place)

st.subheader(words("integrity.look"), anchor=False)
columns = st.columns(min(2, max(1, len(found))))
for number, signal in enumerate(found):
    with columns[number % len(columns)]:
        signals.raised_card(place, signal)
if not found:
    st.markdown(words("integrity.nothing_raised"))

if not place.station:
    frame = signals.panel(place)
    figure(
        place,
        "signal_panel",
        place.units("integrity_signals", comparison="none"),
        signal_panel(frame, states=states),
        signals.panel_table(place, frame),
        takeaway=words("take.signal_panel"),
        title=words.of("figure.signal_panel", place.level),
        click=signals.on_panel(place, "signal_panel"),
    )

chosen = choices.signal(place, [*dict.fromkeys([*(signal.id for signal in found), *entries])])
entry = entries[chosen]
unit = signals.here_of(place, chosen)
unit_name = signals.unit_name(place, unit)
st.subheader(f"{signalling.title(words, entry)} · {unit_name} · {signalling.state(words, unit.state)}", anchor=False)
st.markdown(signalling.lead(place, unit))
left, right = st.columns(2)
with left:
    st.markdown(words("integrity.checked", text=words.text(entry.checked)))
    st.markdown(words("integrity.threshold", text=words.text(entry.threshold)))
with right:
    st.markdown(words("integrity.look_at", text=words.text(entry.look_at)))
    st.markdown(words("integrity.false_alarms", text=words.text(entry.false_alarms)))
    st.markdown(words("integrity.needs", text=words.text(entry.needs)))
if unit.measures:
    st.dataframe(
        signals.measures_table(place, unit), hide_index=True, key="measures", alt=words("integrity.measures_alt")
    )

like = signals.drawable(place, unit)
peers = signals.peers(place, chosen, like) if like else pl.DataFrame()
course = signals.course(place, chosen)
pictures = [not peers.is_empty(), not course.is_empty()]
columns = st.columns(max(1, sum(pictures)))
if like and not peers.is_empty():
    with columns[0]:
        name = signalling.measure(words, chosen, like.name)
        figure(
            place,
            "signal_peers",
            signals.of_frame(place, peers, like.unit_of_value),
            peer_funnel(
                peers,
                axis=name,
                size=words("axis.base_of_share"),
                names={code: words.of("funnel", code) for code in ("limits", "expected", "units", "raised", "chosen")},
                chosen=place.station or place.district,
                percent=like.unit_of_value in ("share", "change"),
            ),
            signals.plain(place, peers, ("name", "n", "value", "expected", "low", "high")),
            takeaway=words("take.signal_peers", name=name),
        )
if not course.is_empty():
    with columns[-1]:
        name = words.of("signal_course", chosen)
        figure(
            place,
            "signal_course",
            signals.of_frame(place, course, "share"),
            own_course(
                course,
                axis=name,
                names={code: words.of("control", code) for code in ("value", "limits", "centre", "window")},
            ),
            signals.plain(
                place, course, ("period_start", "value", "numerator", "denominator", "centre", "low", "high")
            ),
            takeaway=words("take.signal_course", name=name, unit=unit_name),
        )
signals.more(place, chosen)

audit(place)
