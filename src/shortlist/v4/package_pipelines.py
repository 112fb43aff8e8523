"""The pipelines that packages came from: the one that made a candidate, else the last that uploaded."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.connected import lookups
from shortlist.packages import registry, rules
from shortlist.packages.types import Package
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
    made = {
        int(item.version): item.id for item in packages if rules.has_candidate(item.ref) and item.version.isdigit()
    }
    found = {made[iid]: origin for iid, origin in origins.of_candidates(connection, scope, list(made)).items()}
    for package_id, job in registry.last_jobs(connection, scope, packages).items():
        found[package_id] = origins.proved(job.facts, job.issuer, job.recorded_at)
    return found
