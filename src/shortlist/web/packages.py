"""Packages as pages and the API show them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.connected import lookups
from shortlist.errors import InvalidValue, NotFound
from shortlist.identity import service as identity
from shortlist.logged_models import service as logged_models
from shortlist.models import lookup, places
from shortlist.models.types import VersionRecord
from shortlist.packages import quotas, registry, rules
from shortlist.packages.types import Package, PackageQuery, PackageType
from shortlist.provenance import origins
from shortlist.tracking import candidates
from shortlist.tracking.types import CandidateRecord
from shortlist.web import ci, models, translate, wire_ci, wire_packages

PER_PAGE = 100
MAX_LISTED_FILES = 2000


def package_list(connection: Connection, scope: Scope, asked: wire_packages.PackageQuery) -> wire_packages.PackageList:
    """A page of the packages that the caller may see, the newest first."""
    if not 1 <= asked.page <= 1_000_000:
        raise InvalidValue("A page is a number from 1.", field="page")
    query = PackageQuery(
        type=None if asked.type is None else PackageType(asked.type), search=asked.search, descending=True
    )
    found, total = registry.page(connection, scope, query, PER_PAGE, (asked.page - 1) * PER_PAGE)
    usage = quotas.usage(connection, scope)
    return wire_packages.PackageList(_shown(connection, scope, found), total, usage.kept, usage.limit)


def package_page(connection: Connection, scope: Scope, package_id: int) -> wire_packages.PackagePage:
    """A package, its files by path, its other versions, and what it belongs to."""
    package = registry.get(connection, scope, package_id)
    found, count = registry.files(connection, scope, package, "file_name", MAX_LISTED_FILES)
    version = _version(connection, scope, package)
    if version is None:
        candidate, place = _candidate(connection, scope, package), None
    else:
        candidate, place = models.maker(connection, scope, version), (version.model_iid, version.number)
    return wire_packages.PackagePage(
        package=_shown(connection, scope, [package])[0],
        files=[translate.file(item) for item in found],
        files_truncated=count > len(found),
        versions=_shown(connection, scope, registry.versions(connection, scope, package)),
        candidate=None if candidate is None else translate.link(candidate),
        model_version=None if place is None else models.versions_at(connection, scope, [place]).get(place),
        closed=places.of_package(connection, scope, package.ref).closed is not None,
        ci=_job(connection, scope, package, candidate),
    )


def _shown(connection: Connection, scope: Scope, found: Sequence[Package]) -> list[wire_packages.Package]:
    contents = registry.contents(connection, scope, list(found))
    users = identity.shown_names(connection, {item.created_by for item in found if item.created_by is not None})
    return [
        wire_packages.Package(
            id=item.id,
            type=item.type.value,
            name=item.name,
            version=item.version,
            hidden=item.status.value == "hidden",
            created_at=item.created_at,
            created_by=None if item.created_by is None else users.get(item.created_by),
            downloaded_at=item.downloaded_at,
            files=contents[item.id].files,
            size=contents[item.id].size,
        )
        for item in found
    ]


def _job(
    connection: Connection, scope: Scope, package: Package, candidate: CandidateRecord | None
) -> wire_ci.Ci | None:
    """The job that made the candidate; of what belongs to none, the one that was the last to upload."""
    if candidate is not None:
        return ci.of_candidate(connection, scope, candidate.iid)
    job = registry.last_jobs(connection, scope, [package]).get(package.id)
    if job is None:
        return None
    origin = origins.proved(job.facts, job.issuer, job.recorded_at)
    return ci.shown(origin, lookups.of_origins(connection, scope.project_id, [origin]))


def _candidate(connection: Connection, scope: Scope, package: Package) -> CandidateRecord | None:
    """The candidate whose artifacts these are, or that logged the model whose files they are."""
    if not rules.has_candidate(package.ref):
        return None
    try:
        if package.version.isdigit():
            return candidates.get_by_iid(connection, scope, int(package.version))
        logged = logged_models.find(connection, scope, package.version)
        return candidates.get(connection, scope, logged.candidate_external_id or "")
    except (NotFound, InvalidValue):
        return None


def _version(connection: Connection, scope: Scope, package: Package) -> VersionRecord | None:
    if package.type is not PackageType.ML_MODEL or rules.is_of_candidates(package.name):
        return None
    try:
        return lookup.version(connection, scope, package.name, package.version)
    except (NotFound, InvalidValue):
        return None
