"""Saving, changing and removing views. Shared ones are a change of the experiment, and the audit tells of them.

Functions take the audience that the endpoint was authorised for: `shared` needs the right to write, one's own only
an account. A view of the other audience is not found.
"""

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db.counters import lock, take
from shortlist.errors import AlreadyExists, InvalidValue, NotFound
from shortlist.saved_views import rules, store
from shortlist.saved_views.types import SavedView
from shortlist.tracking import experiments


def listed(connection: Connection, scope: Scope, experiment_iid: int) -> tuple[list[SavedView], int | None]:
    """The views that the caller may use, by name, and the id of the default. Two statements."""
    found = store.views(connection, scope, experiment_iid)
    return found, store.default(connection, scope, experiment_iid)


def default_query(connection: Connection, scope: Scope, experiment_iid: int) -> str:
    """The query string that an experiment opens with; empty for none. One statement where there is no default."""
    chosen = store.default(connection, scope, experiment_iid)
    if chosen is None:
        return ""
    return next((view.query for view in store.views(connection, scope, experiment_iid) if view.id == chosen), "")


def save(
    connection: Connection, scope: Scope, experiment_iid: int, name: str, query: str, *, shared: bool
) -> SavedView:
    """Raises InvalidValue or AlreadyExists: a name, query or number of views against the rules."""
    name, query = rules.check_name(name), rules.check_query(query)
    if experiment_iid == experiments.DEFAULT_IID:
        experiments.ensure_default(connection, scope)
    experiments.get_active(connection, scope, experiment_iid)
    others = _of_audience(connection, scope, experiment_iid, shared=shared)
    _check_free(others, name)
    if len(others) >= rules.MAX_VIEWS:
        raise InvalidValue(f"An experiment has at most {rules.MAX_VIEWS} views.", field="name")
    view = SavedView(
        id=take(connection, scope.project_id, "saved_view"),
        experiment_iid=experiment_iid,
        name=name,
        query=query,
        user_id=None if shared else scope.actor.user_id,
        created_by=scope.actor.user_id,
        updated_at=now_ms(),
    )
    store.add(connection, scope, view)
    _note(connection, scope, view, "view:create")
    return view


def change(  # noqa: PLR0913 - what may change
    connection: Connection,
    scope: Scope,
    experiment_iid: int,
    view_id: int,
    *,
    shared: bool,
    name: str | None = None,
    query: str | None = None,
) -> SavedView:
    """Rename a view, or make it show something else."""
    others = _of_audience(connection, scope, experiment_iid, shared=shared)
    view = _one(others, view_id)
    if name is not None:
        view = msgspec.structs.replace(view, name=rules.check_name(name))
        _check_free([other for other in others if other.id != view_id], view.name)
    if query is not None:
        view = msgspec.structs.replace(view, query=rules.check_query(query))
    view = msgspec.structs.replace(view, updated_at=now_ms())
    store.change(connection, scope, view)
    _note(connection, scope, view, "view:update")
    return view


def remove(connection: Connection, scope: Scope, experiment_iid: int, view_id: int, *, shared: bool) -> None:
    """Remove a view; an experiment that opened with it opens with none."""
    view = _one(_of_audience(connection, scope, experiment_iid, shared=shared), view_id)
    store.remove(connection, scope, view_id)
    _note(connection, scope, view, "view:delete")


def set_default(connection: Connection, scope: Scope, experiment_iid: int, view_id: int | None) -> None:
    """Make a shared view the one that the experiment opens with for everybody; None: the start view."""
    shared = _of_audience(connection, scope, experiment_iid, shared=True)
    name = "" if view_id is None else _one(shared, view_id).name
    store.set_default(connection, scope, experiment_iid, view_id)
    audit.record_in(connection, scope, "view:set_default", name, view_id, experiment=experiment_iid)


def _of_audience(connection: Connection, scope: Scope, experiment_iid: int, *, shared: bool) -> list[SavedView]:
    """Those that a change may touch, as they stay until it is done: two at once would take the same name."""
    lock(connection, scope.project_id, "saved_view")
    experiments.get(connection, scope, experiment_iid)
    return [view for view in store.views(connection, scope, experiment_iid) if (view.user_id is None) is shared]


def _one(views: list[SavedView], view_id: int) -> SavedView:
    found = next((view for view in views if view.id == view_id), None)
    if found is None:
        raise NotFound("There is no such view.", field="view")
    return found


def _check_free(others: list[SavedView], name: str) -> None:
    if any(other.name.casefold() == name.casefold() for other in others):
        raise AlreadyExists(f"There is a view “{name}” already.", field="name")


def _note(connection: Connection, scope: Scope, view: SavedView, action: str) -> None:
    if view.user_id is None:
        audit.record_in(connection, scope, action, view.name, view.id, experiment=view.experiment_iid)
