"""Logged models and what is written about them. Every key begins with the project."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Number, Str

logged_model = Table(
    "logged_model",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("iid", BigId, primary_key=True, autoincrement=False),
    Column("external_id", Key, nullable=False),  # m- and 32 hexadecimal digits: MLflow's model id
    Column("experiment_iid", BigId, nullable=False),
    Column("name", Key, nullable=False),
    Column("model_type", Str, nullable=False),
    Column("status", Str, nullable=False),  # pending, ready, failed
    Column("candidate_external_id", Key),  # the candidate that made it
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("created_by", BigId),
    Column("deleted_at", Millis),
    UniqueConstraint("project_id", "external_id"),
    ForeignKeyConstraint(["project_id", "experiment_iid"], ["experiment.project_id", "experiment.iid"]),
    sqlite_with_rowid=False,
)
# The default order of every list: newest first.
Index(
    "ix_logged_model_created",
    logged_model.c.project_id,
    logged_model.c.experiment_iid,
    logged_model.c.created_at,
    logged_model.c.external_id,
)
# Every download of `runs:/<run>/<name>` asks for the models of that name.
Index("ix_logged_model_name", logged_model.c.project_id, logged_model.c.experiment_iid, logged_model.c.name)
# What a purge of candidates looks for.
Index("ix_logged_model_candidate", logged_model.c.project_id, logged_model.c.candidate_external_id)

logged_model_param = Table(
    "logged_model_param",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("value", Str, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "model_iid"], ["logged_model.project_id", "logged_model.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)

logged_model_metadata = Table(
    "logged_model_metadata",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("value", Str, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "model_iid"], ["logged_model.project_id", "logged_model.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)

# The latest point of each metric by dataset and candidate; every point of it is in the candidate's own history. A NaN
# is no value. Without a dataset both of its names are empty, because a key cannot have a NULL in it.
logged_model_metric = Table(
    "logged_model_metric",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("dataset_name", Key, primary_key=True),
    Column("dataset_digest", Key, primary_key=True),
    Column("candidate_external_id", Key, primary_key=True),
    Column("timestamp", Millis, nullable=False),
    Column("step", BigId, nullable=False),
    Column("value", Number),
    ForeignKeyConstraint(
        ["project_id", "model_iid"], ["logged_model.project_id", "logged_model.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index(
    "ix_logged_model_metric_candidate", logged_model_metric.c.project_id, logged_model_metric.c.candidate_external_id
)

candidate_model = Table(
    "candidate_model",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("kind", Key, primary_key=True),  # input, output
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("step", BigId, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "candidate_iid"], ["candidate.project_id", "candidate.iid"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(
        ["project_id", "model_iid"], ["logged_model.project_id", "logged_model.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index("ix_candidate_model_model", candidate_model.c.project_id, candidate_model.c.model_iid)
