"""Endpoint records as the browser's JSON API writes them, below a project's address."""

from dataclasses import replace
from typing import Any

from shortlist.access.actions import Action
from shortlist.http.endpoint import AsyncHandler, Endpoint, Mode, ReadHandler, StreamHandler

PREFIX = "/api/v1"
PROJECT = f"{PREFIX}/projects/{{project}}"


def read(path: str, handler: ReadHandler, request: type[Any], response: type[Any]) -> Endpoint:
    return Endpoint(
        method="GET",
        path=PROJECT + path,
        action=Action.EXPERIMENT_READ,
        mode=Mode.READ,
        handler=handler,
        request=request,
        response=response,
        tags=(path.split("/")[1],),
    )


def read_file(path: str, handler: StreamHandler) -> Endpoint:
    """A read whose answer is a picture or a file."""
    return Endpoint(
        method="GET",
        path=PROJECT + path,
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=handler,
        tags=(path.split("/")[1],),
    )


def query(path: str, handler: AsyncHandler, request: type[Any], response: type[Any]) -> Endpoint:
    """A read whose question is a JSON body, and which may wait for a fold."""
    return _asynchronous("POST", path, Action.EXPERIMENT_READ, handler, request, response)


def query_get(path: str, handler: AsyncHandler, request: type[Any], response: type[Any]) -> Endpoint:
    """A read that may wait for a fold."""
    return _asynchronous("GET", path, Action.EXPERIMENT_READ, handler, request, response)


def write(method: str, path: str, handler: AsyncHandler, request: type[Any], response: type[Any]) -> Endpoint:
    return _asynchronous(method, path, Action.EXPERIMENT_WRITE, handler, request, response)


def of_models(endpoint: Endpoint) -> Endpoint:
    """The same operation under the rights of the model registry."""
    action = Action.MODEL_READ if endpoint.action is Action.EXPERIMENT_READ else Action.MODEL_WRITE
    return replace(endpoint, action=action, tags=("models",))


def of_packages(endpoint: Endpoint) -> Endpoint:
    """The same operation under the rights of the package registry."""
    action = Action.PACKAGE_READ if endpoint.action is Action.EXPERIMENT_READ else Action.PACKAGE_WRITE
    return replace(endpoint, action=action, tags=("packages",))


def _asynchronous(
    method: str, path: str, action: Action, handler: AsyncHandler, request: type[Any], response: type[Any]
) -> Endpoint:
    return Endpoint(
        method=method,
        path=PROJECT + path,
        action=action,
        mode=Mode.ASYNC,
        handler=handler,
        request=request,
        response=response,
        tags=(path.split("/")[1],),
    )


def query_read(path: str, handler: ReadHandler, request: type[Any], response: type[Any]) -> Endpoint:
    """A read whose question is a JSON body."""
    return Endpoint(
        method="POST",
        path=PROJECT + path,
        action=Action.EXPERIMENT_READ,
        mode=Mode.READ,
        handler=handler,
        request=request,
        response=response,
        tags=(path.split("/")[1],),
    )
