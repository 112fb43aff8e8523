"""Namespaces, the projects in them, and the members of projects and groups."""

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
    Column("parent_id", BigId),  # of a group inside a group; `namespace_ancestor` has the foreign keys
    Column("description", Str, nullable=False, server_default=""),
    Column("visibility", Str, nullable=False, server_default="private"),
    Column("deleted_at", Millis),  # the beginning of a group's grace period
    Column("deleted_with", BigId),  # the group whose deletion began it: itself, or one above
)

# Every namespace with itself and all groups above it, so that an inherited role is one join away.
namespace_ancestor = Table(
    "namespace_ancestor",
    METADATA,
    Column("namespace_id", BigId, ForeignKey(namespace.c.id), primary_key=True, autoincrement=False),
    Column("ancestor_id", BigId, ForeignKey(namespace.c.id), primary_key=True, autoincrement=False, index=True),
)

group_member = Table(
    "group_member",
    METADATA,
    Column("group_id", BigId, ForeignKey(namespace.c.id), primary_key=True, autoincrement=False),
    Column("user_id", BigId, ForeignKey("user_account.id"), primary_key=True, autoincrement=False, index=True),
    Column("role", Integer, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis),
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
    Column("model_registry_access", Str, nullable=False, server_default="public"),
    Column("package_registry_access", Str, nullable=False, server_default="public"),
    Column("deleted_at", Millis),  # the beginning of its grace period
    Column("deleted_with", BigId),  # the group whose deletion began it; NULL: its own did
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

# The paths that projects and groups had, until something else takes them.
path_redirect = Table(
    "path_redirect",
    METADATA,
    Column("path", Key, primary_key=True),  # in small letters
    Column("kind", Str, nullable=False),  # project, group
    Column("target_id", BigId, nullable=False, index=True),
    Column("created_at", Millis, nullable=False),
)
