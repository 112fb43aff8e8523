"""A fixed cast: the same people, with the same standing in one project, in every test."""

from dataclasses import dataclass

from sqlalchemy import Connection

from shortlist.access.roles import Role, TokenScope
from shortlist.db.database import Database
from shortlist.identity import service as identity
from shortlist.identity.types import User
from shortlist.projects import service as projects

ROLES = {"mara": Role.MAINTAINER, "rita": Role.REPORTER, "gwen": Role.GUEST, "cid": Role.REPORTER}
NAMES = ("olga", *ROLES, "otto")


@dataclass(frozen=True)
class Cast:
    """`project` is olga's, `other_project` is otto's; both are private."""

    tokens: dict[str, str]
    users: dict[str, User]
    project: str
    project_id: int
    other_project: str

    def token(self, name: str) -> str:
        return self.tokens[name]


def make_cast(database: Database) -> Cast:
    """olga owns it, mara maintains it, rita reports, gwen is a guest, cid is a CI job; otto is an outsider."""
    return database.write_now(_make)


def _make(connection: Connection) -> Cast:
    users = {name: identity.create_user(connection, name, name=name.title()) for name in NAMES}
    project = projects.create(connection, users["olga"], "vision")
    other = projects.create(connection, users["otto"], "speech")
    for name, role in ROLES.items():
        projects.set_member(connection, project.id, users[name].id, role)
    tokens = {
        name: identity.issue_token(connection, user.id, "test", [TokenScope.API])[1] for name, user in users.items()
    }
    return Cast(tokens, users, project.full_path, project.id, other.full_path)
