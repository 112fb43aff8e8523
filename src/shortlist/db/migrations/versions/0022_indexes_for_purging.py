"""indexes for purging"""

import sqlalchemy as sa

from shortlist.db.online import create_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    deleted = sa.text("deleted_at IS NOT NULL")
    create_index(
        "ix_candidate_deleted",
        "candidate",
        ["project_id", "deleted_at"],
        sqlite_where=deleted,
        postgresql_where=deleted,
    )
    create_index("ix_logged_model_candidate", "logged_model", ["project_id", "candidate_external_id"])
    create_index("ix_logged_model_metric_candidate", "logged_model_metric", ["project_id", "candidate_external_id"])
