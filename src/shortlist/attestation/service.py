"""Attestations of model versions, signed with the key of this server."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import Scope
from shortlist.attestation import dsse, store
from shortlist.attestation.statement import Made, statement
from shortlist.attestation.types import Envelope, SigningKey
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.models import places
from shortlist.models.types import VersionRecord
from shortlist.packages import service as packages
from shortlist.provenance import origins
from shortlist.tracking import candidates, store_candidates

MAX_FILES = 10_000


async def obtain_key(database: Database) -> SigningKey:
    """The key of this server; the first who asks makes it."""
    found = await database.read(store.key)
    if found is not None:
        return found
    made = dsse.new_key()

    def work(connection: Connection) -> SigningKey:
        store.add_key(connection, made, now_ms())
        return store.key(connection) or made

    return await database.write(work)


def attest(connection: Connection, scope: Scope, record: VersionRecord, key: SigningKey, project_url: str) -> Envelope:
    """What is known of the files of a version, signed. Who may not see experiments learns nothing of the candidate.

    Raises:
        InvalidValue: its files are not kept here, or there are none, or too many.
    """
    place = places.of_version(connection, scope, record, "")
    files, truncated = packages.files(connection, scope, place.package, MAX_FILES, place.path)
    if not files:
        raise InvalidValue("This version has no files yet that could be attested.", field="version")
    if truncated:
        raise InvalidValue(f"This version has more than {MAX_FILES} files.", field="version")
    made = _made(connection, scope, record.candidate_iid)
    return dsse.sign(key, msgspec.json.encode(statement(record, files, place.path, made, project_url)))


def _made(connection: Connection, scope: Scope, iid: int | None) -> Made | None:
    seen = decide(scope.actor, Action.EXPERIMENT_READ, scope.project).outcome is Outcome.ALLOWED
    found = store_candidates.by_iids(connection, scope, [iid]) if iid is not None and seen else []
    if not found:
        return None
    data = candidates.data(connection, scope, [found[0].iid])[found[0].iid]
    return Made(found[0], data, origins.of_candidates(connection, scope, [found[0].iid]).get(found[0].iid))
