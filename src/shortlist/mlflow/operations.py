"""Endpoint records as the MLflow surface writes them: searches by POST are reads, every change is one action."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shortlist.access.actions import Action
from shortlist.http.endpoint import AsyncHandler, Endpoint, Mode, ReadHandler, StreamHandler


def read(path: str, handler: ReadHandler, request: type[Any], response: type[Any], method: str = "GET") -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        action=Action.EXPERIMENT_READ,
        mode=Mode.READ,
        handler=handler,
        request=request,
        response=response,
        tags=(path.split("/")[1],),
    )


def write(path: str, handler: AsyncHandler, request: type[Any], response: type[Any], method: str = "POST") -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        action=Action.EXPERIMENT_WRITE,
        mode=Mode.ASYNC,
        handler=handler,
        request=request,
        response=response,
        tags=(path.split("/")[1],),
    )


def search(path: str, handler: AsyncHandler, request: type[Any], response: type[Any]) -> Endpoint:
    """A read that may have to wait for a fold, so that its handler runs on the event loop."""
    return Endpoint(
        method="POST",
        path=path,
        action=Action.EXPERIMENT_READ,
        mode=Mode.ASYNC,
        handler=handler,
        request=request,
        response=response,
        tags=(path.split("/")[1],),
    )


def stream(
    method: str, path: str, action: Action, handler: StreamHandler, response: type[Any] | None = None
) -> Endpoint:
    """A file on its way in or out."""
    return Endpoint(
        method=method,
        path=path,
        action=action,
        mode=Mode.STREAM,
        handler=handler,
        response=response,
        tags=("artifacts",),
    )


def registry(endpoint: Endpoint) -> Endpoint:
    """The same operation on the model registry instead of on experiments."""
    action = Action.MODEL_READ if endpoint.action is Action.EXPERIMENT_READ else Action.MODEL_WRITE
    return replace(endpoint, action=action)


def below(prefix: str, endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    return tuple(replace(endpoint, path=prefix + endpoint.path) for endpoint in endpoints)
