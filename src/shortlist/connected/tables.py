"""What a connected GitLab was asked about a project's candidates."""

from sqlalchemy import Column, Index, Integer, Table

from shortlist.db.metadata import METADATA, BigId, Bytes, Key, Millis, Str

ci_lookup = Table(
    "ci_lookup",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("kind", Key, primary_key=True),  # job, pipeline, merge_request
    Column("ci_project", Key, primary_key=True),  # its path in small letters
    Column("number", Key, primary_key=True),
    Column("looked", Str),  # the newest answer, a JSON object
    Column("fetched_at", Millis),
    Column("due_at", Millis),
    Column("failures", Integer, nullable=False),
    Column("fault", Str, nullable=False),
    sqlite_with_rowid=False,
)
# One thread of a server process asks for all projects.
Index("ix_ci_lookup_due_at", ci_lookup.c.due_at)

ci_avatar = Table(
    "ci_avatar",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("address", Key, primary_key=True),  # where GitLab has it
    Column("digest", Key, nullable=False),  # SHA-256 of the content; empty where nothing is kept
    Column("content_type", Str, nullable=False),
    Column("content", Bytes, nullable=False),
    Column("due_at", Millis, nullable=False),
)
Index("ix_ci_avatar_project_id_digest", ci_avatar.c.project_id, ci_avatar.c.digest)
