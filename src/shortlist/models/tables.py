"""Models, versions, and what is written about them. Every key begins with the project."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str, partial_index

model = Table(
    "model",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("iid", BigId, primary_key=True, autoincrement=False),
    Column("name", Key, nullable=False),
    Column("description", Str, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("created_by", BigId),
    UniqueConstraint("project_id", "name"),
    sqlite_with_rowid=False,
)
Index("ix_model_updated", model.c.project_id, model.c.updated_at, model.c.name)

model_metadata = Table(
    "model_metadata",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("value", Str, nullable=False),
    ForeignKeyConstraint(["project_id", "model_iid"], ["model.project_id", "model.iid"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)
# Searches leave out the models and versions of prompts, so each of them asks for one key.
Index("ix_model_metadata_key", model_metadata.c.project_id, model_metadata.c.key, model_metadata.c.model_iid)

# A deleted version keeps its row, without what it said, so that its number is never given to another.
model_version = Table(
    "model_version",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("number", BigId, primary_key=True, autoincrement=False),
    Column("iid", BigId, nullable=False),  # one number for the project's versions, by which a search names a row
    Column("model_name", Key, nullable=False),  # kept in step with the model's, to order versions by
    Column("semver", Key, nullable=False),
    Column("major", BigId, nullable=False),
    Column("minor", BigId, nullable=False),
    Column("patch", BigId, nullable=False),
    Column("description", Str, nullable=False),
    Column("stage", Str, nullable=False),  # none, staging, production, archived
    Column("source", Key, nullable=False),
    Column("location", Str, nullable=False),
    Column("run_link", Str, nullable=False),
    Column("run_id", Key, nullable=False),
    Column("candidate_iid", BigId),
    Column("experiment_iid", BigId),
    Column("logged_model_id", Key, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("created_by", BigId),
    Column("deleted_at", Millis),
    UniqueConstraint("project_id", "iid"),
    ForeignKeyConstraint(["project_id", "model_iid"], ["model.project_id", "model.iid"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)
partial_index(
    "ix_model_version_semver",
    model_version.c.project_id,
    model_version.c.model_iid,
    model_version.c.semver,
    unique=True,
    where=model_version.c.deleted_at.is_(None),
)
# The default order of searches.
Index("ix_model_version_name", model_version.c.project_id, model_version.c.model_name, model_version.c.number.desc())
Index("ix_model_version_candidate", model_version.c.project_id, model_version.c.candidate_iid)
Index("ix_model_version_run", model_version.c.project_id, model_version.c.run_id)

model_version_metadata = Table(
    "model_version_metadata",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("number", BigId, primary_key=True, autoincrement=False),
    Column("key", Key, primary_key=True),
    Column("value", Str, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "model_iid", "number"],
        ["model_version.project_id", "model_version.model_iid", "model_version.number"],
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
)
Index(
    "ix_model_version_metadata_key",
    model_version_metadata.c.project_id,
    model_version_metadata.c.key,
    model_version_metadata.c.model_iid,
    model_version_metadata.c.number,
)

model_alias = Table(
    "model_alias",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("model_iid", BigId, primary_key=True, autoincrement=False),
    Column("alias", Key, primary_key=True),
    Column("number", BigId, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "model_iid", "number"],
        ["model_version.project_id", "model_version.model_iid", "model_version.number"],
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
)
Index("ix_model_alias_number", model_alias.c.project_id, model_alias.c.model_iid, model_alias.c.number)
