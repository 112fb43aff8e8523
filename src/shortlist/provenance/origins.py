"""Where candidates came from: noted when they are created, and proved once and for all or not at all.

Functions run inside a transaction that the caller opened.
"""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Proof, Scope
from shortlist.clock import now_ms
from shortlist.provenance import claims, reported, store
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.types import Facts, Origin

# What a client may add to a proved job, marked as its own word: the token does not say these.
_ADDED = (
    "merge_request",
    "merge_request_title",
    "source_branch",
    "target_branch",
    "job_name",
    "user_name",
)


def note_created(connection: Connection, scope: Scope, iid: int, metadata: Mapping[str, str]) -> None:
    """Note where a new candidate came from: the proof of the caller, if there is one, else its metadata."""
    origin = _origin(scope.actor.proof, scope, reported.facts(metadata))
    if origin is not None:
        store.add_origin(connection, scope.project_id, iid, origin)


def note_metadata(connection: Connection, scope: Scope, iid: int, metadata: Mapping[str, str]) -> None:
    """Note what the metadata of a candidate says after a change (all of it, or at least `reported.KEYS`).

    What is proved stays as it is, whoever asks: only the job's own token, at the creation, could say it.
    """
    known = store.origins(connection, scope.project_id, [iid]).get(iid)
    said = reported.facts(metadata)
    if known is not None and known.proven:
        proved = _only(known.facts, known.proven)
        store.put_origin(
            connection, scope.project_id, iid, msgspec.structs.replace(known, facts=_with_added(proved, said))
        )
    elif said is not None and reported.links(said):
        store.put_origin(connection, scope.project_id, iid, Origin(facts=said, recorded_at=now_ms()))
    elif known is not None:
        store.remove_origin(connection, scope.project_id, iid)


def of_candidates(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, Origin]:
    """Where candidates came from, by iid, of those of which something is known. One statement."""
    return store.origins(connection, scope.project_id, iids)


def proved(facts: Mapping[str, str], issuer: str, recorded_at: int) -> Origin:
    """What is known of a job from nothing but what its issuer said."""
    known = Facts(**facts)
    return Origin(facts=known, proven=claims.proven_by(known), issuer=issuer, recorded_at=recorded_at)


def _origin(proof: Proof | None, scope: Scope, said: Facts | None) -> Origin | None:
    if proof is None or proof.project_id != scope.project_id:
        return None if said is None or not reported.links(said) else Origin(facts=said, recorded_at=now_ms())
    proved = Facts(**proof.facts)
    return Origin(
        facts=_with_added(proved, said),
        proven=claims.proven_by(proved),
        issuer=proof.issuer,
        publisher_id=proof.publisher_id,
        token_id=proof.token_id,
        recorded_at=now_ms(),
    )


def _only(facts: Facts, names: frozenset[str]) -> Facts:
    kept = {name: getattr(facts, name) for name in names}
    return Facts(system=facts.system, server=facts.server, **kept)


def _with_added(proved: Facts, said: Facts | None) -> Facts:
    """Proved facts, with what the client says of the same job where the token is silent."""
    if said is None or not _same_job(proved, said):
        return proved
    added = {name: getattr(said, name) for name in _ADDED if not getattr(proved, name)}
    whole = msgspec.structs.replace(proved, **added)
    system = SYSTEMS.get(proved.system)
    # Addresses are made of the proved server and project, so that what a client says cannot lead elsewhere.
    return whole if system is None else claims.with_links(system, whole)


def _same_job(proved: Facts, said: Facts) -> bool:
    """Facts of another job are no facts of this one."""
    pairs = ((getattr(proved, name), getattr(said, name)) for name in ("job", "pipeline", "project", "merge_request"))
    return all(not ours or not theirs or ours == theirs for ours, theirs in pairs)
