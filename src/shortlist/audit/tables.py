"""Events of the audit. They refer to nothing by foreign key: they outlive what they tell about."""

from sqlalchemy import Column, Index, Table

from shortlist.db.metadata import METADATA, BigId, Key, Millis, Str

audit_event = Table(
    "audit_event",
    METADATA,
    Column("id", BigId, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Column("user_id", BigId),
    Column("username", Key, nullable=False),
    Column("credential", Str, nullable=False),
    Column("token_id", BigId),
    Column("address", Str, nullable=False),
    Column("action", Key, nullable=False),
    Column("target_type", Str, nullable=False),
    Column("target_id", BigId),
    Column("target", Str, nullable=False),
    Column("project_id", BigId),
    Column("group_id", BigId),
    Column("details", Str, nullable=False),  # JSON
)
Index("ix_audit_event_project", audit_event.c.project_id, audit_event.c.id)
Index("ix_audit_event_group", audit_event.c.group_id, audit_event.c.id)
