"""Groups deleted with all that is in them, restored, and removed for good. Functions run in the caller's transaction.

Deleting marks the group, the groups below it and their projects with the same beginning and the group's id, so that
restoring brings back what this deletion took, and not what was deleted before it.
"""

from sqlalchemy import Connection

from shortlist.access.scope import SERVER, Author
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import InvalidValue, PermissionDenied
from shortlist.identity import store as users
from shortlist.projects import groups, redirects, rules, service, store, store_groups
from shortlist.projects.types import Namespace


def delete(connection: Connection, author: Author, group: Namespace) -> None:
    """Begin the grace period of a group: only its owners see it and what is in it, and they can restore it.

    Raises:
        InvalidValue: it has begun already.
    """
    if group.deleted_at is not None:
        raise InvalidValue("The group is being deleted already.", field="group")
    homes = [item.id for item in store_groups.descendants(connection, group.id)]
    begun = {"deleted_at": now_ms(), "deleted_with": group.id}
    store_groups.mark(connection, homes, begun)
    store.mark(connection, homes, begun)
    groups.record(connection, author, "group:delete", group)


def restore(connection: Connection, author: Author, group: Namespace) -> None:
    """End the grace period without deleting.

    Raises:
        InvalidValue: the group is not being deleted, or a group above it is.
    """
    if group.deleted_at is None:
        raise InvalidValue("The group is not being deleted.", field="group")
    if group.deleted_with != group.id:
        above = store_groups.namespace_by_id(connection, group.deleted_with or 0)
        name = "above it" if above is None else above.full_path
        raise InvalidValue(f"The group {name} is being deleted; restore that.", field="group")
    store_groups.unmark(connection, group.id)
    store.unmark(connection, group.id)
    groups.record(connection, author, "group:restore", group)


def purge(connection: Connection, author: Author, group: Namespace) -> None:
    """Remove for good a group whose grace period has begun, with all that is in it.

    Raises:
        PermissionDenied: it has not been deleted first.
    """
    if group.deleted_at is None:
        raise PermissionDenied("Delete the group first; then it can be removed for good.", field="group")
    below = store_groups.descendants(connection, group.id)
    for project_id, _, _ in store.in_namespaces(connection, [item.id for item in below]):
        service.purge(connection, author, service.get(connection, author.actor, project_id))
    for item in reversed(below):
        _remove(connection, author, item)


def purge_expired(database: Database) -> int:
    """Remove for good the groups whose grace period is over, each in a transaction of its own; returns how many.

    Their projects, which began with them, have gone before in transactions of their own (`service.purge_expired`).
    """
    before = now_ms() - rules.GRACE_MILLISECONDS

    def work(connection: Connection, group_id: int) -> int:
        # Read again: somebody may have restored it since it was listed.
        found = store_groups.namespace_by_id(connection, group_id)
        if found is None or group_id not in store_groups.deleted_before(connection, before):
            return 0
        purge(connection, SERVER, found)
        return 1

    listed = database.read_now(lambda connection: store_groups.deleted_before(connection, before))
    return sum(
        database.write_now(lambda connection, group_id=group_id: work(connection, group_id)) for group_id in listed
    )


def _remove(connection: Connection, author: Author, group: Namespace) -> None:
    groups.record(connection, author, "group:purge", group)
    for token in users.tokens_of_place(connection, ("group", "deploy"), group_id=group.id):
        users.revoke_token(connection, token.id, now_ms())
    redirects.forget(connection, "group", group.id)
    store_groups.remove_namespace(connection, group.id)
