"""The candidates that differ least from one: what changed between them and it, and what that did."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.comparison import store
from shortlist.ranking import service as ranking
from shortlist.ranking.types import Goal, Score
from shortlist.tracking import candidates, store_candidates
from shortlist.tracking.types import CandidateRecord

MAX_NEAREST = 6
# Who differs in more is another training, not a neighbour.
MAX_DIFFERENCES = 3
_AROUND = 10_000
_LOOKED_AT = 60


class Difference(msgspec.Struct, frozen=True):
    """A parameter that two candidates do not share; None where one has none of the name."""

    key: str
    here: str | None
    there: str | None


class Neighbour(msgspec.Struct, frozen=True):
    """`score` and `rank` are by the goal of the experiment. No differences mean a repetition."""

    record: CandidateRecord
    differences: Sequence[Difference]
    score: Score | None
    rank: int | None


class Neighbourhood(msgspec.Struct, frozen=True):
    """The candidates nearest to one, fewest differences first, then by rank. `score` is its own."""

    goal: Goal | None
    score: Score | None
    neighbours: Sequence[Neighbour]


def nearest(connection: Connection, scope: Scope, record: CandidateRecord) -> Neighbourhood:
    """Whom a candidate of an experiment is nearest to by its parameters, in a fixed number of statements."""
    sharing = store.sharing(connection, scope, record, around=_AROUND, limit=_LOOKED_AT)
    params = candidates.params(connection, scope, [record.iid, *(iid for iid, _ in sharing)])
    own = params.pop(record.iid)
    apart = {iid: differences(own, theirs) for iid, theirs in params.items()}
    near = [iid for iid, found in apart.items() if len(found) <= MAX_DIFFERENCES]
    chosen = ranking.among(connection, scope, [record.experiment_iid] * (1 + len(near)), [record.iid, *near])
    last = len(chosen.scores) + 1 + len(near)
    near.sort(key=lambda iid: (len(apart[iid]), chosen.ranks.get(iid, last), -iid))
    records = store_candidates.by_iids(connection, scope, near[:MAX_NEAREST])
    return Neighbourhood(
        chosen.answer.goal,
        chosen.scores.get(record.iid),
        [
            Neighbour(other, apart[other.iid], chosen.scores.get(other.iid), chosen.ranks.get(other.iid))
            for other in records
        ],
    )


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[Difference]:
    """The parameters in which two candidates differ, by name."""
    keys = sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))
    return [Difference(key, here.get(key), there.get(key)) for key in keys]
