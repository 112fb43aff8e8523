"""Removing everything that a project has, whatever the tables are, and what a person has for themselves."""

from sqlalchemy import Connection, delete, select, union_all, update

from shortlist.db.schema import METADATA

# The audit outlives what it tells about.
_KEPT = frozenset({"audit_event"})


def purge_project(connection: Connection, project_id: int) -> None:
    """Delete a project and every row that begins its key with the project, what refers to others first."""
    tokens, users = METADATA.tables["access_token"], METADATA.tables["user_account"]
    publishers = METADATA.tables["trusted_publisher"]
    bots = union_all(
        select(tokens.c.user_id).where(tokens.c.project_id == project_id),
        select(publishers.c.bot_id).where(publishers.c.project_id == project_id),
    )
    connection.execute(update(users).where(users.c.id.in_(bots), users.c.bot).values(state="deleted"))
    connection.execute(delete(tokens).where(tokens.c.project_id == project_id))
    for table in reversed(METADATA.sorted_tables):
        if table.name in _KEPT:
            continue
        if "project_id" in table.primary_key.columns:
            connection.execute(delete(table).where(table.c.project_id == project_id))
    project = METADATA.tables["project"]
    connection.execute(delete(project).where(project.c.id == project_id))


def purge_person(connection: Connection, user_id: int) -> None:
    """Delete what a person noted for themselves alone, in every project: stars and own views; their work stays."""
    for name in ("star", "saved_view"):
        table = METADATA.tables[name]
        connection.execute(delete(table).where(table.c.user_id == user_id))
