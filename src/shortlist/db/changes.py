"""What a transaction changed, noted while it runs and told after it is durable: what open pages are woken by.

A note that is told although its savepoint was rolled back costs a page one look at what is the same; one that is
missing would leave a page stale. So nothing here tries to be exact.
"""

from typing import NamedTuple

from sqlalchemy import Connection

_KEY = "shortlist_changes"


class Change(NamedTuple):
    """Something of an experiment is different. `candidate_iid` is None where it is not one candidate alone."""

    project_id: int
    experiment_iid: int
    candidate_iid: int | None = None


def note(connection: Connection, project_id: int, experiment_iid: int, candidate_iid: int | None = None) -> None:
    """To be called inside a writing transaction."""
    connection.info.setdefault(_KEY, set()).add(Change(project_id, experiment_iid, candidate_iid))


def begin(connection: Connection) -> None:
    """Forget what an earlier transaction of this connection noted and then did not commit."""
    connection.info.pop(_KEY, None)


def take(connection: Connection) -> frozenset[Change]:
    """What was noted since `begin`."""
    return frozenset(connection.info.pop(_KEY, ()))
