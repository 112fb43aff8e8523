"""Namespaces, projects and members."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str

namespace = Table(
    "namespace",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("kind", Str, nullable=False),
    Column("path", Key, nullable=False),
    Column("full_path", Key, nullable=False, unique=True),
    Column("name", Str, nullable=False),
    Column("user_id", BigId, ForeignKey("user_account.id")),
    Column("created_at", Millis, nullable=False),
)

project = Table(
    "project",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("namespace_id", BigId, ForeignKey(namespace.c.id), nullable=False),
    Column("path", Key, nullable=False),
    Column("full_path", Key, nullable=False, unique=True),
    Column("name", Str, nullable=False),
    Column("description", Str, nullable=False),
    Column("visibility", Str, nullable=False),
    Column("model_experiments_access", Str, nullable=False),
    Column("least_writing_role", Integer, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("created_by", BigId, ForeignKey("user_account.id"), nullable=False),
    Column("archived", Boolean, nullable=False),
    UniqueConstraint("namespace_id", "path"),
)

member = Table(
    "member",
    METADATA,
    Column("project_id", BigId, ForeignKey(project.c.id), primary_key=True, autoincrement=False),
    Column("user_id", BigId, ForeignKey("user_account.id"), primary_key=True, autoincrement=False, index=True),
    Column("role", Integer, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis),
)
