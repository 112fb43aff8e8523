"""The pages about people, projects and access, at GitLab's addresses.

Each is a line in a table: where it is, who may see it, and which answers of the API it carries. Asked for with
`Accept: application/json`, an address answers the page's data alone, which is how a browser goes from page to page.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import GroupScope, Scope
from shortlist.http.body import RequestDecoder
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.retention import service as retention
from shortlist.web import (
    api_account,
    api_admin,
    api_groups,
    api_instance,
    api_members,
    api_packages,
    api_publishers,
    api_security,
    api_settings,
    projects,
    session,
)
from shortlist.web import wire_people as people
from shortlist.web.page_data import PageData
from shortlist.web.wire_people_pages import PeopleData

Render = Callable[[PageData, str], Response]
Reader = Callable[[Call, Connection], Any]

_USER = "/-/user_settings"
_PROJECT = "/{project:path}"
_GROUP = "/groups/{group:path}"

_access_tokens = api_members.Tokens(deploy=False)
_deploy_tokens = api_members.Tokens(deploy=True)


class _Page(msgspec.Struct, frozen=True):
    """`parts` are the fields of `PeopleData` that the page carries, with what reads them."""

    path: str
    name: str
    title: str
    action: Action
    parts: dict[str, Reader]
    summary: str


def _plain(handler: Callable[[Call, Connection, Any], Any]) -> Reader:
    """A read of the API that asks nothing."""
    return lambda call, connection: handler(call, connection, None)


def _asked(handler: Callable[[Call, Connection, Any], Any], kind: type[Any]) -> Reader:
    """A read of the API whose question is the page's query."""
    decoder = RequestDecoder(kind, "")
    return lambda call, connection: handler(call, connection, decoder.from_query(call.query.encode(), {}))


def _for_those_who_may(actions: tuple[Action, ...], read: Reader) -> Reader:
    """A read that is None for callers who may not take all of the actions in the project."""

    def reader(call: Call, connection: Connection) -> Any:
        outcomes = (decide(call.actor, action, call.project.project).outcome for action in actions)
        return read(call, connection) if all(outcome is Outcome.ALLOWED for outcome in outcomes) else None

    return reader


_account: dict[str, Reader] = {"account": _plain(api_account.get)}
_group: dict[str, Reader] = {"group": _plain(api_groups.get_group)}
_members: dict[str, Reader] = {"members": _plain(api_members.list_members)}
_events: dict[str, Reader] = {"events": _asked(api_admin.list_events, people.AuditQuery)}
_tokens: dict[str, Reader] = {
    "tokens": _plain(_access_tokens.list_tokens),
    "deploy_tokens": _plain(_deploy_tokens.list_tokens),
}
# Where the project could move; nowhere for those who cannot move it.
_own_namespaces: dict[str, Reader] = {
    "namespaces": lambda call, connection: (
        api_groups.list_namespaces(call, connection, None)
        if call.actor.user_id is not None
        else people.NamespaceList([])
    )
}
_namespaces: dict[str, Reader] = {"namespaces": _plain(api_groups.list_namespaces)}
_visibilities: dict[str, Reader] = {"visibilities": api_instance.visibility_rules}
_settings: dict[str, Reader] = {
    "settings": _plain(api_settings.get),
    "package_settings": _for_those_who_may(
        (Action.PROJECT_WRITE, Action.PACKAGE_READ), _plain(api_packages.get_settings)
    ),
    # What it would delete takes a look at every experiment: the page asks for that when somebody wants to know.
    "retention": _for_those_who_may(
        (Action.PROJECT_WRITE, Action.EXPERIMENT_READ),
        lambda call, connection: retention.rule(connection, call.project),
    ),
}

PAGES = (
    _Page(
        f"{_USER}/profile",
        "profile",
        "Profile",
        Action.SELF_READ,
        _account,
        "One's own profile.",
    ),
    _Page(
        f"{_USER}/personal_access_tokens",
        "own_tokens",
        "Access tokens",
        Action.SELF_READ,
        {"tokens": _plain(api_account.list_tokens)},
        "One's own access tokens.",
    ),
    _Page(
        f"{_USER}/active_sessions",
        "sessions",
        "Sessions",
        Action.SELF_READ,
        {"sessions": _plain(api_account.list_sessions)},
        "Where one is signed in.",
    ),
    _Page(f"{_USER}/password/edit", "password", "Password", Action.SELF_READ, _account, "One's own password."),
    _Page(
        "/-/profile/account",
        "sign_in_methods",
        "Sign-in",
        Action.SELF_READ,
        {**_account, "sign_in_methods": _plain(api_security.get)},
        "How one signs in, and the second factor.",
    ),
    _Page(
        "/dashboard/groups",
        "groups",
        "Groups",
        Action.GROUP_LIST,
        {"groups": _asked(api_groups.list_groups, people.GroupQuery)},
        "The groups that the caller can see.",
    ),
    _Page(
        "/projects/new",
        "new_project",
        "New project",
        Action.SELF_READ,
        {**_namespaces, **_visibilities},
        "A form for a project.",
    ),
    _Page(
        "/groups/new",
        "new_group",
        "New group",
        Action.SELF_READ,
        {**_namespaces, **_visibilities},
        "A form for a group.",
    ),
    _Page(
        f"{_PROJECT}/-/project_members",
        "members",
        "Members",
        Action.MEMBER_READ,
        _members,
        "The members of a project.",
    ),
    _Page(
        f"{_PROJECT}/edit",
        "settings",
        "Settings",
        Action.PROJECT_READ,
        {**_settings, **_own_namespaces, **_visibilities},
        "A project's settings.",
    ),
    _Page(
        f"{_PROJECT}/-/settings/access_tokens",
        "project_tokens",
        "Access tokens",
        Action.TOKEN_READ,
        _tokens,
        "The access tokens and deploy tokens of a project.",
    ),
    _Page(
        f"{_PROJECT}/-/settings/ci_cd",
        "publishers",
        "CI",
        Action.TOKEN_READ,
        {"publishers": _plain(api_publishers.list_publishers)},
        "The CI projects whose jobs a project trusts.",
    ),
    _Page(
        f"{_PROJECT}/-/audit_events",
        "audit",
        "Audit events",
        Action.AUDIT_READ,
        _events,
        "Who changed what in a project.",
    ),
    _Page(
        _GROUP,
        "group",
        "Group",
        Action.GROUP_READ,
        {**_group, "groups": api_groups.list_subgroups},
        "A group with its projects.",
    ),
    _Page(
        f"{_GROUP}/-/group_members",
        "group_members",
        "Members",
        Action.GROUP_MEMBER_READ,
        {**_group, **_members},
        "The members of a group.",
    ),
    _Page(
        f"{_GROUP}/-/settings/access_tokens",
        "group_tokens",
        "Access tokens",
        Action.GROUP_TOKEN_READ,
        {**_group, **_tokens},
        "The access tokens and deploy tokens of a group.",
    ),
    _Page(
        f"{_GROUP}/-/edit",
        "group_settings",
        "Settings",
        Action.GROUP_READ,
        {**_group, **_visibilities},
        "A group's settings.",
    ),
    _Page(
        f"{_GROUP}/-/audit_events",
        "group_audit",
        "Audit events",
        Action.GROUP_AUDIT_READ,
        {**_group, **_events},
        "Who changed what in a group.",
    ),
    _Page(
        "/admin/users",
        "admin_users",
        "Users",
        Action.ADMIN_READ,
        {"accounts": _asked(api_admin.list_accounts, people.AccountQuery)},
        "Every account.",
    ),
    _Page(
        "/admin/application_settings/general",
        "admin_settings",
        "Settings",
        Action.ADMIN_READ,
        {"instance": _plain(api_instance.get)},
        "The settings of this server.",
    ),
    _Page(
        "/admin/audit_logs",
        "admin_audit",
        "Audit events",
        Action.ADMIN_READ,
        _events,
        "Who changed what on this server.",
    ),
)


def endpoints(render: Render) -> tuple[Endpoint, ...]:
    """The endpoints of these pages; `render` makes a document of a page's data and its title."""
    return tuple(_endpoint(page, render) for page in PAGES)


def _endpoint(page: _Page, render: Render) -> Endpoint:
    async def handler(call: Call, _request: Request) -> Response:
        data = await call.services.database.read(partial(_data, page, call))
        if call.headers.get("accept") == "application/json":
            return Response(
                msgspec.json.encode(data), media_type="application/json", headers={"cache-control": "no-store"}
            )
        place = _place(call)
        return render(data, f"{page.title} \u00b7 {place}" if place else page.title)

    handler.__doc__ = page.summary
    return Endpoint(
        method="GET", path=page.path, action=page.action, mode=Mode.STREAM, handler=handler, tags=("pages",)
    )


def _data(page: _Page, call: Call, connection: Connection) -> PageData:
    data = PageData(page.name, session.current(call))
    if isinstance(call.scope, Scope):
        data.project = projects.project_of(connection, call.project)
    if page.name == "group":
        data.projects = projects.of_group(connection, call.group)
    data.people = PeopleData(**{name: read(call, connection) for name, read in page.parts.items()})
    return data


def _place(call: Call) -> str:
    if isinstance(call.scope, Scope):
        return call.scope.project.full_path
    return call.scope.group.full_path if isinstance(call.scope, GroupScope) else ""
