"""SQL on saved views."""

from sqlalchemy import Connection, delete, insert, or_, select, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import upsert
from shortlist.saved_views.tables import default_view, saved_view
from shortlist.saved_views.types import SavedView

_COLUMNS = tuple(saved_view.c[name] for name in SavedView.__struct_fields__)


def views(connection: Connection, scope: Scope, experiment_iid: int) -> list[SavedView]:
    """The views of an experiment that the caller may use: those that are shared, and the caller's own."""
    here = saved_view.c
    mine = here.user_id == scope.actor.user_id if scope.actor.user_id is not None else here.user_id.is_(None)
    statement = (
        select(*_COLUMNS)
        .where(
            here.project_id == scope.project_id,
            here.experiment_iid == experiment_iid,
            or_(here.user_id.is_(None), mine),
        )
        .order_by(here.name, here.id)
    )
    return [SavedView(*row) for row in connection.execute(statement)]


def default(connection: Connection, scope: Scope, experiment_iid: int) -> int | None:
    statement = select(default_view.c.view_id).where(
        default_view.c.project_id == scope.project_id, default_view.c.experiment_iid == experiment_iid
    )
    return connection.execute(statement).scalar_one_or_none()


def add(connection: Connection, scope: Scope, view: SavedView) -> None:
    connection.execute(
        insert(saved_view),
        {"project_id": scope.project_id, **{name: getattr(view, name) for name in SavedView.__struct_fields__}},
    )


def change(connection: Connection, scope: Scope, view: SavedView) -> None:
    connection.execute(
        update(saved_view)
        .where(saved_view.c.project_id == scope.project_id, saved_view.c.id == view.id)
        .values(name=view.name, query=view.query, updated_at=view.updated_at)
    )


def remove(connection: Connection, scope: Scope, view_id: int) -> None:
    for table, column in ((default_view, default_view.c.view_id), (saved_view, saved_view.c.id)):
        connection.execute(delete(table).where(table.c.project_id == scope.project_id, column == view_id))


def set_default(connection: Connection, scope: Scope, experiment_iid: int, view_id: int | None) -> None:
    if view_id is None:
        here = default_view.c
        connection.execute(
            delete(default_view).where(here.project_id == scope.project_id, here.experiment_iid == experiment_iid)
        )
        return
    row = {"project_id": scope.project_id, "experiment_iid": experiment_iid, "view_id": view_id}
    upsert(connection, default_view, [row])
