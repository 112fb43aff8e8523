"""SQL on stars."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from shortlist.access.scope import Scope
from shortlist.db.dialect import among, upsert
from shortlist.tracking.tables import star


def add(connection: Connection, scope: Scope, iid: int, user_id: int) -> None:
    upsert(connection, star, [{"project_id": scope.project_id, "candidate_iid": iid, "user_id": user_id}])


def remove(connection: Connection, scope: Scope, iid: int, user_id: int) -> None:
    here = star.c
    connection.execute(
        delete(star).where(here.project_id == scope.project_id, here.candidate_iid == iid, here.user_id == user_id)
    )


def of_user(connection: Connection, scope: Scope, iids: Sequence[int], user_id: int) -> set[int]:
    here = star.c
    statement = select(here.candidate_iid).where(
        here.project_id == scope.project_id,
        here.user_id == user_id,
        among(connection, here.candidate_iid, list(iids)),
    )
    return set(connection.execute(statement).scalars())
