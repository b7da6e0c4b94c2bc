"""Repeat reports 重复举报警情: shares, clusters, chance, waiting times, treatment and concentration."""

from metrics.repeats.share import incidents, missing_look_back, repeat_share

__all__ = ["ANSWERS", "incidents", "missing_look_back"]

ANSWERS = {"repeat_share": repeat_share}
