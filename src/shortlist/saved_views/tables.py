"""Saved views of experiments, and the one that an experiment opens with."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str

saved_view = Table(
    "saved_view",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, nullable=False),
    Column("name", Key, nullable=False),
    Column("query", Str, nullable=False),
    Column("user_id", BigId),  # whose own it is; a shared one has none
    Column("created_by", BigId),
    Column("updated_at", Millis, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "experiment_iid"], ["experiment.project_id", "experiment.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index("ix_saved_view_experiment", saved_view.c.project_id, saved_view.c.experiment_iid, saved_view.c.name)

default_view = Table(
    "default_view",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("view_id", BigId, nullable=False),
    ForeignKeyConstraint(["project_id", "view_id"], ["saved_view.project_id", "saved_view.id"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)
