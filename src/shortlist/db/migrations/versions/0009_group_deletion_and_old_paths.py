"""groups deleted with a grace period, and the paths that projects and groups had before"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "path_redirect",
        sa.Column("path", _KEY, nullable=False),
        sa.Column("kind", _KEY, nullable=False),
        sa.Column("target_id", _BIG, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_path_redirect")),
    )
    op.create_index(op.f("ix_path_redirect_target_id"), "path_redirect", ["target_id"])
    op.add_column("namespace", sa.Column("deleted_at", _BIG, nullable=True))
    op.add_column("namespace", sa.Column("deleted_with", _BIG, nullable=True))
    op.add_column("project", sa.Column("deleted_with", _BIG, nullable=True))
