"""Clusters on the page: how they stand, the list of those to look at, and the alerts of the one that is chosen."""

import os
from typing import Any

import polars as pl
import streamlit as st

import metrics
from charts import state_bars
from metrics import Row, Scope
from pages.leadership.repeating import saying as told
from pages.leadership.repeating.rule import Rule
from pages.shared import asking
from pages.shared.asking import Here
from pages.shared.figure import figure

DAYS = ("found_on", "last_on")
STATES = ("open", "treated", "back")
WIDTHS = {
    "station": 112, "group": 76, "state": 88, "lately": 64, "incidents": 76, "last_on": 92, "days_quiet": 96,
    "found_on": 92, "treated_on": 92, "came_back": 84, "alert_id": 150,
}  # fmt: skip
"""Pixels, in the order of the columns; together they fit a window 1440 wide."""
COLUMNS = tuple(WIDTHS)


def draw(place: Here, rule: Rule) -> None:
    """Draw the figure of clusters, their list, and what a chosen line opens."""
    words = place.words
    found = place.ask("repeat_clusters", **rule.cluster)
    row, top = found.rows[0], place.ask("repeat_top_share", **rule.cluster).rows[0]
    chance = place.ask("repeat_chance", key=rule.key, window=_nearest(rule.days), least=rule.least).rows[0]
    states = pl.DataFrame(
        {
            "name": [words.of("cluster_state", state) for state in STATES],
            "number": [row.extra[f"now_{state}"] for state in STATES],
        }
    )
    figure(
        place,
        "clusters",
        found,
        state_bars(states, axis=words("axis.clusters")),
        states.rename({name: words.of("column", name) for name in states.columns}),
        takeaway=told.clusters(place, row, chance, top),
    )
    _list(place, rule, row)


def _nearest(days: int) -> int:
    """Return the window of repeats that chance is drawn for: the cluster's days where they are one."""
    return days if days in (7, 30, 90, 365) else 30


def _list(place: Here, rule: Rule, row: Row) -> None:
    words = place.words
    clusters: list[dict[str, Any]] = list(row.extra["clusters"])
    with st.container(border=True, key="figure_cluster_list"):
        st.subheader(words("figure.cluster_list"), anchor=False)
        if not clusters:
            st.markdown(words("repeats.no_clusters"))
            return
        st.markdown(words("repeats.pick"))
        chosen = st.dataframe(
            _frame(place, clusters),
            hide_index=True,
            column_config=_columns(place, rule),
            on_select="rerun",
            selection_mode="single-row",
            key=f"cluster_table:{place.district}:{place.station}:{rule.key}:{rule.days}:{rule.least}",
            height=380,
            alt=words("figure.cluster_list"),
        )
        shown = {"shown": words.number(len(clusters)), "all": words.number(row.extra["listable"])}
        st.caption(f"{words('repeats.listed', **shown)} {words('repeats.privacy')}")
        rows = chosen.selection.rows
        if rows and rows[0] < len(clusters):
            _members(place, rule, clusters[rows[0]]["alert_id"])


def _frame(place: Here, clusters: list[dict[str, Any]]) -> pl.DataFrame:
    words = place.words
    lines = [
        {
            **{name: cluster[name] for name in COLUMNS},
            "station": place.names.get(cluster["station"], cluster["station"]),
            "group": words.of("group", cluster["group"]),
            "state": words.of("cluster_state", cluster["state"]),
            "treated_on": cluster["treated_on"].isoformat() if cluster["treated_on"] else "",
            "came_back": "✓" if cluster["came_back"] else "",
        }
        for cluster in clusters
    ]
    return pl.DataFrame(lines, infer_schema_length=None, schema_overrides=dict.fromkeys(DAYS, pl.Date))


def _columns(place: Here, rule: Rule) -> dict[str, Any]:
    words = place.words
    config: dict[str, Any] = {
        name: st.column_config.Column(words.of("cluster", name), width=WIDTHS[name], pinned=name == "station")
        for name in COLUMNS
    }
    for name in DAYS:
        config[name] = st.column_config.DateColumn(words.of("cluster", name), format="YYYY-MM-DD", width=WIDTHS[name])
    config["lately"] = st.column_config.NumberColumn(
        words.of("window", rule.days), help=words.of("cluster", "lately"), width=WIDTHS["lately"]
    )
    return config


def _members(place: Here, rule: Rule, alert_id: str) -> None:
    words = place.words
    found = members(os.environ.get("JICENG_LAKE"), alert_id, place.scope, tuple(sorted(rule.cluster.items())))
    frame = pl.DataFrame(
        {
            "alert_id": found["alert_id"],
            "reported_at": found["reported_at"],
            "station_code": [place.names.get(code, code) for code in found["station_code"]],
            "category_group": [words.of("group", code) for code in found["category_group"]],
            "caller": [
                words("member.caller_unknown") if number is None else words("member.caller_of", n=number)
                for number in found["caller"]
            ],
        }
    )
    st.markdown(f"**{words('repeats.members', n=words.number(len(frame)))}**")
    config: dict[str, Any] = {name: words.of("member", name) for name in frame.columns}
    moment = words.of("member", "reported_at")
    config["reported_at"] = st.column_config.DatetimeColumn(moment, format="YYYY-MM-DD HH:mm")
    st.dataframe(frame, hide_index=True, column_config=config, key="cluster_members", alt=words("figure.cluster_list"))


@st.cache_data(max_entries=64, show_spinner=False)
def members(where: str | None, alert_id: str, scope: Scope, options: tuple[tuple[str, Any], ...]) -> pl.DataFrame:
    """Return the alerts of a cluster, kept by data version like every answer."""
    return metrics.cluster_alerts(asking.lake(), alert_id, scope, **dict(options))
