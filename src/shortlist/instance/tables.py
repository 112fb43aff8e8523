"""What administrators have set, a row for each setting; what has no row is as the program or its environment says."""

from sqlalchemy import Column, Table

from shortlist.db.metadata import METADATA, Key, Millis, Str

instance_setting = Table(
    "instance_setting",
    METADATA,
    Column("name", Key, primary_key=True),
    Column("value", Str, nullable=False),  # JSON
    Column("changed_at", Millis, nullable=False),
)
