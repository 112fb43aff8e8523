"""where series stop being finite"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("metric_series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("odd_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
