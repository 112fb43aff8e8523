"""Users, their tokens and their sessions. Functions run inside a transaction that the caller opened."""

import re
from collections.abc import Collection

from sqlalchemy import Connection

from shortlist.access.roles import TokenScope
from shortlist.access.scope import SERVER
from shortlist.clock import now_ms
from shortlist.errors import AlreadyExists, InvalidValue, NotFound, Unauthenticated
from shortlist.identity import keys, store, tokens
from shortlist.identity.types import Token, User

SESSION_MILLISECONDS = 14 * 24 * 3600 * 1000
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\Z")
_USERNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\Z")


def create_user(
    connection: Connection,
    username: str,
    *,
    name: str = "",
    email: str | None = None,
    password_hash: str | None = None,
    administrator: bool = False,
) -> User:
    """Create a user. The password is hashed by the caller, because that is slow and needs no transaction.

    Raises:
        InvalidValue: a username, name or address against the rules. AlreadyExists: the username or address is taken.
    """
    check_username(username)
    check_shown_name(name or username)
    store.lock_names(connection)
    check_email(connection, email)
    if store.user_by_username(connection, username) is not None:
        raise AlreadyExists(f"The username {username} is taken.", field="username")
    user_id = store.add_user(
        connection,
        {
            "username": username,
            "name": name or username,
            "email": email,
            "password_hash": password_hash,
            "administrator": administrator,
            "bot": False,
            "state": "active",
            "created_at": now_ms(),
        },
    )
    if user_id is None:
        raise AlreadyExists(f"The username {username} is taken.", field="username")
    return get_user(connection, user_id)


def check_username(username: str) -> str:
    """Letters, digits, `_ . -`, not beginning or ending like a file name would: it is part of every address."""
    if not _USERNAME.match(username) or username.endswith((".", ".git", ".atom")) or ".." in username:
        raise InvalidValue(
            "A username has letters, digits, '_', '-' and '.', and does not begin with '-' or '.'.", field="username"
        )
    return username


def check_shown_name(name: str) -> str:
    """Raises InvalidValue: no name, or a long one."""
    if not name.strip() or len(name) > 255 or not name.isprintable():
        raise InvalidValue("A name has 1 to 255 characters, and no line breaks.", field="name")
    return name.strip()


def check_email(connection: Connection, email: str | None, user_id: int | None = None) -> None:
    """Raises InvalidValue: not an address. AlreadyExists: another user has it."""
    if email is None:
        return
    if len(email) > 255 or not _EMAIL.match(email):
        raise InvalidValue("The email address is not valid.", field="email")
    other = store.user_by_email(connection, email)
    if other is not None and other.id != user_id:
        raise AlreadyExists("The email address is taken.", field="email")


def get_user(connection: Connection, user_id: int) -> User:
    user = store.user_by_id(connection, user_id)
    if user is None:
        raise NotFound(f"There is no user with id {user_id}.", field="user")
    return user


def find_user(connection: Connection, username: str) -> User:
    found = store.user_by_username(connection, username)
    if found is None:
        raise NotFound(f"There is no user {username}.", field="username")
    return found[0]


def usernames(connection: Connection, user_ids: Collection[int]) -> dict[int, str]:
    """The usernames of those of `user_ids` that exist."""
    return store.usernames(connection, user_ids) if user_ids else {}


def shown_names(connection: Connection, user_ids: Collection[int]) -> dict[int, str]:
    """What people read of the makers of something: usernames, and the names of bots, whose usernames say nothing."""
    return store.shown_names(connection, user_ids) if user_ids else {}


def stored_password(connection: Connection, login: str) -> tuple[User | None, str | None]:
    """What `passwords.verify` needs, read apart from it, so that the slow check holds no connection."""
    found = store.user_by_username(connection, login)
    return (None, None) if found is None or not found[0].active else found


def has_password(connection: Connection, user_id: int) -> bool:
    return store.has_password(connection, user_id)


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    store.set_password(connection, user_id, password_hash)


def issue_token(
    connection: Connection,
    user_id: int,
    name: str,
    scopes: Collection[TokenScope],
    *,
    expires_at: int | None = None,
    given: str | None = None,
) -> tuple[Token, str]:
    """Issue a personal access token for the server itself or its administrator at a shell; see `tokens.issue`."""
    new = tokens.NewToken(name=name, scopes=frozenset(scopes), expires_at=expires_at, given=given)
    return tokens.issue(connection, SERVER, user_id, new)


def user_of_token(connection: Connection, secret: str) -> tuple[Token, User]:
    """Raises Unauthenticated: unknown, revoked or expired, or its user is blocked; it does not say which."""
    found = store.token_by_digest(connection, keys.digest(secret), now_ms())
    if found is None or not found[1].active:
        raise Unauthenticated(
            "The token is not valid: unknown, expired or revoked. Create one with `shortlist token create`."
        )
    return found


def open_session(connection: Connection, user_id: int, user_agent: str, address: str = "") -> str:
    """Begin a browser session; returns the secret for its cookie."""
    now = now_ms()
    secret = keys.new_session_secret()
    store.delete_expired_sessions(connection, now)
    store.add_session(
        connection,
        {
            "user_id": user_id,
            "digest": keys.digest(secret),
            "created_at": now,
            "expires_at": now + SESSION_MILLISECONDS,
            "last_seen_at": now,
            "user_agent": user_agent[:500].replace("\x00", ""),
            "address": address,
        },
    )
    return secret


def close_session(connection: Connection, secret: str) -> None:
    store.delete_session(connection, keys.digest(secret))
