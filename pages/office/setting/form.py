"""The form that changes one parameter: says first what will follow, then asks for value, day, reason and name."""

from datetime import date
from typing import Any

import streamlit as st

import metrics
import warehouse
from metrics import Parameters
from pages.shared import address
from pages.shared.desk import Desk, who
from warehouse import ParameterRule
from wording import Words

DONE = "parameter_done"
LONGEST_REASON = 200


def choose(words: Words) -> ParameterRule:
    """Draw the choice of a parameter and return its rule."""
    rules = warehouse.parameter_rules()
    asked = st.query_params.get("parameter", "")
    st.session_state["choice_parameter"] = asked if asked in rules else next(iter(rules))
    st.selectbox(
        words("parameters.choose"),
        list(rules),
        format_func=lambda name: words.text(rules[name].name),
        key="choice_parameter",
        on_change=address.follow,
        args=("choice_parameter", "parameter"),
        width=420,
    )
    return rules[st.session_state["choice_parameter"]]


def draw(place: Desk, found: Parameters, rule: ParameterRule) -> None:
    """Draw what a change would do, and the form."""
    words = place.words
    st.markdown(words.text(rule.meaning))
    for line in consequences(words, rule):
        st.markdown(f"- {line}")
    author = who(words)
    with st.form(f"parameter_{rule.id}"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            new = _value(words, found, rule)
            day = st.date_input(
                words("parameters.day"),
                value=place.lake.now().date(),
                max_value=place.lake.now().date(),
                help=words("parameters.day_help"),
                width=200,
            )
        reason = st.text_input(words("parameters.reason"), max_chars=LONGEST_REASON, key=f"reason_{rule.id}")
        if st.form_submit_button(words("parameters.set"), icon=":material/save:", type="primary"):
            _carry_out(place, rule, new, day, reason, author)


def consequences(words: Words, rule: ParameterRule) -> list[str]:
    """Return what a change of a parameter does, line by line."""
    told = [words.text(rule.consequence), words("parameters.concerned", names=_concerned(words, rule))]
    if rule.rebuilds:
        told.append(words("parameters.rebuilds"))
    return [*told, words("parameters.recomputed")]


def _concerned(words: Words, rule: ParameterRule) -> str:
    entries = metrics.concerned_by(rule.id)
    if len(entries) == len(metrics.catalogue()):
        return words("parameters.all_indicators")
    names = [words.text(entry.name) for entry in entries]
    return words("say.comma").join(names) if names else words("parameters.no_indicator")


def _value(words: Words, found: Parameters, rule: ParameterRule) -> str:
    """Draw the field that fits the parameter and return what was chosen as text."""
    now, key = found.value(rule.id), f"value_{rule.id}"
    label = f"{words.text(rule.name)} ({rule.allowed})"
    if rule.choices:
        return str(st.selectbox(label, rule.choices, index=rule.choices.index(now), key=key, width=280))
    kind: Any = int if rule.whole else float
    low, high = (None if limit is None else kind(limit) for limit in (rule.minimum, rule.maximum))
    current = None if now is None else kind(now)
    step: Any = 1 if rule.whole or (rule.maximum or 0) > 10 else 0.01
    given = st.number_input(
        label,
        min_value=low,
        max_value=high,
        value=current,
        step=kind(step),
        format=None if rule.whole else "%g",
        placeholder=words("parameters.unset"),
        key=key,
        width=280,
    )
    return warehouse.text_of(given)


def _carry_out(place: Desk, rule: ParameterRule, new: str, day: date, reason: str, author: str) -> None:
    words = place.words
    if not author:
        st.warning(words("desk.name_first"), icon=":material/info:")
        return
    try:
        with st.spinner(words("parameters.busy")):
            version = warehouse.set_parameter(place.lake, rule.id, new, reason=reason, author=author, valid_from=day)
    except warehouse.LakeError as error:
        st.error(error.sentence(words.short), icon=":material/error:")
        return
    st.session_state[DONE] = (rule.id, new, version)
    st.rerun()


def tell(words: Words) -> None:
    """Say once what was changed in the rerun before."""
    done = st.session_state.pop(DONE, None)
    if done is not None:
        name, new, version = done
        told = words.text(warehouse.parameter_rule(name).name)
        st.success(words("parameters.done", name=told, value=new, version=version), icon=":material/check:")
