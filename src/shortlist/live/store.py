"""SQL on the counters by which the processes of one database tell each other that an experiment changed.

A counter is a row of the project's, as everything else is; so it works behind a pooler and on distributed tables, and
nothing is lost with a connection, as it is with LISTEN and NOTIFY.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from shortlist.db.counters import counter, take
from shortlist.db.dialect import among

_PREFIX = "changes of experiment "


def count(connection: Connection, project_id: int, experiment_iids: Iterable[int]) -> dict[int, int]:
    """Count one more change of each experiment; the new counts. In order, so that two processes never deadlock."""
    return {iid: take(connection, project_id, f"{_PREFIX}{iid}") for iid in sorted(experiment_iids)}


def counts(connection: Connection, project_id: int, experiment_iids: Sequence[int]) -> dict[int, int]:
    """How often experiments changed; those that never did are left out. One statement."""
    names = [f"{_PREFIX}{iid}" for iid in experiment_iids]
    statement = select(counter.c.name, counter.c.value).where(
        counter.c.project_id == project_id, among(connection, counter.c.name, names)
    )
    return {int(row.name.removeprefix(_PREFIX)): row.value for row in connection.execute(statement)}
