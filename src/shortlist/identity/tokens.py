"""Access tokens of every kind: issued, rotated, revoked. Functions run inside a transaction of the caller."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import TokenScope
from shortlist.access.scope import Author
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.errors import AlreadyExists, InvalidValue, NotFound
from shortlist.identity import keys, store
from shortlist.identity.types import Token

_MIN_GIVEN_TOKEN = 20
_DEPLOY_SCOPES = frozenset({TokenScope.READ_PACKAGE_REGISTRY, TokenScope.WRITE_PACKAGE_REGISTRY})


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token to be issued. `given` sets its secret instead of making one up."""

    name: str
    scopes: frozenset[TokenScope]
    expires_at: int | None = None
    description: str = ""
    kind: str = "personal"
    project_id: int | None = None
    group_id: int | None = None
    given: str | None = None


def parse_scopes(words: list[str]) -> frozenset[TokenScope]:
    """Raises InvalidValue: a word that is no scope."""
    try:
        return frozenset(TokenScope(word) for word in words)
    except ValueError:
        known = ", ".join(scope.value for scope in TokenScope)
        raise InvalidValue(f"A scope is one of {known}.", field="scopes") from None


def issue(connection: Connection, author: Author, user_id: int, new: NewToken) -> tuple[Token, str]:
    """Issue a token of a user; returns it with its secret, which is not stored.

    Raises:
        InvalidValue: no name, no scope, an expiry in the past, a scope that the kind cannot have, or a given secret
            that is too short. AlreadyExists: the given secret is in use.
    """
    check(new)
    secret = new.given or keys.new_token(keys.PREFIXES[new.kind])
    token = store.add_token(
        connection,
        {
            "user_id": user_id,
            "kind": new.kind,
            "name": new.name.strip(),
            "scopes": " ".join(sorted(scope.value for scope in new.scopes)),
            "digest": keys.digest(secret),
            "created_at": now_ms(),
            "expires_at": new.expires_at,
            "description": new.description,
            "created_by": author.actor.user_id,
            "project_id": new.project_id,
            "group_id": new.group_id,
        },
    )
    if token is None:
        raise AlreadyExists("This token is in use.", field="token")
    _record(connection, author, "token:create", token)
    return token, secret


def check(new: NewToken) -> None:
    """Raises InvalidValue: as `issue`."""
    if not new.name.strip() or len(new.name) > 255 or "\x00" in new.name:
        raise InvalidValue("A token needs a name of at most 255 characters.", field="name")
    if len(new.description) > 1000 or "\x00" in new.description:
        raise InvalidValue("A description has at most 1000 characters.", field="description")
    if not new.scopes:
        raise InvalidValue("A token needs at least one scope.", field="scopes")
    if new.kind == "deploy" and not new.scopes <= _DEPLOY_SCOPES:
        raise InvalidValue("A deploy token is for packages: its scopes end in _package_registry.", field="scopes")
    if new.expires_at is not None and new.expires_at <= now_ms():
        raise InvalidValue("The expiry must be in the future.", field="expires_at")
    if new.given is not None and len(new.given) < _MIN_GIVEN_TOKEN:
        raise InvalidValue(f"A given token needs at least {_MIN_GIVEN_TOKEN} characters.", field="token")


def get(connection: Connection, token_id: int) -> Token:
    """A token by id, whosever it is. The caller checks that it is of the user, project or group in question."""
    found = store.token_by_id(connection, token_id)
    if found is None:
        raise not_found(token_id)
    return found


def not_found(token_id: int) -> NotFound:
    return NotFound(f"There is no token with id {token_id} here.", field="token_id")


def rotate(connection: Connection, author: Author, token: Token, expires_at: int | None = None) -> tuple[Token, str]:
    """Revoke a token and issue another of the same name, scopes and owner; returns it with its secret.

    Without an expiry the new one lives as long as the old one was meant to.

    Raises:
        InvalidValue: the token has ended already, or an expiry in the past.
    """
    now = now_ms()
    if not token.active(now) or not store.revoke_token(connection, token.id, now):
        raise InvalidValue("The token has been revoked or has expired, so it cannot be rotated.", field="token_id")
    if expires_at is None and token.expires_at is not None:
        expires_at = now + token.expires_at - token.created_at
    new = NewToken(
        name=token.name,
        scopes=token.scopes,
        expires_at=expires_at,
        description=token.description,
        kind=token.kind,
        project_id=token.project_id,
        group_id=token.group_id,
    )
    made, secret = issue(connection, author, token.user_id, new)
    _record(connection, author, "token:rotate", token, replaced_by=made.id)
    return made, secret


def revoke(connection: Connection, author: Author, token: Token) -> None:
    """Revoke a token. Revoking one that has been revoked does nothing."""
    if store.revoke_token(connection, token.id, now_ms()):
        _record(connection, author, "token:revoke", token)


def _record(connection: Connection, author: Author, action: str, token: Token, **details: int) -> None:
    shown = {"kind": token.kind, "user_id": token.user_id, "scopes": sorted(scope.value for scope in token.scopes)}
    audit.record(
        connection,
        author,
        Change(
            action=action,
            target_type="token",
            target_id=token.id,
            target=token.name,
            project_id=token.project_id,
            group_id=token.group_id,
            details={**shown, **details},
        ),
    )
