"""Packages, their files, and the stored bytes that files point at."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Bytes, Key, Millis, Str, partial_index

package = Table(
    "package",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("type", Str, nullable=False),  # ml_model, generic
    Column("name", Key, nullable=False),
    Column("version", Key, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("created_by", BigId),
    Column("status", Str, nullable=False, server_default="default"),  # default, hidden
    Column("downloaded_at", Millis),  # about: noted at most once an hour
    # A deleted package has given its version free: `~` and its id follow it, which no living version contains.
    Column("deleted_at", Millis),
    UniqueConstraint("project_id", "type", "name", "version"),
    sqlite_with_rowid=False,
)

# The CI job that was the last to upload to a package by its own token. What belongs to candidates has it from them.
package_job = Table(
    "package_job",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("package_id", BigId, primary_key=True, autoincrement=False),
    Column("issuer", Str, nullable=False),
    Column("facts", Str, nullable=False),  # what the issuer says of the job, a JSON object
    Column("recorded_at", Millis, nullable=False),
    ForeignKeyConstraint(["project_id", "package_id"], ["package.project_id", "package.id"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)

# Row 1: when a process last began to sweep; whoever moves it forward sweeps. Row 2: until when a backup holds sweeps.
package_sweep = Table(
    "package_sweep",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("began_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)

package_settings = Table(
    "package_settings",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("size_limit", BigId),  # bytes; NULL: none
    Column("duplicates_allowed", Boolean, nullable=False),
    Column("duplicate_exceptions", Str, nullable=False),  # a regular expression for names and versions
    sqlite_with_rowid=False,
)

# Content-addressed inside a project: the same bytes are kept once, and no project can learn what another holds.
blob = Table(
    "blob",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("sha256", Bytes, primary_key=True),
    Column("size", BigId, nullable=False),
    Column("location", Str, nullable=False),  # the object's key in the store, or a name of `small_content`
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("project_id", "location"),
    sqlite_with_rowid=False,
)

# Contents so small that flushing a file for each would cost more than keeping them here. A rowid table, so that they
# are written one after another.
small_content = Table(
    "small_content",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("sha256", Bytes, primary_key=True),
    Column("content", Bytes, nullable=False),
    ForeignKeyConstraint(["project_id", "sha256"], ["blob.project_id", "blob.sha256"]),
)

package_file = Table(
    "package_file",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("package_id", BigId, nullable=False),
    Column("path", Key, nullable=False),
    Column("size", BigId, nullable=False),
    Column("sha256", Bytes, nullable=False),
    Column("content_type", Str, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("created_by", BigId),
    Column("deleted_at", Millis),
    ForeignKeyConstraint(["project_id", "package_id"], ["package.project_id", "package.id"]),
    ForeignKeyConstraint(["project_id", "sha256"], ["blob.project_id", "blob.sha256"]),
    sqlite_with_rowid=False,
)
# What is deleted keeps its row until a sweep; of what is not, a path has one file.
partial_index(
    "ix_package_file_path",
    package_file.c.project_id,
    package_file.c.package_id,
    package_file.c.path,
    unique=True,
    where=package_file.c.deleted_at.is_(None),
)
Index("ix_package_file_sha256", package_file.c.project_id, package_file.c.sha256)
partial_index(
    "ix_package_file_deleted",
    package_file.c.project_id,
    package_file.c.deleted_at,
    where=package_file.c.deleted_at.is_not(None),
)

# Uploads in parts that were begun. One stays for a while after it was completed: to complete it again is no error.
package_upload = Table(
    "package_upload",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("type", Str, nullable=False),  # of the package that the file is for
    Column("name", Str, nullable=False),
    Column("version", Str, nullable=False),
    Column("path", Str, nullable=False),
    Column("location", Str, nullable=False),  # where the whole will be
    Column("store_id", Str),  # what the store calls it, where parts go straight there
    Column("part_count", BigId, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("completed_at", Millis),
    sqlite_with_rowid=False,
)

# Parts that came through the server.
package_upload_part = Table(
    "package_upload_part",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("upload_id", Key, primary_key=True),
    Column("number", BigId, primary_key=True, autoincrement=False),
    Column("size", BigId, nullable=False),
    Column("sha256", Bytes, nullable=False),
    Column("location", Str, nullable=False),
    ForeignKeyConstraint(["project_id", "upload_id"], ["package_upload.project_id", "package_upload.id"]),
    sqlite_with_rowid=False,
)

# One row: what the addresses of signed transfers are signed with, the same for all servers on this database.
transfer_key = Table(
    "transfer_key",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("secret", Bytes, nullable=False),
    sqlite_with_rowid=False,
)
