"""How much a project keeps and may keep, and whether its generic packages may have duplicates."""

import re

from msgspec.structs import asdict, replace
from sqlalchemy import Connection

from shortlist.access.scope import Author, Scope
from shortlist.audit import service as audit
from shortlist.errors import InvalidValue
from shortlist.instance import service as instance
from shortlist.packages import store, store_registry
from shortlist.packages.types import PackageSettings, Usage

_SIZE = re.compile(r"([0-9]{1,15})\s*([KMGT]?)(?:i?B)?\Z", re.IGNORECASE)
_FACTORS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_MAX_LIMIT = 2**60
_MAX_EXPRESSION = 255
_MAX_REPETITIONS = 3


def usage(connection: Connection, scope: Scope) -> Usage:
    """What the project keeps, each content once and deleted files included, and what it may keep."""
    return Usage(store.stored_bytes(connection, scope.project_id), limit(connection, scope.project_id))


def limit(connection: Connection, project_id: int) -> int | None:
    """The project's own limit in bytes, else the instance's; None for no limit."""
    own = store_registry.settings(connection, project_id).size_limit
    return own if own is not None else instance.current(connection).project_size_limit


def settings(connection: Connection, scope: Scope) -> PackageSettings:
    return store_registry.settings(connection, scope.project_id)


def set_limit(connection: Connection, author: Author, scope: Scope, limit: int | None) -> None:
    """Set the limit in bytes, or None for no limit. What is there already stays.

    Raises:
        InvalidValue: a limit that is no size.
    """
    change(connection, author, scope, replace(settings(connection, scope), size_limit=limit))


def change(connection: Connection, author: Author, scope: Scope, new: PackageSettings) -> None:
    """Set a project's rules for packages.

    Raises:
        InvalidValue: a limit that is no size, or exceptions that are no regular expression.
    """
    if new.size_limit is not None and not 0 <= new.size_limit <= _MAX_LIMIT:
        raise InvalidValue(f"A limit is a number of bytes between 0 and {_MAX_LIMIT}.", field="size_limit")
    check_exceptions(new.duplicate_exceptions)
    before = settings(connection, scope)
    if new == before:
        return
    store_registry.set_settings(connection, scope, new)
    audit.record_of_project(
        connection,
        author,
        scope.project_id,
        scope.project.full_path,
        "package_settings:change",
        before=asdict(before),
        after=asdict(new),
    )


def check_exceptions(expression: str) -> None:
    """Raises InvalidValue: it is no regular expression, or one that could take long to try."""
    # Names come from strangers, and repetitions inside or beside each other could keep a thread busy for hours.
    # Without groups there are none inside, and beside each other so few that names of 255 characters are no work.
    repetitions = sum(expression.count(sign) for sign in "*+?{")
    if len(expression) > _MAX_EXPRESSION or "(" in expression or repetitions > _MAX_REPETITIONS:
        raise InvalidValue(
            "The exceptions are a regular expression without parentheses, with at most "
            f"{_MAX_REPETITIONS} of * + ? and {{, of at most {_MAX_EXPRESSION} characters.",
            field="duplicate_exceptions",
        )
    try:
        re.compile(expression)
    except re.error as error:
        raise InvalidValue(
            f"The exceptions are no regular expression: {error}.", field="duplicate_exceptions"
        ) from None


def parse_size(text: str) -> int | None:
    """Bytes from `500M`, `10 GiB`, `1024`; None for `none`.

    Raises:
        InvalidValue: it is none of these.
    """
    if text.strip().lower() == "none":
        return None
    found = _SIZE.match(text.strip())
    if found is None:
        raise InvalidValue(f"A size is written 1024, 500M, 10G or none, not {text[:50]!r}.", field="size_limit")
    return int(found[1]) * _FACTORS[found[2].upper()]
