"""The browser's operations on saved views. Each answers the views that the caller then has.

One's own and shared views have addresses of their own, because they need different rights.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import Scope
from shortlist.http.endpoint import AsyncHandler, Call, Endpoint
from shortlist.saved_views import service
from shortlist.web import operations, wire
from shortlist.web.wire_views import DefaultView, SavedView, ViewChange, ViewCreate, ViewList, ViewPath

_ALL = "/experiments/{experiment}/views"


def shown(connection: Connection, scope: Scope, experiment_iid: int) -> ViewList:
    """The views that the caller may use. Two statements."""
    found, default = service.listed(connection, scope, experiment_iid)
    return ViewList([SavedView(view.id, view.name, view.query, view.user_id is None) for view in found], default)


def list_views(call: Call, connection: Connection, request: wire.ExperimentPath) -> ViewList:
    """List the saved views of an experiment: those that are shared, and the caller's own."""
    return shown(connection, call.project, request.experiment)


async def set_default(call: Call, request: DefaultView) -> ViewList:
    """Choose the shared view that an experiment opens with for everybody."""
    return await _after(
        call,
        request.experiment,
        lambda connection: service.set_default(connection, call.project, request.experiment, request.view),
    )


async def _after(call: Call, experiment_iid: int, work: Callable[[Connection], object]) -> ViewList:
    def write(connection: Connection) -> ViewList:
        work(connection)
        return shown(connection, call.project, experiment_iid)

    return await call.services.database.write(write)


def _creating(*, shared: bool) -> AsyncHandler:
    async def create(call: Call, request: ViewCreate) -> ViewList:
        """Save a view of an experiment under a name."""
        return await _after(
            call,
            request.experiment,
            lambda connection: service.save(
                connection, call.project, request.experiment, request.name, request.query, shared=shared
            ),
        )

    return create


def _changing(*, shared: bool) -> AsyncHandler:
    async def change(call: Call, request: ViewChange) -> ViewList:
        """Rename a saved view, or make it show something else."""
        return await _after(
            call,
            request.experiment,
            lambda connection: service.change(
                connection,
                call.project,
                request.experiment,
                request.view,
                shared=shared,
                name=request.name,
                query=request.query,
            ),
        )

    return change


def _removing(*, shared: bool) -> AsyncHandler:
    async def remove(call: Call, request: ViewPath) -> ViewList:
        """Delete a saved view."""
        return await _after(
            call,
            request.experiment,
            lambda connection: service.remove(
                connection, call.project, request.experiment, request.view, shared=shared
            ),
        )

    return remove


def _of(audience: str, *, shared: bool) -> tuple[Endpoint, ...]:
    path, one = f"{_ALL}/{audience}", f"{_ALL}/{audience}/{{view}}"
    return (
        operations.write("POST", path, _creating(shared=shared), ViewCreate, ViewList),
        operations.write("PATCH", one, _changing(shared=shared), ViewChange, ViewList),
        operations.write("DELETE", one, _removing(shared=shared), ViewPath, ViewList),
    )


ENDPOINTS = (
    operations.read(_ALL, list_views, wire.ExperimentPath, ViewList),
    operations.write("PUT", _ALL + "/default", set_default, DefaultView, ViewList),
    *_of("shared", shared=True),
    *(replace(endpoint, action=Action.VIEW_WRITE) for endpoint in _of("own", shared=False)),
)
