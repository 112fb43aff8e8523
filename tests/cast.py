"""A fixed cast: the same people, with the same standing in one project, in every test."""

from dataclasses import dataclass

from sqlalchemy import Connection

from shortlist.access.roles import Role, TokenScope
from shortlist.access.scope import Author
from shortlist.db.database import Database
from shortlist.identity import service as identity
from shortlist.identity.types import User
from shortlist.projects import groups, members
from shortlist.projects import service as projects
from shortlist.projects.types import Group, NewGroup, NewProject

ROLES = {"mara": Role.MAINTAINER, "rita": Role.REPORTER, "gwen": Role.GUEST, "cid": Role.REPORTER}
NAMES = ("olga", *ROLES, "otto", "ada")


@dataclass(frozen=True)
class Cast:
    """`project` is olga's, `other_project` is otto's; both are private. So is olga's group `lab`, with `lab/deep` in
    it, where everybody has the role that they have in the project."""

    tokens: dict[str, str]
    users: dict[str, User]
    project: str
    project_id: int
    other_project: str
    group: str
    group_id: int

    def token(self, name: str) -> str:
        return self.tokens[name]


def make_cast(database: Database) -> Cast:
    """olga owns it, mara maintains it, rita reports, gwen is a guest, cid is a CI job; otto is an outsider.

    ada administers the server."""
    return database.write_now(_make)


def _make(connection: Connection) -> Cast:
    users = {
        name: identity.create_user(connection, name, name=name.title(), administrator=name == "ada") for name in NAMES
    }
    project = projects.create(connection, users["olga"], "vision")
    other = projects.create(connection, users["otto"], "speech")
    for name, role in ROLES.items():
        projects.set_member(connection, project.id, users[name].id, role)
    group = _make_group(connection, users)
    tokens = {
        name: identity.issue_token(connection, user.id, "test", [TokenScope.API])[1] for name, user in users.items()
    }
    return Cast(
        tokens, users, project.full_path, project.id, other.full_path, group.namespace.full_path, group.namespace.id
    )


def _make_group(connection: Connection, users: dict[str, User]) -> Group:
    """`lab` with `lab/deep` in it, and a project in that, so that neither can be deleted."""
    olga = Author(projects.actor_of(users["olga"]))
    lab = groups.create(connection, olga, NewGroup(path="lab"))
    for name, role in ROLES.items():
        members.add(connection, olga, groups.facts(lab), users[name].id, role)
    deep = groups.create(connection, olga, NewGroup(path="deep", parent_id=lab.namespace.id))
    projects.create_in(connection, olga, deep.namespace, NewProject(path="sonar"))
    return lab
