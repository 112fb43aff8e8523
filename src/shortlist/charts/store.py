"""SQL of charts: the values of some keys of a whole experiment, which stand side by side in their tables."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from shortlist.access.scope import Scope
from shortlist.db.dialect import among
from shortlist.metrics.tables import metric_key, metric_latest
from shortlist.tracking.tables import candidate, param


class Extent(NamedTuple):
    """What is known of a metric of a candidate without reading its points. None is NaN, or no finite value."""

    last: float | None
    last_step: int
    min: float | None
    max: float | None


def metrics(
    connection: Connection, scope: Scope, experiment_iid: int, keys: Sequence[str]
) -> dict[str, dict[int, Extent]]:
    """Facts of metrics by key and candidate, deleted candidates too. One statement."""
    latest = metric_latest.c
    joined = and_(metric_key.c.project_id == latest.project_id, metric_key.c.id == latest.key_id)
    statement = (
        select(
            metric_key.c.name,
            latest.candidate_iid,
            latest.value,
            latest.last_step,
            latest.min_value,
            latest.max_value,
        )
        .select_from(metric_latest.join(metric_key, joined))
        .where(
            latest.project_id == scope.project_id,
            latest.experiment_iid == experiment_iid,
            among(connection, metric_key.c.name, keys),
        )
    )
    found: dict[str, dict[int, Extent]] = {key: {} for key in keys}
    for name, iid, *facts in connection.execute(statement):
        found[name][iid] = Extent(*facts)
    return found


def params(
    connection: Connection, scope: Scope, experiment_iid: int, keys: Sequence[str], iids: Sequence[int] | None = None
) -> dict[str, dict[int, tuple[str, float | None]]]:
    """(text, number where it is one) of parameters by key and candidate, deleted candidates too. One statement.

    Args:
        iids: whom to read alone, some of many.
    """
    here = param.c
    statement = select(here.key, here.candidate_iid, here.value, here.number).where(
        here.project_id == scope.project_id,
        here.experiment_iid == experiment_iid,
        among(connection, here.key, keys),
    )
    if iids is not None:
        statement = statement.where(among(connection, here.candidate_iid, iids))
    found: dict[str, dict[int, tuple[str, float | None]]] = {key: {} for key in keys}
    for key, iid, text, number in connection.execute(statement):
        found[key][iid] = (text, number)
    return found


def times(connection: Connection, scope: Scope, experiment_iid: int) -> dict[int, tuple[int, int | None]]:
    """When candidates that are not deleted began and ended, in milliseconds since 1970. One statement."""
    statement = select(candidate.c.iid, candidate.c.start_time, candidate.c.end_time).where(
        candidate.c.project_id == scope.project_id,
        candidate.c.experiment_iid == experiment_iid,
        candidate.c.deleted_at.is_(None),
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(statement)}
