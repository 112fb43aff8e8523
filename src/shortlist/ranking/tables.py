"""The goal of an experiment, where somebody set one."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, Table

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str

experiment_goal = Table(
    "experiment_goal",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("metric", Key, nullable=False),
    Column("direction", Str, nullable=False),  # maximize, minimize
    Column("reduction", Str, nullable=False),  # best, last, mean_last
    Column("last", Integer, nullable=False),  # points of mean_last
    Column("constraints", Str, nullable=False),  # a filter; empty for none
    Column("baseline_iid", BigId),  # a candidate; it may be gone
    Column("second_metric", Key),
    Column("second_direction", Str),  # there if `second_metric` is
    Column("updated_at", Millis, nullable=False),
    Column("updated_by", BigId),
    ForeignKeyConstraint(
        ["project_id", "experiment_iid"], ["experiment.project_id", "experiment.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
