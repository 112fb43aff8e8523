"""The key that this server signs with."""

from sqlalchemy import Column, LargeBinary, Table

from shortlist.db.metadata import METADATA, BigId, Key, Millis

signing_key = Table(
    "signing_key",
    METADATA,
    Column("id", BigId, primary_key=True),  # 1: there is one, whoever makes it first
    Column("kid", Key, nullable=False),
    Column("private", LargeBinary, nullable=False),  # 32 bytes of Ed25519; leaves the database for signing alone
    Column("public", LargeBinary, nullable=False),
    Column("created_at", Millis, nullable=False),
)
