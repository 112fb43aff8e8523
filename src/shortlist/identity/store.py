"""SQL on users, tokens and sessions. These belong to no project, so these functions take no scope."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, or_, select, update

from shortlist.access.roles import TokenScope
from shortlist.db import counters
from shortlist.db.dialect import insert
from shortlist.identity.tables import access_token, browser_session, user_account
from shortlist.identity.types import Session, Token, User, UserQuery

_USER = tuple(user_account.c[name] for name in User.__struct_fields__)
_TOKEN = tuple(access_token.c[name] for name in Token.__struct_fields__)
_SESSION = tuple(browser_session.c[name] for name in Session.__struct_fields__)


def lock_names(connection: Connection) -> None:
    """Let nobody else take or change a username, an email address, or the path of a group or project before this
    transaction ends: they are compared in any capitals and across tables, which no unique key does."""
    counters.lock(connection, 0, "names")


def add_user(connection: Connection, values: dict[str, Any]) -> int | None:
    """The new user's id; None when the username is taken."""
    statement = insert(connection, user_account).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(user_account.c.id)).scalar_one_or_none()


def user_by_id(connection: Connection, user_id: int) -> User | None:
    row = connection.execute(select(*_USER).where(user_account.c.id == user_id)).one_or_none()
    return None if row is None else User(*row)


def user_by_username(connection: Connection, username: str) -> tuple[User, str | None] | None:
    """A user and the stored password hash, by username in any capitals."""
    statement = select(*_USER, user_account.c.password_hash)
    statement = statement.where(func.lower(user_account.c.username) == username.lower())
    row = connection.execute(statement).one_or_none()
    return None if row is None else (User(*row[: len(_USER)]), row[len(_USER)])


def user_by_email(connection: Connection, email: str) -> User | None:
    statement = select(*_USER).where(func.lower(user_account.c.email) == email.lower()).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else User(*row)


def has_password(connection: Connection, user_id: int) -> bool:
    found = select(user_account.c.password_hash.is_not(None)).where(user_account.c.id == user_id)
    return bool(connection.execute(found).scalar_one_or_none())


def users(connection: Connection) -> list[User]:
    return [User(*row) for row in connection.execute(select(*_USER).order_by(user_account.c.id))]


def users_of(connection: Connection, user_ids: Collection[int]) -> dict[int, User]:
    statement = select(*_USER).where(user_account.c.id.in_(user_ids))
    return {row.id: User(*row) for row in connection.execute(statement)} if user_ids else {}


def user_page(connection: Connection, query: UserQuery, limit: int, offset: int) -> tuple[list[User], int]:
    """A page of users that match, by id from the newest, and how many match."""
    statement = _matching(select(*_USER), query).order_by(user_account.c.id.desc()).limit(limit).offset(offset)
    total = connection.execute(_matching(select(func.count()).select_from(user_account), query)).scalar_one()
    return [User(*row) for row in connection.execute(statement)], total


def _matching(statement: Select[Any], query: UserQuery) -> Select[Any]:
    table = user_account.c
    if query.username:
        statement = statement.where(func.lower(table.username) == query.username.lower())
    if query.search:
        wanted = query.search.lower()
        found = [func.lower(table.username).contains(wanted, autoescape=True)]
        found.append(func.lower(table.name).contains(wanted, autoescape=True))
        found.append(func.lower(table.email) == wanted)
        statement = statement.where(or_(*found))
    if query.state:
        statement = statement.where(table.state == query.state)
    else:
        statement = statement.where(table.state != "deleted")
    if query.administrators:
        statement = statement.where(table.administrator)
    return statement if query.bots else statement.where(table.bot.is_(False))


def change_user(connection: Connection, user_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(user_account).where(user_account.c.id == user_id).values(**values))


def lock_administrators(connection: Connection) -> int:
    """How many active administrators there are; none of them ceases to be one by another transaction from here on."""
    active = user_account.c.administrator & (user_account.c.state == "active")
    statement = select(user_account.c.id).where(active).order_by(user_account.c.id)
    return len(connection.scalars(statement.with_for_update(key_share=True)).all())


def usernames(connection: Connection, user_ids: Collection[int]) -> dict[int, str]:
    statement = select(user_account.c.id, user_account.c.username).where(user_account.c.id.in_(user_ids))
    return {row.id: row.username for row in connection.execute(statement)}


def shown_names(connection: Connection, user_ids: Collection[int]) -> dict[int, str]:
    shown = case((user_account.c.bot, user_account.c.name), else_=user_account.c.username)
    statement = select(user_account.c.id, shown.label("shown")).where(user_account.c.id.in_(user_ids))
    return {row.id: row.shown for row in connection.execute(statement)}


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    connection.execute(update(user_account).where(user_account.c.id == user_id).values(password_hash=password_hash))


def add_token(connection: Connection, values: dict[str, Any]) -> Token | None:
    """The new token; None when its digest is known already."""
    statement = insert(connection, access_token).values(**values).on_conflict_do_nothing().returning(*_TOKEN)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _token(row)


def token_by_digest(connection: Connection, digest: bytes, now: int) -> tuple[Token, User] | None:
    """A token that is neither revoked nor expired, with its user."""
    statement = (
        select(*_TOKEN, *_USER)
        .join(user_account, user_account.c.id == access_token.c.user_id)
        .where(
            access_token.c.digest == digest,
            access_token.c.revoked_at.is_(None),
            or_(access_token.c.expires_at.is_(None), access_token.c.expires_at > now),
        )
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else (_token(row[: len(_TOKEN)]), User(*row[len(_TOKEN) :]))


def tokens(connection: Connection, user_id: int | None = None, kind: str | None = None) -> list[Token]:
    """Tokens of a user, or of everybody, by id."""
    statement = select(*_TOKEN).order_by(access_token.c.id)
    if user_id is not None:
        statement = statement.where(access_token.c.user_id == user_id)
    if kind is not None:
        statement = statement.where(access_token.c.kind == kind)
    return [_token(row) for row in connection.execute(statement)]


def tokens_of_place(
    connection: Connection, kinds: Collection[str], *, project_id: int | None = None, group_id: int | None = None
) -> list[Token]:
    """Tokens that a project or a group has, by id."""
    in_project, in_group = access_token.c.project_id == project_id, access_token.c.group_id == group_id
    place = in_group if project_id is None else in_project
    statement = select(*_TOKEN).where(place, access_token.c.kind.in_(kinds)).order_by(access_token.c.id)
    return [_token(row) for row in connection.execute(statement)]


def token_by_id(connection: Connection, token_id: int) -> Token | None:
    row = connection.execute(select(*_TOKEN).where(access_token.c.id == token_id)).one_or_none()
    return None if row is None else _token(row)


def revoke_tokens_of_user(connection: Connection, user_id: int, now: int) -> None:
    statement = update(access_token).where(access_token.c.user_id == user_id, access_token.c.revoked_at.is_(None))
    connection.execute(statement.values(revoked_at=now))


def revoke_token(connection: Connection, token_id: int, now: int) -> bool:
    statement = update(access_token).where(access_token.c.id == token_id, access_token.c.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def touch_token(connection: Connection, token_id: int, now: int) -> None:
    connection.execute(update(access_token).where(access_token.c.id == token_id).values(last_used_at=now))


def _token(row: Any) -> Token:
    values = dict(zip(Token.__struct_fields__, row, strict=True))
    values["scopes"] = frozenset(TokenScope(word) for word in values["scopes"].split())
    return Token(**values)


def add_session(connection: Connection, values: dict[str, Any]) -> None:
    connection.execute(browser_session.insert().values(**values))


def session_by_digest(connection: Connection, digest: bytes, now: int) -> tuple[Session, User] | None:
    """A session that has not expired, with its user."""
    statement = (
        select(*_SESSION, *_USER)
        .join(user_account, user_account.c.id == browser_session.c.user_id)
        .where(browser_session.c.digest == digest, browser_session.c.expires_at > now)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else (Session(*row[: len(_SESSION)]), User(*row[len(_SESSION) :]))


def touch_session(connection: Connection, session_id: int, now: int, expires_at: int) -> None:
    connection.execute(
        update(browser_session)
        .where(browser_session.c.id == session_id)
        .values(last_seen_at=now, expires_at=expires_at)
    )


def delete_session(connection: Connection, digest: bytes) -> None:
    connection.execute(delete(browser_session).where(browser_session.c.digest == digest))


def delete_expired_sessions(connection: Connection, now: int) -> None:
    connection.execute(delete(browser_session).where(browser_session.c.expires_at <= now))


def sessions(connection: Connection, user_id: int, now: int) -> list[Session]:
    """A user's sessions that have not expired, the last used first."""
    statement = select(*_SESSION).where(browser_session.c.user_id == user_id, browser_session.c.expires_at > now)
    return [Session(*row) for row in connection.execute(statement.order_by(browser_session.c.last_seen_at.desc()))]


def delete_session_by_id(connection: Connection, user_id: int, session_id: int) -> bool:
    statement = delete(browser_session).where(browser_session.c.user_id == user_id, browser_session.c.id == session_id)
    return connection.execute(statement).rowcount == 1


def delete_sessions_of_user(connection: Connection, user_id: int, keep: int | None = None) -> int:
    """End a user's sessions, except one; returns how many ended."""
    statement = delete(browser_session).where(browser_session.c.user_id == user_id)
    if keep is not None:
        statement = statement.where(browser_session.c.id != keep)
    return connection.execute(statement).rowcount
