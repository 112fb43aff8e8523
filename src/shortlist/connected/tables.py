"""What a connected GitLab was asked about a project's candidates."""

from sqlalchemy import Column, Index, Integer, Table

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str

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
