"""The endpoint record. It has no default for `action`: a route without a permission does not type-check or import."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from starlette.requests import Request

from shortlist.access.actions import Action
from shortlist.access.scope import Actor, Author, GroupScope, Scope
from shortlist.errors import MissingValue

if TYPE_CHECKING:
    from shortlist.http.services import Services


@dataclass(slots=True)
class Call:
    """One request on its way through: who asks, what for, and the services that answer."""

    services: "Services"
    actor: Actor
    scope: Scope | GroupScope | None  # None where the action is inside neither
    path: Mapping[str, str]  # path parameters, percent-decoded
    headers: Mapping[str, str]  # lower-case names
    base_url: str  # scheme and host as the client sees them, no slash at the end
    request_id: str
    target: str = "/"  # the path as it was sent, still encoded
    query: str = ""  # as it was sent
    address: str = ""  # of the client
    answer_headers: list[tuple[bytes, bytes]] | None = None

    def add_header(self, name: str, value: str) -> None:
        """Send a header of one's own with the answer. A line break would begin another header, so it is refused."""
        if "\r" in value or "\n" in value:
            raise ValueError(name)
        if self.answer_headers is None:
            self.answer_headers = []
        self.answer_headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))

    @property
    def project(self) -> Scope:
        """The scope of an endpoint whose action is inside a project."""
        if not isinstance(self.scope, Scope):
            raise RuntimeError("this endpoint's action is not inside a project")
        return self.scope

    @property
    def group(self) -> GroupScope:
        """The scope of an endpoint whose action is inside a group."""
        if not isinstance(self.scope, GroupScope):
            raise RuntimeError("this endpoint's action is not inside a group")
        return self.scope

    @property
    def author(self) -> Author:
        """Who makes a change, for the audit."""
        return Author(self.actor, self.address)


@dataclass(frozen=True, slots=True)
class Pieces:
    """An answer that a handler gives in pieces, for what is too long to be held as a whole.

    They are made one by one in a thread while they are sent, so they must not touch the connection, which is gone.
    """

    pieces: Iterator[bytes]
    content_type: str = "application/json"


class Mode(Enum):
    """Where a handler runs.

    READ: `(call, connection, request) -> response`, in a reader thread with a snapshot.
    ASYNC: `async (call, request) -> response`, on the event loop; it awaits `call.services.database.write`.
    STREAM: `async (call, starlette Request) -> starlette Response`, for bodies that do not fit in memory, and pages.
        It may also answer with what is encoded as any other answer.
    """

    READ = "read"
    ASYNC = "async"
    STREAM = "stream"


ReadHandler = Callable[[Call, Connection, Any], Any]
AsyncHandler = Callable[[Call, Any], Awaitable[Any]]
StreamHandler = Callable[[Call, Request], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation of a surface.

    `path` is a template such as `/experiments/{experiment}`; the surface adds its prefixes. `request` is decoded
    from the JSON body (POST, PUT, PATCH, DELETE with a body) or from the query, merged with the path parameters that
    it has fields for. `response` is what the handler returns, encoded by the surface.
    """

    method: str
    path: str
    action: Action
    mode: Mode
    handler: ReadHandler | AsyncHandler | StreamHandler
    request: type[Any] | None = None
    response: type[Any] | None = None
    status: int = 200
    tags: tuple[str, ...] = field(default=())
    asks_nobody: bool = False  # what is presented is not looked up: it must answer while the database does not

    def __post_init__(self) -> None:
        if not isinstance(self.action, Action):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{self.method} {self.path} names no action")
        if not self.handler.__doc__:
            raise TypeError(f"{self.method} {self.path}: the handler has no docstring to be its summary")

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]


def required(value: str | None, name: str) -> str:
    """A parameter that the wire format leaves optional although the operation needs it."""
    if value is None or value == "":
        raise MissingValue(name)
    return value
