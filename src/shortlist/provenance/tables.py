"""Trusted publishers, and where candidates came from."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str

trusted_publisher = Table(
    "trusted_publisher",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("system", Str, nullable=False),
    Column("issuer", Key, nullable=False),
    Column("ci_project", Key, nullable=False),
    Column("ci_project_key", Key, nullable=False),  # in small letters: CI systems do not tell capitals apart
    Column("ci_project_id", Str, nullable=False),
    Column("ref", Str, nullable=False),
    Column("environment", Str, nullable=False),
    Column("role", Integer, nullable=False),
    Column("bot_id", BigId, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("created_by", BigId),
    Column("last_used_at", Millis),
    sqlite_with_rowid=False,
)
# A token names the issuer and the CI project before it is known which of our projects it is for.
Index("ix_trusted_publisher_issuer", trusted_publisher.c.issuer, trusted_publisher.c.ci_project_key)

candidate_origin = Table(
    "candidate_origin",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("job", Key),
    Column("pipeline", Key),
    Column("merge_request", Key),
    Column("ref", Key),
    Column("sha", Key),
    Column("user", Key),
    Column("verified", Key, nullable=False),  # yes, partly, no
    Column("issuer", Str, nullable=False),
    Column("publisher_id", BigId),
    Column("token_id", Str, nullable=False),
    Column("facts", Str, nullable=False),  # all of them, a JSON object
    Column("proven", Str, nullable=False),  # names of those that the issuer vouches for
    Column("recorded_at", Millis, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "candidate_iid"], ["candidate.project_id", "candidate.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index("ix_candidate_origin_pipeline", candidate_origin.c.project_id, candidate_origin.c.pipeline)
Index("ix_candidate_origin_merge_request", candidate_origin.c.project_id, candidate_origin.c.merge_request)
Index("ix_candidate_origin_job", candidate_origin.c.project_id, candidate_origin.c.job)
Index("ix_candidate_origin_recorded_at", candidate_origin.c.recorded_at)  # what came of late, in every project
