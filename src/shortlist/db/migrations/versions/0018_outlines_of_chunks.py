"""outlines of chunks

Chunks of before have a row without an outline, so that curves over them are still drawn from every point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_PLACES = (
    "project_id, candidate_iid, key_id, sequence, count, first_step, first_timestamp, last_step, last_timestamp, "
    "min_timestamp, max_timestamp"
)


def upgrade() -> None:
    op.create_table(
        "metric_outline",
        sa.Column(
            "project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "candidate_iid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_timestamp", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_timestamp", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("min_timestamp", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("max_timestamp", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=False),
        sa.Column("outlined", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outline", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "candidate_iid", "key_id", "sequence", name=op.f("pk_metric_outline")),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO metric_outline ({_PLACES}, in_time, outlined) "  # noqa: S608 - names of columns
        f"SELECT {_PLACES}, false, 0 FROM metric_chunk"
    )
