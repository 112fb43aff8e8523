"""Endpoint records as `/api/v4` writes them: reads answer 200, what creates 201, what deletes 204 and nothing."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import AsyncHandler, Call, Endpoint, Mode, ReadHandler

T = TypeVar("T")


async def write(call: Call, work: Callable[[Connection], T]) -> T:
    """Do a change of people, tokens or projects, and have it count from the next request on."""
    done = await call.services.database.write(work)
    call.services.resolver.forget()
    return done


def read(
    path: str, action: Action, handler: ReadHandler, request: type[Any] | None = None, response: Any = None
) -> Endpoint:
    """A GET, in a reader thread with a snapshot."""
    return Endpoint(
        method="GET",
        path=path,
        action=action,
        mode=Mode.READ,
        handler=handler,
        request=request,
        response=response,
        tags=("v4",),
    )


def create(
    path: str, action: Action, handler: AsyncHandler, request: type[Any] | None = None, response: Any = None
) -> Endpoint:
    """A POST that makes something, or that does something which GitLab answers with 201."""
    return _change("POST", 201, path, action, handler, request=request, response=response)


def change(
    path: str, action: Action, handler: AsyncHandler, request: type[Any] | None = None, response: Any = None
) -> Endpoint:
    """A PUT that edits what is there."""
    return _change("PUT", 200, path, action, handler, request=request, response=response)


def remove(
    path: str, action: Action, handler: AsyncHandler, request: type[Any] | None = None, *, status: int = 204
) -> Endpoint:
    """A DELETE; its answer has no body unless `status` says otherwise."""
    return _change("DELETE", status, path, action, handler, request=request)


def _change(method: str, status: int, path: str, action: Action, handler: AsyncHandler, **kinds: Any) -> Endpoint:
    return Endpoint(
        method=method, path=path, action=action, mode=Mode.ASYNC, handler=handler, status=status, tags=("v4",), **kinds
    )
