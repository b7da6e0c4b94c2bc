"""Repeat reports 重复举报警情: shares, clusters, chance, waiting times, treatment and concentration."""

from metrics.repeats import (
    clusters,
    concentration,
    expected,
    merging,
    near,
    outcomes,
    risk,
    service,
    share,
    treatment,
)
from metrics.repeats.clusters import cluster_members
from metrics.repeats.share import incidents, missing_look_back

__all__ = ["ANSWERS", "cluster_members", "incidents", "missing_look_back"]

ANSWERS = {
    **share.ANSWERS,
    **expected.ANSWERS,
    **clusters.ANSWERS,
    **outcomes.ANSWERS,
    **merging.ANSWERS,
    **risk.ANSWERS,
    **treatment.ANSWERS,
    **concentration.ANSWERS,
    **near.ANSWERS,
    **service.ANSWERS,
}
"""Functions of this room by the indicator that they answer."""
