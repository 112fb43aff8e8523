"""stars keep candidates"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("retention_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_starred", sa.Boolean(), server_default=sa.true(), nullable=False))
