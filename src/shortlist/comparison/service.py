"""Comparing candidates. `compare` runs inside a transaction that the caller opened; what it reads of metrics is what
has been folded (`search.fresh.folded` folds first)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.comparison import environment, rules
from shortlist.comparison.types import Compared, Comparison, Image, TextRow
from shortlist.errors import InvalidValue, NotFound
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Latest
from shortlist.packages import service as packages
from shortlist.packages.contents import Storage
from shortlist.packages.types import PackageFile
from shortlist.ranking import service as ranking
from shortlist.tracking import candidates as tracking
from shortlist.tracking import store_candidates, store_experiments
from shortlist.tracking.types import CandidateRecord, DatasetInput
from shortlist.tracking.wellknown import DATASET_CONTEXT

MAX_CANDIDATES = 100
_MAX_CELLS = 20_000
_MAX_FILES = 2_000
_MAX_IMAGES = 3_000
_MAX_TABLES = 1_000
MAX_TABLE_BYTES = 2 * 1024 * 1024
_MAX_ENVIRONMENT_BYTES = 256 * 1024


def records(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[CandidateRecord]:
    """The candidates to compare, each once, in the order given.

    Raises:
        InvalidValue: none or too many. NotFound: one that is not in this project.
    """
    wanted = list(dict.fromkeys(iids))
    if not 1 <= len(wanted) <= MAX_CANDIDATES:
        raise InvalidValue(f"Between 1 and {MAX_CANDIDATES} candidates can be compared.", field="candidates")
    found = store_candidates.by_iids(connection, scope, wanted)
    missing = sorted(set(wanted) - {record.iid for record in found})
    if missing:
        raise NotFound(f"There is no candidate {missing[0]} in this project.", field="candidates")
    return found


def compare(connection: Connection, scope: Scope, iids: Sequence[int]) -> Comparison:
    """The comparison of candidates, the first of which is the baseline. Raises what `records` raises.

    The goal is that of the baseline's experiment, whatever experiments the others are of.
    """
    found = records(connection, scope, iids)
    order = [record.iid for record in found]
    experiments = list(dict.fromkeys(record.experiment_iid for record in found))
    chosen = ranking.among(connection, scope, [record.experiment_iid for record in found], order)
    compared = [Compared(record, chosen.scores.get(record.iid), chosen.ranks.get(record.iid)) for record in found]
    data = tracking.data(connection, scope, order)
    rows, omitted = rules.metric_rows(
        compared,
        chosen.answer.goal,
        metrics.latest(connection, scope, order),
        _at_step(connection, scope, compared),
        _MAX_CELLS // len(order),
    )
    metadata = [data[iid].metadata for iid in order]
    code = rules.code_rows(metadata)
    listed = {record.iid: files(connection, scope, record) for record in found}
    pictures = [image for iid in order for image, _ in images(iid, listed[iid])]
    return Comparison(
        answer=chosen.answer,
        experiments=[(item.iid, item.name) for item in store_experiments.by_iids(connection, scope, experiments)],
        candidates=compared,
        metrics=rows,
        omitted=omitted,
        params=rules.text_rows([data[iid].params for iid in order]),
        metadata=rules.text_rows([rules.plain_metadata(pairs) for pairs in metadata]),
        datasets=rules.text_rows([_datasets(data[iid].datasets) for iid in order]),
        code=code,
        code_url=rules.code_url(code),
        images=pictures[:_MAX_IMAGES],
        diffs=[(iid, file.path) for iid in order for file in listed[iid] if rules.is_diff(file.path)],
        tables=_tables(listed),
        environment_files=[(iid, file) for iid in order for file in _environment_files(listed[iid])],
    )


def _at_step(connection: Connection, scope: Scope, compared: Sequence[Compared]) -> dict[int, list[Latest]]:
    steps = {
        item.record.iid: item.score.step
        for item in compared
        if item.rank is not None and item.score is not None and item.score.step is not None
    }
    return metrics.values_at(connection, scope, steps) if steps else {}


def images(iid: int, listed: Sequence[PackageFile]) -> list[tuple[Image, PackageFile]]:
    """The pictures among the files of a candidate."""
    return [(image, file) for file in listed if (image := rules.image_of(iid, file.path)) is not None]


def files(connection: Connection, scope: Scope, record: CandidateRecord) -> list[PackageFile]:
    """The first of the files that a candidate logged."""
    package = packages.candidate_package(record.experiment_iid, record.iid)
    return packages.files(connection, scope, package, _MAX_FILES)[0]


def _tables(files: Mapping[int, Sequence[PackageFile]]) -> list[tuple[int, str]]:
    found = [
        (iid, file.path)
        for iid, listed in files.items()
        for file in listed
        if file.size <= MAX_TABLE_BYTES and rules.is_table(file.path)
    ]
    return found[:_MAX_TABLES]


def _datasets(datasets: Sequence[DatasetInput]) -> dict[str, str]:
    """Digest by name and use, such as `digits (training)`."""
    named: dict[str, str] = {}
    for item in datasets:
        context = item.tags.get(DATASET_CONTEXT)
        name = f"{item.name} ({context})" if context else item.name
        named[name] = f"{named[name]}, {item.digest}" if name in named else item.digest
    return named


def _environment_files(files: Sequence[PackageFile]) -> list[PackageFile]:
    by_path = {file.path: file for file in files if file.size <= _MAX_ENVIRONMENT_BYTES}
    return [by_path[path] for path in rules.environment_paths(by_path)]


async def environments(storage: Storage, comparison: Comparison) -> list[TextRow]:
    """The packages of each candidate's environment, from the files that it logged.

    Raises:
        Unavailable: the store failed.
    """
    parts: dict[int, list[dict[str, str]]] = {item.record.iid: [] for item in comparison.candidates}
    texts: dict[str, str] = {}
    for iid, file in comparison.environment_files:
        if file.location not in texts:
            content = b"".join([block async for block in await packages.read(storage, file)])
            texts[file.location] = content.decode("utf-8", "replace")
        parts[iid].append(environment.packages(texts[file.location], conda=not file.path.endswith(".txt")))
    return rules.text_rows([environment.merged(parts[item.record.iid]) for item in comparison.candidates])


def names(comparison: Comparison) -> Mapping[int, str]:
    return {item.record.iid: item.record.name for item in comparison.candidates}
