"""The metric engine's tables: what was acknowledged, what was folded, what went cold, and what searches read.

A value that is NaN is stored as no value (NULL) on both databases, because SQLite has no NaN.
"""

from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Bytes, Key, Millis, Number, Str

metric_key = Table(
    "metric_key",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", Key, nullable=False),
    UniqueConstraint("project_id", "name"),
    sqlite_with_rowid=False,
)

# One accepted request is one row. It names its keys, so that appending needs no other table, and its primary key
# answers the searches' question "is anything of this experiment still to be folded", so that it needs no other index.
metric_log = Table(
    "metric_log",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("id", Bytes, primary_key=True),  # a time-ordered UUID
    Column("points", Integer, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("payload", Bytes, nullable=False),  # codec.encode_points
    sqlite_with_rowid=False,
)

# Points of one series in order of (step, timestamp, value). The chunks of a series do not overlap, save that
# neighbours may share a (step, timestamp) with different values.
metric_chunk = Table(
    "metric_chunk",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column(
        "sequence", BigId, primary_key=True, autoincrement=False
    ),  # tells chunks apart, says nothing of their order
    Column("count", BigId, nullable=False),
    Column("first_step", BigId, nullable=False),
    Column("first_timestamp", Millis, nullable=False),
    Column("last_step", BigId, nullable=False),
    Column("last_timestamp", Millis, nullable=False),
    Column("min_timestamp", Millis, nullable=False),
    Column("max_timestamp", Millis, nullable=False),
    Column("payload", Bytes, nullable=False),  # codec.encode_chunk, or of a cold one cold.Pointer
    sqlite_with_rowid=False,
)

# Files of cold points in the object store, each with all points of one candidate when it was written. A row is there
# before its object is, so that nothing that is written can be forgotten; see `cooling`.
metric_file = Table(
    "metric_file",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", Bytes, primary_key=True),  # a time-ordered UUID, which is the object's name
    Column("candidate_iid", BigId, nullable=False),
    Column("state", Str, nullable=False),  # writing, held, left
    Column("size", BigId, nullable=False),  # bytes; 0 until the object is there, or where there is none to hold
    Column("points", BigId, nullable=False),
    Column("sha256", Bytes),
    Column("began_at", Millis, nullable=False),  # when a process last said that it works on it
    Column("changed_at", Millis),  # when points came to its candidate again, first
    Column("left_at", Millis),  # since when nothing points into it
    Index("ix_metric_file_candidate", "project_id", "candidate_iid"),
    sqlite_with_rowid=False,
)

# Every chunk once more without its points, and a large one with a few of them, from which long curves are drawn (see
# `outlines`). In a table of its own, because SQLite reads whole rows, payload included, when it walks along a table
# that has no row ids.
metric_outline = Table(
    "metric_outline",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("sequence", BigId, primary_key=True, autoincrement=False),
    Column("count", BigId, nullable=False),
    Column("first_step", BigId, nullable=False),
    Column("first_timestamp", Millis, nullable=False),
    Column("last_step", BigId, nullable=False),
    Column("last_timestamp", Millis, nullable=False),
    Column("min_timestamp", Millis, nullable=False),
    Column("max_timestamp", Millis, nullable=False),
    Column("in_time", Boolean, nullable=False),  # whether the timestamps of the chunk do not fall
    Column("outlined", BigId, nullable=False),  # how many points the outline has; 0 for a chunk that has none
    Column("outline", Bytes),  # outlines.columns
    Column("cold", Boolean),  # whether the chunk's points are in a file of the object store
    sqlite_with_rowid=False,
)

# One row a series. The extremes are those of its finite values. `tail` holds the points after the last chunk, until
# there are enough for another; it is empty when `first` is the only one.
metric_series = Table(
    "metric_series",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("count", BigId, nullable=False),
    Column("first_step", BigId, nullable=False),
    Column("first_timestamp", Millis, nullable=False),
    Column("first_value", Number),
    Column("last_step", BigId, nullable=False),
    Column("last_timestamp", Millis, nullable=False),
    Column("last_value", Number),
    Column("min_value", Number),
    Column("min_step", BigId),
    Column("max_value", Number),
    Column("max_step", BigId),
    Column("has_nan", Boolean, nullable=False),
    Column("has_infinity", Boolean, nullable=False),
    # The first step whose value is not finite. Of series that had such a value before this was kept, not known.
    Column("odd_step", BigId),
    Column("chunked", BigId, nullable=False),  # how many points are in chunks
    Column("chunk_step", BigId),  # step and timestamp of the last of them
    Column("chunk_timestamp", Millis),
    Column("tail", Bytes),  # codec.encode_tail
    sqlite_with_rowid=False,
)

# What a search filters and orders by: the latest value. A NaN is no value with `is_nan` set. The extremes stand
# here as well as in `metric_series`, because a ranking reads those of one key of a whole experiment: here they are
# neighbours.
metric_latest = Table(
    "metric_latest",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("value", Number),
    Column("is_nan", Boolean, nullable=False),
    Column("last_step", BigId),
    Column("min_value", Number),
    Column("min_step", BigId),
    Column("max_value", Number),
    Column("max_step", BigId),
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

# How many candidates of an experiment have a key, kept by the fold so that a page need not count them.
metric_column = Table(
    "metric_column",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("key_id", BigId, primary_key=True, autoincrement=False),
    Column("candidates", BigId, nullable=False),
    sqlite_with_rowid=False,
)
