"""What the scenarios share. They run by themselves, with any Python, so this may import nothing but the client."""

# The client's stubs are of one version, and this runs with many.
# pyright: reportAttributeAccessIssue=false

import importlib.util
import inspect
import re
from collections.abc import Mapping
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

MLFLOW_3 = not mlflow.__version__.startswith("2.")


def check(found: object, expected: object) -> None:
    """Compare, or fail with both sides."""
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")


def has(*libraries: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in libraries)


def refusal(work: Any, *arguments: object, **named: object) -> str:
    """The error code with which a call is refused."""
    try:
        work(*arguments, **named)
    except MlflowException as error:
        return error.error_code
    raise AssertionError("it was accepted")


class CountingClient:
    """The client, which notes the public methods that were used."""

    def __init__(self) -> None:
        self.client = MlflowClient()
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.used.add(name)
        return getattr(self.client, name)

    def has(self, *names: str) -> bool:
        """Whether this version of the client has methods of these names; asking is not using."""
        return all(hasattr(self.client, name) for name in names)

    def unused(self, absent: Mapping[str, str]) -> list[str]:
        """Public methods that were not used and are not of a family that is absent (a pattern each)."""
        names = [name for name, _ in inspect.getmembers(type(self.client)) if not name.startswith("_")]
        return [
            name
            for name in names
            if name not in self.used and not any(re.fullmatch(pattern, name) for pattern in absent)
        ]
