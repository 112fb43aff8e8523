"""Which open pages files are news to: those of the candidate or the experiment that a package belongs to."""

import re

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db import changes
from shortlist.packages.rules import CANDIDATES
from shortlist.packages.types import PackageRef, PackageType

_EXPERIMENT = re.compile(rf"{CANDIDATES}([0-9]{{1,18}})\Z")
_CANDIDATE = re.compile(r"[0-9]{1,18}\Z")


def note(connection: Connection, scope: Scope, ref: PackageRef) -> None:
    """To be called inside the transaction in which files of a package become visible or go."""
    experiment = _EXPERIMENT.match(ref.name) if ref.type is PackageType.ML_MODEL else None
    if experiment is None:
        return
    # Other versions are models that candidates of the experiment logged.
    candidate_iid = int(ref.version) if _CANDIDATE.match(ref.version) else None
    changes.note(connection, scope.project_id, int(experiment[1]), candidate_iid)
