"""Requests that write candidates of one project at the same time share a transaction, with one statement for what each
would else send its own: on PostgreSQL most of a small write is sending it, and who writes alone makes all others wait
for the rows that everybody needs, the next number and the experiment's revision.
"""

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.db.together import Together
from shortlist.metrics.types import CandidateKey, Points
from shortlist.tracking import candidates, logs
from shortlist.tracking.candidates import Creation, Edit
from shortlist.tracking.logs import Logged, LoggedPoints
from shortlist.tracking.types import Batch, CandidateChange, CandidateRecord, NewCandidate

# Payloads up to so many bytes are sent in one array with those of others; a larger one, which would be held several
# times there, is its own statement.
_MOST_SHARED_BYTES = 4096


class CandidateWrites:
    """For one event loop. Each raises what the function raises that it is named after, for its request alone;
    Unavailable: the database failed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._creations: Together[Creation, CandidateRecord] = Together(database, candidates.create_all)
        self._edits: Together[Edit, CandidateRecord] = Together(database, candidates.change_all)
        self._logs: Together[Logged, CandidateKey] = Together(database, logs.log_all)

    async def create(self, scope: Scope, new: NewCandidate) -> CandidateRecord:
        return await self._creations.write(scope.project_id, Creation(scope, new))

    async def change(self, scope: Scope, external_id: str, change: CandidateChange) -> CandidateRecord:
        return await self._edits.write(scope.project_id, Edit(scope, external_id, change))

    async def log_batch(self, scope: Scope, external_id: str, batch: Batch, points: Points | None) -> CandidateKey:
        return await self._logs.write(scope.project_id, Logged(scope, external_id, batch, points))

    async def log_points(self, scope: Scope, external_id: str, payload: bytes) -> None:
        """Append `Points.encode()` to a candidate by its canonical external id."""
        logged = LoggedPoints(scope, external_id, payload)
        if len(payload) <= _MOST_SHARED_BYTES:
            await self._database.append_beside_others(logs.log_points, scope.project_id, logged)
        else:
            await self._database.append(lambda connection: logs.log_points(connection, [logged]))
