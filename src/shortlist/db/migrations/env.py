"""Alembic's environment: one tree for both databases. The connection comes from `migrate`, in `attributes`."""

from alembic import context

from shortlist.db.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    # SQLite changes a table by copying it.
    render_as_batch=True,
    transaction_per_migration=True,
)

with context.begin_transaction():
    context.run_migrations()
