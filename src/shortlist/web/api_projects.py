"""The browser's operations on projects."""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.web import projects, wire
from shortlist.web.surface import PREFIX


def list_projects(call: Call, connection: Connection, _request: None) -> wire.ProjectList:
    """List the projects that the caller can see."""
    return projects.project_list(call, connection)


def get(call: Call, connection: Connection, _request: None) -> wire.Project:
    """Get a project."""
    return projects.project_of(connection, call.project)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{PREFIX}/projects",
        action=Action.PROJECT_LIST,
        mode=Mode.READ,
        handler=list_projects,
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
