"""From an address to the package behind it: a path of the artifact proxy, or the location of a model version."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound
from shortlist.logged_models import service as logged_models
from shortlist.logged_models.types import LoggedModelRecord
from shortlist.models import versions
from shortlist.models.types import VersionRecord
from shortlist.packages import rules
from shortlist.packages import service as packages
from shortlist.packages.types import PackageRef
from shortlist.tracking import candidates, roots
from shortlist.tracking.roots import Owner
from shortlist.tracking.types import CandidateRecord

_HINT = "it begins with candidate:<number> or model:<model id>"


class Place(msgspec.Struct, frozen=True):
    """A path inside a package. `closed` says why nothing may be written there, where that is so."""

    package: PackageRef
    path: str
    closed: str | None = None

    def opened(self) -> "Place":
        """The place, if it may be written to."""
        if self.closed is not None:
            raise InvalidValue(self.closed, field="path")
        return self


def locate(connection: Connection, scope: Scope, address: str) -> Place:
    """The place that a path of the artifact proxy names.

    Raises:
        InvalidValue: the path has `..` or another trick in it, plain or encoded. NotFound: nothing has such a root.
    """
    address = rules.check_directory(address)
    root = roots.parse(address)
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
            versions.get_by_place(connection, scope, (int(model_iid), int(number)))
            return Place(versions.package(int(model_iid), int(number)), root.path)


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


def of_version(connection: Connection, scope: Scope, record: VersionRecord, path: str) -> Place:
    """A path below the files of a version.

    Raises:
        InvalidValue: the files are not kept here.
    """
    address = roots.address_of(record.location)
    if address is None and record.location.startswith("runs:/"):
        run, _, below = record.location.removeprefix("runs:/").partition("/")
        found = candidates.get(connection, scope, run)
        address = f"candidate:{found.iid}/{below}".rstrip("/")
    if address is None:
        raise InvalidValue(
            f"The files of this version are not kept here but at {record.location[:500]}.", field="version"
        )
    return locate(connection, scope, f"{address}/{rules.check_directory(path)}")
