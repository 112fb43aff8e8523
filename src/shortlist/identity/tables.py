"""Users, access tokens, browser sessions and second factors. What can be a digest is stored as one only."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, UniqueConstraint

from shortlist.db.metadata import METADATA, BigId, Bytes, Key, Millis, Str

user_account = Table(
    "user_account",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("username", Key, nullable=False, unique=True),
    Column("name", Str, nullable=False),
    Column("email", Str),
    Column("password_hash", Str),
    Column("administrator", Boolean, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("state", Str, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("second_factor_at", Millis),  # since when a password alone is not enough
)

access_token = Table(
    "access_token",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey(user_account.c.id), nullable=False, index=True),
    Column("kind", Str, nullable=False),
    Column("name", Str, nullable=False),
    Column("scopes", Str, nullable=False),
    Column("digest", Bytes, nullable=False, unique=True),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis),
    Column("revoked_at", Millis),
    Column("last_used_at", Millis),
    # Columns that came later have no foreign key: SQLite would have to copy the table, which others refer to.
    Column("description", Str, nullable=False, server_default=""),
    Column("created_by", BigId),
    Column("project_id", BigId),  # of a project's access token or deploy token
    Column("group_id", BigId),  # of a group's
)
Index("ix_access_token_project", access_token.c.project_id)
Index("ix_access_token_group", access_token.c.group_id)


browser_session = Table(
    "browser_session",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey(user_account.c.id), nullable=False, index=True),
    Column("digest", Bytes, nullable=False, unique=True),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False, index=True),
    Column("last_seen_at", Millis, nullable=False),
    Column("user_agent", Str, nullable=False),
    Column("address", Str, nullable=False, server_default=""),
)

# The secret that an authenticator shares, confirmed or not: `user_account.second_factor_at` says which. `last_step` is
# the latest step of time whose code was used.
totp_secret = Table(
    "totp_secret",
    METADATA,
    Column("user_id", BigId, ForeignKey(user_account.c.id), primary_key=True, autoincrement=False),
    Column("secret", Str, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("last_step", BigId, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    METADATA,
    Column("user_id", BigId, ForeignKey(user_account.c.id), primary_key=True),
    Column("digest", Bytes, primary_key=True),
)

# Who somebody is at an OpenID Connect provider: its issuer and its name for them, which never change.
linked_identity = Table(
    "linked_identity",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey(user_account.c.id), nullable=False, index=True),
    Column("issuer", Key, nullable=False),
    Column("subject", Key, nullable=False),
    Column("shown", Str, nullable=False),  # an address or a username, for people
    Column("created_at", Millis, nullable=False),
    Column("last_used_at", Millis),
    UniqueConstraint("issuer", "subject"),
)

# What a provider's groups gave to somebody, so that it takes no more than that. `place` is group, project or server.
granted_role = Table(
    "granted_role",
    METADATA,
    Column("user_id", BigId, ForeignKey(user_account.c.id), primary_key=True),
    Column("issuer", Key, primary_key=True),
    Column("place", Key, primary_key=True),
    Column("place_id", BigId, primary_key=True),
    Column("role", BigId, nullable=False),
)

# How server processes tell each other of attempts that failed, and, where `failed_at` is NULL, of one that succeeded.
# `id` is a time-ordered UUID; rows live as long as attempts count.
failed_attempt = Table(
    "failed_attempt",
    METADATA,
    Column("id", Bytes, primary_key=True),
    Column("what", Str, nullable=False),
    Column("digest", Bytes, nullable=False),
    Column("failed_at", Millis),
    sqlite_with_rowid=False,
)
