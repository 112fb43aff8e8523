"""Which candidates a person has starred, which nobody else sees. Functions run in a transaction of the caller."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.tracking import candidates, store_stars


def put(connection: Connection, scope: Scope, iid: int, *, starred: bool) -> None:
    """Star a candidate for the caller, or take the star away; doing so twice changes nothing.

    Raises:
        NotFound: the project has no such candidate.
    """
    candidates.get_by_iid(connection, scope, iid)
    if scope.actor.user_id is not None:
        change = store_stars.add if starred else store_stars.remove
        change(connection, scope, iid, scope.actor.user_id)


def among(connection: Connection, scope: Scope, iids: Sequence[int]) -> set[int]:
    """Those that the caller has starred. One statement, and none for a caller without an account."""
    if scope.actor.user_id is None or not iids:
        return set()
    return store_stars.of_user(connection, scope, iids, scope.actor.user_id)
