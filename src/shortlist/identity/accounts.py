"""Accounts through their life: changed, blocked, deleted with their work kept; and their sessions."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Author
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.db.purge import purge_person
from shortlist.errors import InvalidValue, NotFound, PermissionDenied
from shortlist.identity import second_factor, service, store, store_links
from shortlist.identity.types import Session, User


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that an administrator makes. The password is hashed already, because that is slow."""

    username: str
    name: str = ""
    email: str | None = None
    password_hash: str | None = None
    administrator: bool = False


class AccountChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; None leaves it."""

    name: str | None = None
    email: str | None = None
    administrator: bool | None = None
    password_hash: str | None = None


def create(connection: Connection, author: Author, new: NewAccount) -> User:
    """Create an account; see `service.create_user`."""
    made = service.create_user(connection, **msgspec.structs.asdict(new))
    _record(connection, author, "user:create", made, administrator=made.administrator)
    return made


def get(connection: Connection, user_id: int) -> User:
    """A user who has not been deleted."""
    found = service.get_user(connection, user_id)
    if found.state == "deleted":
        raise NotFound(f"There is no user with id {user_id}.", field="user")
    return found


def change(connection: Connection, author: Author, user: User, new: AccountChange) -> User:
    """Change an account. A new password ends all sessions but the author's own.

    Raises:
        InvalidValue: a name or address against the rules. AlreadyExists: the address is taken.
        PermissionDenied: it would leave the instance without an administrator.
    """
    values = {name: value for name, value in msgspec.structs.asdict(new).items() if value is not None}
    if new.name is not None:
        values["name"] = service.check_shown_name(new.name)
    if new.email is not None:
        store.lock_names(connection)
        service.check_email(connection, new.email, user.id)
    if new.administrator is False:
        _keep_an_administrator(connection, user)
    if not values:
        return user
    store.change_user(connection, user.id, values)
    if new.password_hash is not None:
        store.delete_sessions_of_user(connection, user.id, keep=author.actor.session_id)
        _record(connection, author, "user:password", user)
    shown = {name: value for name, value in values.items() if name != "password_hash"}
    if shown:
        _record(connection, author, "user:change", user, **shown)
    return get(connection, user.id)


def block(connection: Connection, author: Author, user: User) -> None:
    """Block an account: its sessions end, and its tokens do not work until it is unblocked.

    Raises:
        PermissionDenied: one's own account, or the last administrator.
    """
    _not_oneself(author, user)
    _keep_an_administrator(connection, user)
    store.change_user(connection, user.id, {"state": "blocked"})
    store.delete_sessions_of_user(connection, user.id)
    _record(connection, author, "user:block", user)


def unblock(connection: Connection, author: Author, user: User) -> None:
    """Let a blocked account work again. Raises InvalidValue: it is not blocked."""
    if user.state != "blocked":
        raise InvalidValue("The account is not blocked.", field="user")
    store.change_user(connection, user.id, {"state": "active"})
    _record(connection, author, "user:unblock", user)


def remove(connection: Connection, author: Author, user: User) -> None:
    """Delete an account for good. Its work stays under its username; its address, password and tokens go.

    Raises:
        PermissionDenied: one's own account, or the last administrator.
    """
    _not_oneself(author, user)
    _keep_an_administrator(connection, user)
    erase(connection, user.id)
    _record(connection, author, "user:delete", user)


def erase(connection: Connection, user_id: int) -> None:
    """Take from an account all that it could be used with."""
    gone = {"state": "deleted", "email": None, "password_hash": None, "administrator": False}
    store.change_user(connection, user_id, gone)
    store.revoke_tokens_of_user(connection, user_id, now_ms())
    store.delete_sessions_of_user(connection, user_id)
    second_factor.forget(connection, user_id)
    store_links.remove_all(connection, user_id)
    purge_person(connection, user_id)


def sessions(connection: Connection, user_id: int) -> list[Session]:
    return store.sessions(connection, user_id, now_ms())


def end_session(connection: Connection, author: Author, user: User, session_id: int) -> None:
    """End one of a user's sessions. Raises NotFound: it is not one of theirs."""
    if not store.delete_session_by_id(connection, user.id, session_id):
        raise NotFound(f"There is no session with id {session_id}.", field="session")
    _record(connection, author, "session:end", user, session_id=session_id)


def end_sessions(connection: Connection, author: Author, user: User, keep: int | None = None) -> int:
    """End all of a user's sessions but one; returns how many ended."""
    ended = store.delete_sessions_of_user(connection, user.id, keep)
    _record(connection, author, "session:end_all", user, ended=ended)
    return ended


def _not_oneself(author: Author, user: User) -> None:
    if author.actor.user_id == user.id:
        raise PermissionDenied("One's own account cannot be blocked or deleted.", field="user")


def _keep_an_administrator(connection: Connection, user: User) -> None:
    if user.administrator and user.active and store.lock_administrators(connection) <= 1:
        raise PermissionDenied("The last administrator cannot be blocked, deleted or demoted.", field="user")


def _record(connection: Connection, author: Author, action: str, user: User, **details: object) -> None:
    audit.record(
        connection,
        author,
        Change(action=action, target_type="user", target_id=user.id, target=user.username, details=details),
    )
