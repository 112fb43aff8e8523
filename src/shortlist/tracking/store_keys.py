"""SQL on the keys of parameters and metadata that the candidates of an experiment have.

Only counting reads every row, and of an index: keys are found by leaping from one to the next, and whether a key has
several values is known at the first that is another than the first.
"""

from typing import Literal

from sqlalchemy import CTE, ColumnElement, Connection, FromClause, Table, and_, exists, func, select, true

from shortlist.access.scope import Scope
from shortlist.db import memory
from shortlist.db.dialect import alone
from shortlist.tracking.tables import candidate, metadata, param

_BYTES_A_KEY = 200


def keys_of_experiment(
    connection: Connection, scope: Scope, kind: Literal["param", "metadata"], experiment_iid: int
) -> list[tuple[str, int, int]]:
    """(key, candidates that have it, 1 or 2 for one or several different values) of parameters or metadata.

    Deleted candidates do not count. Three statements, and one while nothing of the experiment changes.
    """

    def make() -> tuple[list[tuple[str, int, int]], int]:
        found = _read(connection, scope, param if kind == "param" else metadata, experiment_iid)
        return found, sum(_BYTES_A_KEY + len(key) for key, _, _ in found)

    return memory.unchanged(connection, (scope.project_id, experiment_iid), f"keys of {kind}", make)


def _read(connection: Connection, scope: Scope, table: Table, experiment_iid: int) -> list[tuple[str, int, int]]:
    deleted = _counts_of_deleted(connection, scope, table, experiment_iid)
    first = _first_values(connection, scope, table, experiment_iid)
    other, counted = table.alias(), table.alias()
    count = select(func.count()).where(
        counted.c.project_id == scope.project_id,
        counted.c.experiment_iid == experiment_iid,
        counted.c.key == first.c.key,
    )
    # Along the index, and not EXISTS, for which PostgreSQL reads the whole table: it takes the first hit to be near.
    another = (
        select(other.c.candidate_iid)
        .where(
            other.c.project_id == scope.project_id,
            other.c.experiment_iid == experiment_iid,
            other.c.key == first.c.key,
            other.c.value != first.c.value,
            _active(connection, scope, other),
        )
        .order_by(other.c.candidate_iid)
        .limit(1)
    )
    statement = select(first.c.key, count.scalar_subquery(), another.scalar_subquery())
    rows = connection.execute(statement.where(first.c.value.is_not(None)).order_by(first.c.key))
    return [(key, count - deleted.get(key, 0), 1 if another is None else 2) for key, count, another in rows]


def _first_values(connection: Connection, scope: Scope, table: Table, experiment_iid: int) -> CTE:
    """Each key with the value of the first candidate that has it and is not deleted; none where all are."""
    here = and_(table.c.project_id == scope.project_id, table.c.experiment_iid == experiment_iid)
    keys = select(func.min(table.c.key).label("key")).where(here).cte("keys", recursive=True)
    following = select(func.min(table.c.key)).where(here, table.c.key > keys.c.key).scalar_subquery()
    keys = keys.union_all(select(following).where(keys.c.key.is_not(None)))
    value = (
        select(table.c.value)
        .where(here, table.c.key == keys.c.key, _active(connection, scope, table))
        .order_by(table.c.candidate_iid)
        .limit(1)
        .scalar_subquery()
    )
    found = select(keys.c.key, value.label("value")).where(keys.c.key.is_not(None))
    # Both databases would else look for the value again for each row that they compare with it.
    return found.cte("first").prefix_with("MATERIALIZED")


def _active(connection: Connection, scope: Scope, table: FromClause) -> ColumnElement[bool]:
    found = select(candidate.c.iid).where(
        candidate.c.project_id == scope.project_id,
        candidate.c.project_id == table.c.project_id,
        candidate.c.iid == table.c.candidate_iid,
        candidate.c.deleted_at.is_(None),
    )
    return exists(alone(found) if connection.dialect.name == "postgresql" else found)


def _counts_of_deleted(connection: Connection, scope: Scope, table: Table, experiment_iid: int) -> dict[str, int]:
    gone = select(candidate.c.iid).where(
        candidate.c.project_id == scope.project_id,
        candidate.c.experiment_iid == experiment_iid,
        candidate.c.deleted_at.is_not(None),
    )
    # The experiment is left out of the condition: what is to be read is found by candidate, not by key.
    found = select(table.c.key).where(table.c.project_id == scope.project_id)
    if connection.dialect.name == "postgresql":
        deleted = gone.subquery()
        keys = alone(found.where(table.c.candidate_iid == deleted.c.iid)).lateral()
        statement = select(keys.c.key, func.count()).select_from(deleted.join(keys, true())).group_by(keys.c.key)
    else:
        statement = found.add_columns(func.count()).where(table.c.candidate_iid.in_(gone)).group_by(table.c.key)
    return {key: count for key, count in connection.execute(statement)}  # noqa: C416
