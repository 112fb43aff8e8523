"""What is looked up for candidates, and what the answers change. Functions run inside a transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from shortlist.connected import rules, store
from shortlist.connected.types import Key, Kind, Looked, Lookup
from shortlist.db import changes
from shortlist.provenance import store as provenance_store
from shortlist.provenance.types import Facts, Origin

MAX_CANDIDATES = 1_000


def known_projects(connection: Connection, project_id: int, url: str) -> list[str]:
    """The CI projects of this GitLab whose jobs have signed in to a project, in small letters."""
    return rules.known_projects(url, provenance_store.publishers(connection, project_id))


def want(connection: Connection, project_id: int, url: str, iids: Sequence[int], now: int, *, again: bool) -> None:
    """Ask for what was never asked of the jobs of candidates; with `again` also for what is no longer fresh."""
    projects = known_projects(connection, project_id, url)
    if not projects:
        return
    origins = provenance_store.origins(connection, project_id, iids)
    keys = sorted({key for origin in origins.values() for key in rules.keys_of(origin, url, projects)})
    known = store.lookups(connection, project_id, keys)
    store.note_wanted(connection, project_id, [key for key in keys if key not in known], now)
    for key, lookup in known.items():
        if again and rules.is_stale(lookup, now):
            store.set_due(connection, project_id, key, now)


def answered(connection: Connection, lookup: Lookup, url: str, looked: Looked, now: int) -> None:
    """Keep an answer, and what it says of the candidates that it is about."""
    project_id, key = lookup.project_id, lookup.key
    store.put_answer(connection, project_id, key, looked, now, rules.due_after(looked, now))
    places = store.candidates_of(connection, project_id, key, MAX_CANDIDATES)
    found = provenance_store.origins(connection, project_id, list(places))
    following: set[Key] = set()
    for iid, origin in found.items():
        richer = rules.enriched(origin, url, key, looked)
        if richer != origin:
            provenance_store.put_origin(connection, project_id, iid, richer)
        following.update(rules.keys_of(richer, url, [key.project]))
        if richer != origin or looked != lookup.looked:
            changes.note(connection, project_id, places[iid], iid)
    store.note_wanted(connection, project_id, sorted(following - {key}), now)


def of_origins(connection: Connection, project_id: int, origins: Iterable[Origin]) -> dict[Key, Lookup]:
    """What is stored of the jobs, pipelines and merge requests of these. One statement at most."""
    facts = (origin.facts for origin in origins if origin.facts.system == rules.SYSTEM)
    wanted = {key_of(item, kind) for item in facts for kind in rules.KINDS}
    return store.lookups(connection, project_id, (key for key in wanted if key.number))


def key_of(facts: Facts, kind: Kind) -> Key:
    """Where what is looked up of these facts is stored; without a number it is nowhere."""
    return Key(kind, facts.project.lower(), str(getattr(facts, kind)))
