"""From a figure down to its records: the alerts of one cluster, by number and date."""

import polars as pl

from metrics.repeats import cluster_members
from metrics.showing import ask
from metrics.types import Scope, Warehouse


def cluster_alerts(lake: Warehouse, alert_id: str, scope: Scope, **options: object) -> pl.DataFrame:
    """Return the alerts of the repeat cluster that an alert belongs to, oldest first, of the year up to the end.

    Args:
        lake: the warehouse.
        alert_id: any alert of the cluster.
        scope: of the cluster list.
        options: its parameters: key, window, least, quiet.

    Returns:
        alert_id, reported_at, station_code, category_group, caller ("caller 3 of this cluster": the cluster's callers
        numbered as they first rang, null where no number was kept). Neither a number nor a place.

    Raises:
        MetricError: as `metrics.show`.
    """
    return cluster_members(ask(lake, "repeat_clusters", scope, options), alert_id)
