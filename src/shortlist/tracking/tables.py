"""Experiments, candidates, and what is written about them. Every key begins with the project.

Values that a page of candidates needs by key (`param`, `metadata`) are clustered by experiment and key, so that a
filter or an order reads one run of neighbours; a second index finds them by candidate.
"""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Number, Str, partial_index

experiment = Table(
    "experiment",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("iid", BigId, primary_key=True, autoincrement=False),
    Column("name", Key, nullable=False),
    Column("note", Str, nullable=False),
    Column("artifact_location", Str),  # what the client asked for at creation; empty means a package
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("created_by", BigId),
    Column("deleted_at", Millis),
    UniqueConstraint("project_id", "name"),
    sqlite_with_rowid=False,
)

experiment_metadata = Table(
    "experiment_metadata",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("value", Str, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "experiment_iid"], ["experiment.project_id", "experiment.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)

candidate = Table(
    "candidate",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("iid", BigId, primary_key=True, autoincrement=False),
    Column("external_id", Key, nullable=False),  # 32 hexadecimal digits: MLflow's run id
    Column("experiment_iid", BigId, nullable=False),
    Column("name", Str, nullable=False),
    Column("note", Str, nullable=False),
    Column("status", Str, nullable=False),  # running, scheduled, finished, failed, killed
    Column("start_time", Millis, nullable=False),
    Column("end_time", Millis),
    Column("user_id", BigId),  # whose token made it
    Column("user_name", Str, nullable=False),  # what the client said: MLflow's user_id
    Column("parent_external_id", Key),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("deleted_at", Millis),
    UniqueConstraint("project_id", "external_id"),
    ForeignKeyConstraint(["project_id", "experiment_iid"], ["experiment.project_id", "experiment.iid"]),
    sqlite_with_rowid=False,
)
# The default order of every list of candidates: newest first, ties by external id. An index of both upwards would
# leave the ties to be sorted.
Index(
    "ix_candidate_start",
    candidate.c.project_id,
    candidate.c.experiment_iid,
    candidate.c.start_time.desc(),
    candidate.c.external_id,
)
# What a purge looks for; few rows of many.
partial_index(
    "ix_candidate_deleted",
    candidate.c.project_id,
    candidate.c.deleted_at,
    where=candidate.c.deleted_at.is_not(None),
)
Index("ix_candidate_parent", candidate.c.project_id, candidate.c.parent_external_id)

param = Table(
    "param",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("value", Str, nullable=False),
    Column("number", Number),  # the value as a finite number, where it reads as one
    ForeignKeyConstraint(
        ["project_id", "candidate_iid"], ["candidate.project_id", "candidate.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index("ix_param_candidate", param.c.project_id, param.c.candidate_iid, param.c.key)

metadata = Table(
    "metadata",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("value", Str, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "candidate_iid"], ["candidate.project_id", "candidate.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)
Index("ix_metadata_candidate", metadata.c.project_id, metadata.c.candidate_iid, metadata.c.key)

star = Table(
    "star",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("user_id", BigId, ForeignKey("user_account.id"), primary_key=True, autoincrement=False, index=True),
    ForeignKeyConstraint(
        ["project_id", "candidate_iid"], ["candidate.project_id", "candidate.iid"], ondelete="CASCADE"
    ),
    sqlite_with_rowid=False,
)

dataset = Table(
    "dataset",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("experiment_iid", BigId, nullable=False),
    Column("name", Key, nullable=False),
    Column("digest", Key, nullable=False),
    Column("source_type", Str, nullable=False),
    Column("source", Str, nullable=False),
    Column("schema", Str),
    Column("profile", Str),
    UniqueConstraint("project_id", "experiment_iid", "name", "digest"),
    sqlite_with_rowid=False,
)

dataset_input = Table(
    "dataset_input",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("candidate_iid", BigId, primary_key=True, autoincrement=False),
    Column("dataset_id", BigId, primary_key=True, autoincrement=False),
    Column("context", Key),  # the tag mlflow.data.context: training, eval, ...
    Column("tags", Str, nullable=False),  # all its tags, a JSON object
    ForeignKeyConstraint(
        ["project_id", "candidate_iid"], ["candidate.project_id", "candidate.iid"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["project_id", "dataset_id"], ["dataset.project_id", "dataset.id"]),
    sqlite_with_rowid=False,
)
Index("ix_dataset_input_dataset", dataset_input.c.project_id, dataset_input.c.dataset_id)
