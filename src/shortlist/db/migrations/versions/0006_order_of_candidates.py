"""the index of the default order of candidates, newest first, in that very order"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_candidate_start", table_name="candidate")
    op.create_index(
        "ix_candidate_start",
        "candidate",
        ["project_id", "experiment_iid", sa.text("start_time DESC"), "external_id"],
    )
