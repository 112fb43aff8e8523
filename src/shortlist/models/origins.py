"""What of a candidate a version can be made from: the models that it logged, folders that hold one, all its files."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.logged_models import service as logged_models
from shortlist.logged_models import store as logged_models_store
from shortlist.logged_models import store_links
from shortlist.logged_models.types import LinkKind
from shortlist.packages import service as packages
from shortlist.packages.types import PackageFile
from shortlist.tracking import roots
from shortlist.tracking.types import CandidateRecord

# The file that MLflow's clients write at the root of a model.
_MARK = "MLmodel"
_MAX_FILES = 10_000


class Kind(StrEnum):
    LOGGED_MODEL = "logged_model"
    FOLDER = "folder"
    EVERYTHING = "everything"


class OfCandidate(msgspec.Struct, frozen=True):
    """A source of a version, as `NewVersion.source` takes it, with its number of files and their bytes."""

    source: str
    kind: Kind
    name: str
    files: int
    size: int


def of_candidate(connection: Connection, scope: Scope, record: CandidateRecord) -> list[OfCandidate]:
    """The sources that a candidate has, the likeliest first; all its files are always one.

    Sizes count at most the first ten thousand files.
    """
    reference = packages.candidate_package(record.experiment_iid, record.iid)
    files, _ = packages.files(connection, scope, reference, _MAX_FILES)
    root = roots.of_candidate(record.iid)
    folders = [file.path.rpartition("/")[0] for file in files if file.path.endswith(f"/{_MARK}")]
    return [
        *_logged(connection, scope, record),
        *(_folder(files, root, path) for path in folders),
        OfCandidate(root, Kind.EVERYTHING, "", len(files), sum(file.size for file in files)),
    ]


def _folder(files: Sequence[PackageFile], root: str, path: str) -> OfCandidate:
    inside = [file.size for file in files if file.path.startswith(f"{path}/")]
    return OfCandidate(f"{root}/{path}", Kind.FOLDER, path, len(inside), sum(inside))


def _logged(connection: Connection, scope: Scope, record: CandidateRecord) -> list[OfCandidate]:
    links = store_links.of_candidates(connection, scope, [record.iid])[record.iid]
    names = [link.model_external_id for link in links if link.kind is LinkKind.OUTPUT]
    found = logged_models_store.by_external_ids(connection, scope, names)
    sources: list[OfCandidate] = []
    for name in names:
        model = found.get(name)
        if model is None or model.deleted_at is not None:
            continue
        files, _ = packages.files(connection, scope, logged_models.package(model), _MAX_FILES)
        total = sum(file.size for file in files)
        sources.append(OfCandidate(f"models:/{name}", Kind.LOGGED_MODEL, model.name, len(files), total))
    return sources
