"""The second factor of a sign-in with a password: the codes of an authenticator (RFC 6238), and recovery codes.

A code is good once. The secret cannot be hashed, since both sides compute codes from it; recovery codes are.
"""

import base64
import secrets
import time
from collections.abc import Callable

import msgspec
import pyotp
from pyotp.totp import TOTP
from sqlalchemy import Connection

from shortlist.access.scope import Author
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue
from shortlist.identity import keys, store, store_factors
from shortlist.identity.types import User

RECOVERY_CODES = 10
_STEP_SECONDS = 30
# The clock of a phone may be off by a step, and a code may be typed as it changes.
_STEPS = (0, -1, 1)
_RECOVERY_BYTES = 10  # 80 bits, which no digest can be searched for
_GROUP = 4
_MAX_GIVEN = 100

Clock = Callable[[], float]


class Enrolment(msgspec.Struct, frozen=True):
    """What an authenticator needs: the secret in base 32 to type, and the address in a QR code (`otpauth:`)."""

    secret: str
    uri: str


def begin(connection: Connection, user: User, server: str) -> Enrolment:
    """Make a secret that counts from `confirm` on. One that was made before and never confirmed is gone.

    `server` is what an authenticator shows beside the username.

    Raises:
        InvalidValue: the account has a second factor.
    """
    if user.second_factor_at is not None:
        raise InvalidValue("The account has a second factor; remove it first.", field="second_factor")
    secret = pyotp.random_base32()
    store_factors.put_secret(connection, user.id, secret, now_ms())
    return Enrolment(secret, TOTP(secret).provisioning_uri(name=user.username, issuer_name=server))


def confirm(
    connection: Connection, author: Author, user: User, code: str, *, clock: Clock = time.time
) -> list[str] | None:
    """Turn the second factor on, by a code that proves that the authenticator has the secret. Other sessions end.

    Returns the recovery codes, which are not stored as they are; None for a wrong code.

    Raises:
        InvalidValue: it is on already, or was not begun.
    """
    if user.second_factor_at is not None or store_factors.secret(connection, user.id) is None:
        raise InvalidValue("Begin with a new secret.", field="code")
    if not _spend(connection, user.id, _digits(code), clock):
        return None
    store.change_user(connection, user.id, {"second_factor_at": now_ms()})
    store.delete_sessions_of_user(connection, user.id, keep=author.actor.session_id)
    _record(connection, author, "second_factor:enable", user)
    return _renew(connection, user.id)


def accept(connection: Connection, author: Author, user: User, code: str, *, clock: Clock = time.time) -> bool:
    """Whether the code is one of the authenticator's, or a recovery code, not used before; it is used now."""
    if len(code) > _MAX_GIVEN:
        return False
    if _spend(connection, user.id, _digits(code), clock):
        return True
    if not store_factors.spend_recovery_code(connection, user.id, keys.digest(_letters(code))):
        return False
    _record(connection, author, "second_factor:recovery_code", user, left=recovery_codes_left(connection, user))
    return True


def renew_recovery_codes(connection: Connection, author: Author, user: User) -> list[str]:
    """New recovery codes; the old ones stop working. Raises InvalidValue: the account has no second factor."""
    _check_on(user)
    _record(connection, author, "second_factor:new_recovery_codes", user)
    return _renew(connection, user.id)


def recovery_codes_left(connection: Connection, user: User) -> int:
    return store_factors.recovery_codes_left(connection, user.id)


def remove(connection: Connection, author: Author, user: User) -> None:
    """Let the password alone be enough again. Raises InvalidValue: the account has no second factor."""
    _check_on(user)
    forget(connection, user.id)
    _record(connection, author, "second_factor:remove", user)


def forget(connection: Connection, user_id: int) -> None:
    store.change_user(connection, user_id, {"second_factor_at": None})
    store_factors.remove(connection, user_id)


def _check_on(user: User) -> None:
    if user.second_factor_at is None:
        raise InvalidValue("The account has no second factor.", field="second_factor")


def _spend(connection: Connection, user_id: int, code: str, clock: Clock) -> bool:
    """Whether it is the code of a step of time near now, later than the last one used, which it becomes."""
    secret = store_factors.secret(connection, user_id)
    if secret is None:
        return False
    now = int(clock()) // _STEP_SECONDS
    totp = TOTP(secret)
    for step in (now + offset for offset in _STEPS):
        if secrets.compare_digest(totp.at(step * _STEP_SECONDS).encode(), code.encode()):
            return store_factors.use_step(connection, user_id, step)
    return False


def _renew(connection: Connection, user_id: int) -> list[str]:
    made = [_recovery_code() for _ in range(RECOVERY_CODES)]
    store_factors.put_recovery_codes(connection, user_id, [keys.digest(_letters(code)) for code in made])
    return made


def _recovery_code() -> str:
    """Sixteen letters and digits, in groups that can be copied by hand."""
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digits(code: str) -> str:
    return "".join(code.split())


def _letters(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _record(connection: Connection, author: Author, action: str, user: User, **details: object) -> None:
    change = Change(action=action, target_type="user", target_id=user.id, target=user.username, details=details)
    audit.record(connection, author, change)
