"""From an address to the package behind it: of the artifact proxy, of the package registry, or of a model version."""

import re

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound
from shortlist.logged_models import service as logged_models
from shortlist.logged_models.types import LoggedModelRecord
from shortlist.models import files, lookup
from shortlist.models.types import VersionRecord
from shortlist.packages import registry, rules
from shortlist.packages import service as packages
from shortlist.packages.targets import Below
from shortlist.packages.types import Package, PackageRef
from shortlist.tracking import candidates, roots
from shortlist.tracking.roots import Owner
from shortlist.tracking.types import CandidateRecord

_CANDIDATE_OF_EXPERIMENT = re.compile(rf"{rules.CANDIDATES}([0-9]{{1,18}})\Z")
_CANDIDATE_VERSION = re.compile(r"(?:candidate_)?([0-9]{1,18})\Z")
_CANDIDATE = re.compile(r"candidate:([0-9]{1,18})\Z")
_VERSION_NUMBER = re.compile(r"([0-9]{1,18})(?:/(.+))?\Z")
_NUMBER = re.compile(r"[0-9]{1,18}\Z")

_HINT = "it begins with files/candidate:<number> or files/model:<model id>"


class Place(msgspec.Struct, frozen=True):
    """A path inside a package. `closed` says why nothing may be written there, where that is so."""

    package: PackageRef
    path: str
    closed: str | None = None

    @property
    def target(self) -> tuple[PackageRef, str]:
        """The place as `packages.service.upload` takes it."""
        return self.package, self.path

    def opened(self, field: str = "path") -> "Place":
        """The place, if it may be written to. `field` is what named it."""
        if self.closed is not None:
            raise InvalidValue(self.closed, field=field)
        return self


def target(scope: Scope, address: str) -> Below:
    """Where a file goes that is uploaded to a path of the artifact proxy, as `packages.service.upload` takes it.

    Raises:
        InvalidValue: as `locate`. NotFound, from the target: nothing has such a root, or it takes no files.
    """
    root = roots.parse(rules.check_path(address))
    if root is not None:
        rules.check_path(root.path)  # the root itself is no file
    folder, _, name = address.rpartition("/")
    return Below(("proxy", folder), lambda connection: locate(connection, scope, folder).opened().target, name)


def locate(connection: Connection, scope: Scope, address: str) -> Place:
    """The place that a path of the artifact proxy names.

    Raises:
        InvalidValue: the path has `..` or another trick in it, plain or encoded. NotFound: nothing has such a root.
    """
    address = rules.check_directory(address)
    root = roots.parse(address)
    version = _VERSION_NUMBER.match(address)
    if root is None and version is not None:
        return of_ml_model(connection, scope, version[1], version[2] or "")
    if root is None:
        raise NotFound(f"There is no artifact root at {address[:200]!r}: {_HINT}.", field="path")
    match root.owner:
        case Owner.CANDIDATE:
            return of_candidate(candidates.get_by_iid(connection, scope, int(root.name)), root.path)
        case Owner.RUN:
            record = candidates.get(connection, scope, root.name)
            _must_be_in(record.experiment_iid, root)
            return of_candidate(record, root.path)
        case Owner.LOGGED_MODEL:
            model = logged_models.find(connection, scope, root.name)
            _must_be_in(model.experiment_iid, root)
            return of_logged_model(model, root.path)
        case Owner.MODEL_VERSION:
            model_iid, _, number = root.name.partition(".")
            version = lookup.by_place(connection, scope, (int(model_iid), int(number)))
            return Place(files.package(version), root.path)


def _must_be_in(experiment_iid: int, root: roots.Root) -> None:
    if root.experiment_iid is not None and root.experiment_iid != experiment_iid:
        what = "run" if root.owner is Owner.RUN else "model"
        raise NotFound(f"The {what} {root.name} is not in the experiment {root.experiment_iid}.", field="path")


def of_candidate(record: CandidateRecord, path: str) -> Place:
    closed = f"The run {record.external_id} must be in the 'active' state. Current state is deleted."
    package = packages.candidate_package(record.experiment_iid, record.iid)
    return Place(package, path, None if record.deleted_at is None else closed)


def of_logged_model(record: LoggedModelRecord, path: str) -> Place:
    closed = f"The logged model {record.external_id} is deleted."
    return Place(logged_models.package(record), path, None if record.deleted_at is None else closed)


def of_package(connection: Connection, scope: Scope, ref: PackageRef) -> Place:
    """The root of a package that is there. It is as closed as the candidate or the logged model that it belongs to."""
    if not rules.has_candidate(ref):
        return Place(ref, "")
    try:
        if _NUMBER.match(ref.version):
            return of_candidate(candidates.get_by_iid(connection, scope, int(ref.version)), "")
        return of_logged_model(logged_models.find(connection, scope, ref.version), "")
    except (InvalidValue, NotFound):
        # Its owner is gone for good, and the package waits for a sweep.
        return Place(ref, "", closed=f"What the package {ref.name} {ref.version} belonged to is deleted.")


def open_package(connection: Connection, scope: Scope, package_id: int, field: str) -> Package:
    """A package whose files may be changed. `field` is what named it.

    Raises:
        NotFound: there is no such package. InvalidValue: what it belongs to is deleted.
    """
    package = registry.get(connection, scope, package_id)
    of_package(connection, scope, package.ref).opened(field)
    return package


def of_generic(connection: Connection, scope: Scope, ref: PackageRef, path: str) -> Place:
    """A path in a package of the generic kind. The name and version of a candidate's package mean that package.

    Raises:
        NotFound: the name is an experiment's, and there is no such candidate in it.
    """
    experiment = _CANDIDATE_OF_EXPERIMENT.match(ref.name)
    if experiment is None:
        return Place(ref, path)
    candidate = _CANDIDATE_VERSION.match(ref.version)
    record = None if candidate is None else candidates.get_by_iid(connection, scope, int(candidate[1]))
    if record is None or record.experiment_iid != int(experiment[1]):
        raise NotFound(
            f"There is no candidate {ref.version[:100]!r} in the experiment {experiment[1]}.", field="package_version"
        )
    return of_candidate(record, path)


def of_ml_model(connection: Connection, scope: Scope, owner: str, path: str) -> Place:
    """A path in the package of `candidate:<number>`, or of a model version by its number in the project.

    Raises:
        NotFound: there is no such candidate or version.
    """
    candidate = _CANDIDATE.match(owner)
    if candidate is not None:
        return of_candidate(candidates.get_by_iid(connection, scope, int(candidate[1])), path)
    record = lookup.by_iid(connection, scope, int(owner)) if _NUMBER.match(owner) else None
    if record is None:
        raise NotFound(f"There is no model version {owner[:100]!r} in this project.", field="model_version_id")
    return Place(files.package(record), path)


def of_version(connection: Connection, scope: Scope, record: VersionRecord, path: str) -> Place:
    """A path below the files of a version.

    Raises:
        InvalidValue: the files are not kept here.
    """
    place = of_location(connection, scope, record.location, rules.check_directory(path))
    if place is None:
        raise InvalidValue(
            f"The files of this version are not kept here but at {record.location[:500]}.", field="version"
        )
    return place


def of_location(connection: Connection, scope: Scope, location: str, path: str = "") -> Place | None:
    """A path below where a version's files are; None when that is not on this server.

    Raises:
        NotFound: the candidate, logged model or version there is gone.
    """
    address = roots.address_of(location)
    if address is None and location.startswith("runs:/"):
        run, _, below = location.removeprefix("runs:/").partition("/")
        found = candidates.get(connection, scope, run)
        address = f"candidate:{found.iid}/{below}".rstrip("/")
    return None if address is None else locate(connection, scope, f"{address}/{path}")
