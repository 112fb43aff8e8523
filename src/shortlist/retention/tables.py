"""One rule a project."""

from sqlalchemy import Boolean, Column, Table, true

from shortlist.db.metadata import METADATA, BigId, Millis

retention_rule = Table(
    "retention_rule",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("delete_after_days", BigId, nullable=False),
    Column("keep_best", BigId, nullable=False),
    Column("keep_promoted", Boolean, nullable=False),
    Column("keep_starred", Boolean, nullable=False, server_default=true()),
    Column("began_at", Millis, nullable=False),  # when a process last began to apply it; whoever moves it on does
    sqlite_with_rowid=False,
)
