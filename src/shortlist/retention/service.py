"""A project's rule: read, changed, tried, and applied. Functions run inside a transaction that the caller opened.

What is deleted is deleted softly: a candidate can be restored, but not its files, whose bytes a sweep frees.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Author, Scope
from shortlist.audit import service as audit
from shortlist.errors import InvalidValue
from shortlist.packages import service as packages
from shortlist.ranking import service as ranking
from shortlist.retention import store
from shortlist.retention.types import Doomed, Plan, Rule
from shortlist.tracking import candidates

DAY_MS = 24 * 3_600_000
MAX_DAYS, MAX_BEST = 36_500, 100_000


def rule(connection: Connection, scope: Scope) -> Rule | None:
    """The project's rule; None: nothing is deleted by itself."""
    return store.rule(connection, scope)


def set_rule(connection: Connection, author: Author, scope: Scope, wanted: Rule | None) -> Rule | None:
    """Set the rule, or end it with None.

    Raises:
        InvalidValue: a number out of its bounds.
    """
    before = store.rule(connection, scope)
    if wanted is None:
        store.remove(connection, scope)
    else:
        check(wanted)
        store.put(connection, scope, wanted)
    if wanted != before:
        _record(
            connection,
            author,
            scope,
            "retention:change",
            before=before and msgspec.structs.asdict(before),
            after=wanted and msgspec.structs.asdict(wanted),
        )
    return wanted


def check(wanted: Rule) -> None:
    """Raises InvalidValue: a number out of its bounds."""
    if not 1 <= wanted.delete_after_days <= MAX_DAYS:
        raise InvalidValue(f"The days must be between 1 and {MAX_DAYS}.", field="delete_after_days")
    if not 0 <= wanted.keep_best <= MAX_BEST:
        raise InvalidValue(f"How many are kept must be between 0 and {MAX_BEST}.", field="keep_best")


def plan(connection: Connection, scope: Scope, wanted: Rule, now: int) -> Plan:
    """What a rule would delete at a time, in milliseconds. It changes nothing."""
    old = store.old(connection, scope, now - wanted.delete_after_days * DAY_MS)
    if not old:
        return Plan([])
    iids = [item.iid for item in old]
    marked = store.marked(connection, scope, iids)
    promoted = store.promoted(connection, scope, iids) if wanted.keep_promoted else set[int]()
    starred = store.starred(connection, scope, iids) if wanted.keep_starred else set[int]()
    best: set[int] = set()
    if wanted.keep_best:
        for experiment_iid in sorted({item.experiment_iid for item in old}):
            best |= _best(connection, scope, experiment_iid, wanted.keep_best)
    kept = marked | promoted | starred | best
    deleted = [item for item in old if item.iid not in kept]
    return Plan(
        deleted,
        going=len(deleted),
        kept_best=len(best.intersection(iids)),
        kept_promoted=len(promoted),
        kept_starred=len(starred),
        kept_marked=len(marked),
    )


def _best(connection: Connection, scope: Scope, experiment_iid: int, most: int) -> set[int]:
    """The best of an experiment by its goal; where it has none, nothing says which to keep, so all of it is."""
    standing = ranking.standing(connection, scope, experiment_iid)
    count = min(most, standing.ranked) if standing.goal is not None else len(standing.scores)
    return {score.iid for score in standing.scores[:count]}


def delete(connection: Connection, author: Author, scope: Scope, doomed: Sequence[Doomed]) -> int:
    """Delete candidates and their files; how many of them were not deleted before."""
    done: list[int] = []
    for item in doomed:
        record = candidates.get_by_iid(connection, scope, item.iid)
        if record.deleted_at is None:
            candidates.delete(connection, scope, record)
            packages.delete_tree(connection, scope, packages.candidate_package(item.experiment_iid, item.iid), "")
            done.append(item.iid)
    if done:
        _record(connection, author, scope, "retention:delete", candidates=done)
    return len(done)


def _record(connection: Connection, author: Author, scope: Scope, action: str, **details: object) -> None:
    audit.record_of_project(connection, author, scope.project_id, scope.project.full_path, action, **details)
