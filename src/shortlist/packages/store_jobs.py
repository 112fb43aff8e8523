"""SQL on the CI jobs that uploaded to packages."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import Connection, select

from shortlist.access.scope import Proof, Scope
from shortlist.db.dialect import among, upsert
from shortlist.packages.tables import package_job
from shortlist.packages.types import UploadingJob


def put(connection: Connection, scope: Scope, proofs: Mapping[int, Proof], now: int) -> None:
    """Note the last job of each package, by id."""
    rows = [
        {
            "project_id": scope.project_id,
            "package_id": package_id,
            "issuer": proof.issuer,
            "facts": msgspec.json.encode(proof.facts).decode(),
            "recorded_at": now,
        }
        for package_id, proof in proofs.items()
    ]
    if rows:
        upsert(connection, package_job, rows)


def last(connection: Connection, scope: Scope, package_ids: Collection[int]) -> dict[int, UploadingJob]:
    """The last job of each of these packages to which one uploaded. One statement."""
    here = package_job.c
    statement = select(here.package_id, here.issuer, here.facts, here.recorded_at).where(
        here.project_id == scope.project_id, among(connection, here.package_id, list(package_ids))
    )
    return {
        row.package_id: UploadingJob(row.issuer, msgspec.json.decode(row.facts, type=dict[str, str]), row.recorded_at)
        for row in connection.execute(statement)
    }
