"""What an empty database needs before anybody can work: an administrator, a token if one was given, a project."""

from concurrent.futures import Future

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import TokenScope
from shortlist.access.scope import ANONYMOUS
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import AlreadyExists
from shortlist.identity import passwords
from shortlist.identity import service as identity
from shortlist.identity.passwords import Hashed
from shortlist.projects import service as projects
from shortlist.projects import store as projects_store
from shortlist.settings import Settings

ADMINISTRATOR = "root"
FIRST_PROJECT = "default"


class FirstStart(msgspec.Struct, frozen=True):
    """What was made just now and is shown once. None where it existed, or where the settings gave it."""

    created: bool
    root_password: str | None = None


def first_start(database: Database, settings: Settings, prepared: "Future[Hashed] | None" = None) -> FirstStart:
    """Make the administrator `root`, its token from the settings, and the project `root/default` with id 1.

    Does nothing where they exist; of two servers that start at once, one makes them.

    Args:
        prepared: the administrator's password, where it is hashed already.

    Raises:
        InvalidValue: the given password or token is too weak.
    """
    if settings.root_password:
        passwords.check_strength(settings.root_password)
    known = database.read_now(lambda connection: projects_store.find(connection, ANONYMOUS, 1, now_ms()))
    made: str | None = None
    if known is None:
        password, hashed = prepared.result() if prepared else passwords.first(settings.root_password)
        try:
            database.write_now(lambda connection: _make(connection, hashed))
            made = password
        except AlreadyExists:
            known = None  # another process was quicker, and has shown its password
    if settings.root_token:
        database.write_now(lambda connection: _ensure_token(connection, settings.root_token))
    return FirstStart(created=made is not None, root_password=None if settings.root_password else made)


def _make(connection: Connection, password_hash: str) -> None:
    root = identity.create_user(
        connection, ADMINISTRATOR, name="Administrator", password_hash=password_hash, administrator=True
    )
    projects.create(connection, root, FIRST_PROJECT, name="Default", description="Where clients start that name none")


def _ensure_token(connection: Connection, secret: str) -> None:
    root = identity.find_user(connection, ADMINISTRATOR)
    try:
        identity.issue_token(connection, root.id, "from the settings", [TokenScope.API], given=secret)
    except AlreadyExists:
        return
