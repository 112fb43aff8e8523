"""Whose files an address of the browser's API means: a candidate's, a model version's or a package's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import Scope
from shortlist.errors import NotFound
from shortlist.models import files, lookup, places
from shortlist.models.places import Place
from shortlist.packages import registry, rules
from shortlist.tracking import candidates

_MAX_DIGITS = 18


class Root(NamedTuple):
    """Where the files of an owner begin, and what the owner is called."""

    name: str
    place: Place

    def at(self, path: str) -> Place:
        """A path below the root; the empty path is the root itself.

        Raises:
            InvalidValue: no file and no directory can have this path.
        """
        path = rules.check_directory(path)
        return msgspec.structs.replace(self.place, path="/".join(part for part in (self.place.path, path) if part))

    def below(self, path: str) -> str:
        """A path of the package as it is called below the root."""
        return path.removeprefix(f"{self.place.path}/") if self.place.path else path


@dataclass(frozen=True, slots=True)
class Owner:
    """A kind of owner. `path` is below a project's address; `find` takes the parameters in it."""

    path: str
    tag: str
    read: Action
    write: Action
    find: Callable[[Connection, Scope, Mapping[str, str]], Root]


def _candidate(connection: Connection, scope: Scope, given: Mapping[str, str]) -> Root:
    record = candidates.get_by_iid(connection, scope, _number(given, "candidate"))
    return Root(record.name, places.of_candidate(record, ""))


def _version(connection: Connection, scope: Scope, given: Mapping[str, str]) -> Root:
    record = lookup.by_place(connection, scope, (_number(given, "model"), _number(given, "version")))
    place = places.of_version(connection, scope, record, "")
    if place.package != files.package(record):
        closed = "The files of this version belong to what it was made from."
        place = msgspec.structs.replace(place, closed=closed)
    return Root(f"{record.model_name} {record.semver}", place)


def _package(connection: Connection, scope: Scope, given: Mapping[str, str]) -> Root:
    package = registry.get(connection, scope, _number(given, "package"))
    return Root(f"{package.name} {package.version}", places.of_package(connection, scope, package.ref))


def _number(given: Mapping[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise NotFound(f"There is no {name} {text[:100]} in this project.", field=name)
    return int(text)


OWNERS = (
    Owner("/candidates/{candidate}", "candidates", Action.EXPERIMENT_READ, Action.EXPERIMENT_WRITE, _candidate),
    Owner("/models/{model}/versions/{version}", "models", Action.MODEL_READ, Action.MODEL_WRITE, _version),
    Owner("/packages/{package}", "packages", Action.PACKAGE_READ, Action.PACKAGE_WRITE, _package),
)
