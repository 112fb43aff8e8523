"""Registered models and their versions as pages and the API show them, in a fixed number of statements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound
from shortlist.identity import service as identity
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Latest
from shortlist.models import models, places, store_models, store_versions, versions
from shortlist.models.types import ModelRecord, Version, VersionRecord
from shortlist.packages import service as packages
from shortlist.provenance import origins
from shortlist.provenance.types import Origin
from shortlist.ranking.rules import most_telling
from shortlist.search import registry as search
from shortlist.search.text import name_contains
from shortlist.search.types import RegistrySearch
from shortlist.tracking import candidates, experiments, roots, store_candidates
from shortlist.tracking.types import CandidateRecord
from shortlist.web import ci, translate, wire, wire_models

MAX_LISTED_VERSIONS = 500
MAX_LISTED_FILES = 2000
MAX_LISTED_METRICS = 20


def model_list(connection: Connection, scope: Scope, query: wire_models.ModelQuery) -> wire_models.ModelList:
    """A page of models, the one that changed last first."""
    asked = RegistrySearch(
        filter=name_contains(query.search),
        order_by=["updated DESC"],
        max_results=query.max_results,
        page_token=query.page_token,
    )
    page = search.models(connection, scope, asked)
    return wire_models.ModelList(
        _models(connection, scope, store_models.by_iids(connection, scope, page.iids)), page.next_page_token
    )


def _models(connection: Connection, scope: Scope, records: Sequence[ModelRecord]) -> list[wire_models.Model]:
    iids = [record.iid for record in records]
    counts = store_versions.counts(connection, scope, iids)
    aliases = store_models.aliases_of(connection, scope, iids)
    latest = dict(store_versions.latest_places(connection, scope, iids))
    wanted = {(iid, number) for iid, numbers in aliases.items() for number in numbers.values()}
    found = versions_at(connection, scope, sorted(wanted | set(latest.items())))
    users = identity.shown_names(connection, {item.created_by for item in records if item.created_by is not None})
    return [
        wire_models.Model(
            iid=item.iid,
            name=item.name,
            description=item.description,
            created_at=item.created_at,
            updated_at=item.updated_at,
            created_by=None if item.created_by is None else users.get(item.created_by),
            versions=counts.get(item.iid, 0),
            latest=found.get((item.iid, latest.get(item.iid, 0))),
            aliased=[link for place, link in found.items() if place[0] == item.iid and link.aliases],
        )
        for item in records
    ]


def versions_at(
    connection: Connection, scope: Scope, where: Sequence[store_versions.Place]
) -> dict[store_versions.Place, wire.VersionLink]:
    """Links to the versions at these places, by place. Three statements."""
    loaded = versions.load(connection, scope, store_versions.by_places(connection, scope, where))
    return {(item.record.model_iid, item.record.number): _link(item) for item in loaded}


def made_from(connection: Connection, scope: Scope, candidate_iid: int) -> list[wire.VersionLink]:
    """The versions that were made from a candidate, where the caller may see the registry."""
    if not _may(scope, Action.MODEL_READ):
        return []
    loaded = versions.load(connection, scope, store_versions.of_candidate(connection, scope, candidate_iid))
    return [_link(item) for item in loaded]


def _link(version: Version) -> wire.VersionLink:
    record = version.record
    return wire.VersionLink(record.model_iid, record.model_name, record.number, record.semver, version.aliases)


def model(connection: Connection, scope: Scope, iid: int) -> wire_models.Model:
    return _models(connection, scope, [models.get_by_iid(connection, scope, iid)])[0]


def model_page(connection: Connection, scope: Scope, iid: int) -> wire_models.ModelPage:
    """A model with its newest versions and the last metrics of the candidates that they were made from."""
    shown = model(connection, scope, iid)
    records = store_versions.newest(connection, scope, iid, MAX_LISTED_VERSIONS + 1)
    loaded = versions.load(connection, scope, records[:MAX_LISTED_VERSIONS])
    makers = _makers(connection, scope, [item.record for item in loaded])
    latest = metrics.latest(connection, scope, list(makers))
    telling = _most_telling(latest.values())
    origin = origins.of_candidates(connection, scope, list(makers))
    users = _authors(connection, records)
    return wire_models.ModelPage(
        model=shown,
        metadata=_pairs(store_models.metadata_of(connection, scope, [iid])[iid]),
        versions=[
            wire_models.VersionRow(
                number=item.record.number,
                version=item.record.semver,
                description=item.record.description,
                stage=item.record.stage.value,
                aliases=item.aliases,
                created_at=item.record.created_at,
                created_by=None if item.record.created_by is None else users.get(item.record.created_by),
                candidate=None if made_by is None else translate.link(made_by),
                metrics={}
                if made_by is None
                else {
                    point.key: translate.value(point.value) for point in latest[made_by.iid] if point.key in telling
                },
                ci=_ci(None if made_by is None else origin.get(made_by.iid)),
            )
            for item in loaded
            for made_by in [makers.get(item.record.candidate_iid or 0)]
        ],
        truncated=len(records) > MAX_LISTED_VERSIONS,
    )


def _most_telling(latest: Iterable[Sequence[Latest]]) -> set[str]:
    """The metrics of a list of versions: a page of hundreds of versions with a thousand metrics each is no list."""
    held = Counter(point.key for points in latest for point in points)
    return set(most_telling(held.items())[:MAX_LISTED_METRICS])


def _ci(origin: Origin | None) -> dict[str, str]:
    return {} if origin is None else {"system": origin.facts.system, **ci.columns(origin, None)}


def maker(connection: Connection, scope: Scope, record: VersionRecord) -> CandidateRecord | None:
    """The candidate that a version was made from, where there is one and the caller may see it."""
    return _makers(connection, scope, [record]).get(record.candidate_iid or 0)


def _makers(connection: Connection, scope: Scope, records: Sequence[VersionRecord]) -> dict[int, CandidateRecord]:
    if not _may(scope, Action.EXPERIMENT_READ):
        return {}
    iids = {record.candidate_iid for record in records if record.candidate_iid is not None}
    return {record.iid: record for record in store_candidates.by_iids(connection, scope, sorted(iids))}


def version(connection: Connection, scope: Scope, record: VersionRecord) -> wire_models.Version:
    """Everything on a version's page but the bytes of its files."""
    item = versions.load(connection, scope, [record])[0]
    kept, files, truncated = _files(connection, scope, record)
    users = _authors(connection, [record])
    return wire_models.Version(
        model=record.model_iid,
        name=record.model_name,
        number=record.number,
        version=record.semver,
        description=record.description,
        stage=record.stage.value,
        aliases=item.aliases,
        metadata=_pairs(item.metadata),
        source=record.source,
        location=record.location,
        kept=kept,
        run_id=record.run_id,
        run_link=record.run_link,
        logged_model=record.logged_model_id,
        created_at=record.created_at,
        updated_at=record.updated_at,
        created_by=None if record.created_by is None else users.get(record.created_by),
        candidate=_maker(connection, scope, item),
        files=files,
        files_truncated=truncated,
    )


def _maker(connection: Connection, scope: Scope, item: Version) -> wire_models.VersionCandidate | None:
    record = maker(connection, scope, item.record)
    if record is None:
        return None
    experiment = experiments.get(connection, scope, record.experiment_iid)
    state = "active" if experiment.deleted_at is None else "deleted"
    params = candidates.params(connection, scope, [record.iid])[record.iid]
    return wire_models.VersionCandidate(
        iid=record.iid,
        external_id=record.external_id,
        name=record.name,
        status=record.status.value,
        deleted=record.deleted_at is not None,
        experiment=wire.CandidateLink(experiment.iid, experiment.name, state),
        metrics=[translate.series(series) for series in metrics.summaries(connection, scope, record.iid)],
        params=_pairs(params),
        ci=ci.of_candidate(connection, scope, record.iid),
    )


Kept = Literal["candidate", "logged_model", "version", "elsewhere"]
_KEPT: dict[roots.Owner, Kept] = {
    roots.Owner.CANDIDATE: "candidate",
    roots.Owner.RUN: "candidate",
    roots.Owner.LOGGED_MODEL: "logged_model",
    roots.Owner.MODEL_VERSION: "version",
}


def _files(connection: Connection, scope: Scope, record: VersionRecord) -> tuple[Kept, list[wire.File], bool]:
    """Where the files of a version are, and the first of them, by paths below its root."""
    try:
        place = places.of_version(connection, scope, record, "")
    except (InvalidValue, NotFound):
        return "elsewhere", [], False
    found, truncated = packages.files(connection, scope, place.package, MAX_LISTED_FILES, place.path)
    listed = [translate.file(item) for item in found]
    for item in listed:
        item.path = item.path[len(place.path) :].lstrip("/")
    root = roots.parse(roots.address_of(record.location) or "")
    return "candidate" if root is None else _KEPT[root.owner], listed, truncated


def _authors(connection: Connection, records: Sequence[VersionRecord]) -> dict[int, str]:
    return identity.shown_names(connection, {item.created_by for item in records if item.created_by is not None})


def _pairs(found: Mapping[str, str]) -> list[wire.KeyValue]:
    return [wire.KeyValue(key, value) for key, value in found.items()]


def _may(scope: Scope, action: Action) -> bool:
    return decide(scope.actor, action, scope.project).outcome is Outcome.ALLOWED
