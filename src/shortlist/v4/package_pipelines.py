"""The pipelines that packages came from: their candidate's, also of a model version, else the last to upload."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from shortlist.access.policy import can_see_feature
from shortlist.access.roles import Feature
from shortlist.access.scope import Scope
from shortlist.connected import lookups
from shortlist.models import store_versions
from shortlist.packages import registry, rules
from shortlist.packages.types import Package, PackageType
from shortlist.provenance import origins
from shortlist.provenance.types import Origin
from shortlist.v4 import ci_shapes


def of_packages(connection: Connection, scope: Scope, packages: Sequence[Package]) -> dict[int, dict[str, Any]]:
    """By the id of the package, of those of which one is known. A fixed number of statements."""
    found = _origins(connection, scope, packages)
    looked_up = lookups.of_origins(connection, scope.project_id, found.values())
    return {
        package_id: {
            **ci_shapes.pipeline(origin, looked_up),
            "project_id": scope.project_id,
            "verified": "pipeline" in origin.proven,
        }
        for package_id, origin in found.items()
        if origin.facts.pipeline
    }


def _origins(connection: Connection, scope: Scope, packages: Sequence[Package]) -> dict[int, Origin]:
    makers = _makers(connection, scope, packages)
    known = origins.of_candidates(connection, scope, sorted(set(makers.values())))
    found = {package_id: known[iid] for package_id, iid in makers.items() if iid in known}
    for package_id, job in registry.last_jobs(connection, scope, packages).items():
        found.setdefault(package_id, origins.proved(job.facts, job.issuer, job.recorded_at))
    return found


def _makers(connection: Connection, scope: Scope, packages: Sequence[Package]) -> dict[int, int]:
    """The iids of the candidates whose files packages hold, or from which their model versions were made."""
    found = {
        item.id: int(item.version) for item in packages if rules.has_candidate(item.ref) and item.version.isdigit()
    }
    # Whoever sees models need not see experiments, and what is told here is a candidate's.
    if can_see_feature(scope.actor, scope.project, Feature.MODEL_EXPERIMENTS):
        of_versions = {
            (item.name, item.version): item.id
            for item in packages
            if item.type is PackageType.ML_MODEL and not rules.is_of_candidates(item.name)
        }
        made = store_versions.makers(connection, scope, of_versions)
        found |= {of_versions[name]: iid for name, iid in made.items()}
    return found
