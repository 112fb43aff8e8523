"""What a transaction changed, noted while it runs and told after it is durable: what open pages are woken by.

A note that is told although its savepoint was rolled back costs a page one look at what is the same; one that is
missing would leave a page stale. So nothing here tries to be exact.
"""

from collections.abc import Generator
from contextlib import contextmanager
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


@contextmanager
def gathered(connection: Connection) -> Generator[None]:
    """Around a transaction: what it notes and does not commit is forgotten."""
    info = connection.info  # a connection that is lost meanwhile would not give it
    info.pop(_KEY, None)
    try:
        yield
    finally:
        info.pop(_KEY, None)


def take(connection: Connection) -> frozenset[Change]:
    """What the transaction noted."""
    return frozenset(connection.info.pop(_KEY, ()))


def pending(connection: Connection, project_id: int, experiment_iid: int) -> set[int | None]:
    """The candidates of an experiment that this transaction has noted so far; it alone sees what became of them."""
    noted: set[Change] = connection.info.get(_KEY, set())
    return {change.candidate_iid for change in noted if change[:2] == (project_id, experiment_iid)}
