"""The browser's operations on projects."""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Visibility
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.projects import groups, service
from shortlist.projects.types import NewProject
from shortlist.web import projects, wire
from shortlist.web.surface import PREFIX


def list_projects(call: Call, connection: Connection, request: wire.ProjectQuery) -> wire.ProjectList:
    """List the projects that the caller can see."""
    return projects.project_list(call, connection, deleted=request.deleted)


def get(call: Call, connection: Connection, _request: None) -> wire.Project:
    """Get a project."""
    return projects.project_of(connection, call.project)


async def create(call: Call, request: wire.ProjectCreate) -> wire.Project:
    """Create a project in one's own namespace or in a group."""
    new = NewProject(
        path=request.path,
        name=request.name,
        description=request.description,
        visibility=None if request.visibility is None else Visibility(request.visibility),
    )

    def work(connection: Connection) -> wire.Project:
        home = groups.home_for_project(connection, call.actor, request.namespace or None)
        made = service.create_in(connection, call.author, home, new)
        return projects.shown(connection, call.actor, made)

    made = await call.services.database.write(work)
    call.services.resolver.forget()
    return made


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{PREFIX}/projects",
        action=Action.PROJECT_CREATE,
        mode=Mode.ASYNC,
        handler=create,
        request=wire.ProjectCreate,
        response=wire.Project,
        status=201,
        tags=("projects",),
    ),
    Endpoint(
        method="GET",
        path=f"{PREFIX}/projects",
        action=Action.PROJECT_LIST,
        mode=Mode.READ,
        handler=list_projects,
        request=wire.ProjectQuery,
        response=wire.ProjectList,
        tags=("projects",),
    ),
    Endpoint(
        method="GET",
        path=f"{PREFIX}/projects/{{project}}",
        action=Action.PROJECT_READ,
        mode=Mode.READ,
        handler=get,
        response=wire.Project,
        tags=("projects",),
    ),
)
