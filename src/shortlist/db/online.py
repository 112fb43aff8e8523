"""What a migration does to a large table while servers go on writing to it."""

from typing import Any

from alembic import op
from sqlalchemy import text


def create_index(name: str, table: str, columns: list[str], **options: Any) -> None:
    """Build an index; on PostgreSQL without a lock that holds writers up, and so outside a transaction.

    A migration that uses it does nothing else: where the build is broken off, what was done before it would be done a
    second time. The next attempt drops what is left, which PostgreSQL calls invalid, and keeps what is whole.
    """
    context = op.get_context()
    if context.dialect.name != "postgresql":
        op.create_index(name, table, columns, **options)
        return
    with context.autocommit_block():
        valid = op.get_bind().scalar(
            text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": name}
        )
        if valid is False:
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
        if not valid:
            op.create_index(name, table, columns, postgresql_concurrently=True, **options)
