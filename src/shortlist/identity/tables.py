"""Users, access tokens and browser sessions. Secrets are stored as digests only."""

from sqlalchemy import Boolean, Column, ForeignKey, Table

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
)

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
)
