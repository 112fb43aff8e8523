"""The metric engine's tables: what was acknowledged, what was folded, and what searches read."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Bytes, Key, Millis, Number

metric_key = Table(
    "metric_key",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", Key, nullable=False),
    UniqueConstraint("project_id", "name"),
    sqlite_with_rowid=False,
)

# One accepted request is one row. It names its keys, so that appending needs no other table.
metric_log = Table(
    "metric_log",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("id", Bytes, primary_key=True),  # a time-ordered UUID
    Column("experiment_iid", BigId, nullable=False),
    Column("points", Integer, nullable=False),
    Column("payload", Bytes, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_metric_log_experiment", metric_log.c.project_id, metric_log.c.experiment_iid)

metric_chunk = Table(
    "metric_chunk",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("sequence", BigId, primary_key=True, autoincrement=False),
    Column("count", BigId, nullable=False),
    Column("first_step", BigId, nullable=False),
    Column("last_step", BigId, nullable=False),
    Column("payload", Bytes, nullable=False),
    sqlite_with_rowid=False,
)

# One row a series. `tail` holds the newest points until there are enough of them for a chunk.
metric_series = Table(
    "metric_series",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("count", BigId, nullable=False),
    Column("first_step", BigId, nullable=False),
    Column("first_timestamp", Millis, nullable=False),
    Column("first_value", Number, nullable=False),
    Column("last_step", BigId, nullable=False),
    Column("last_timestamp", Millis, nullable=False),
    Column("last_value", Number, nullable=False),
    Column("min_value", Number),
    Column("min_step", BigId),
    Column("max_value", Number),
    Column("max_step", BigId),
    Column("has_nan", Boolean, nullable=False),
    Column("has_infinity", Boolean, nullable=False),
    Column("tail", Bytes),
    sqlite_with_rowid=False,
)

# What a search filters and orders by. A NaN is stored as no value with `is_nan` set, since SQLite has no NaN.
metric_latest = Table(
    "metric_latest",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("value", Number),
    Column("is_nan", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "ix_metric_latest_value",
    metric_latest.c.project_id,
    metric_latest.c.experiment_iid,
    metric_latest.c.key_id,
    metric_latest.c.value,
    metric_latest.c.candidate_iid,
)
