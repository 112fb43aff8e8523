"""extremes of each metric beside its latest value"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = {
    "last_step": _BIG,
    "min_value": sa.Double(),
    "min_step": _BIG,
    "max_value": sa.Double(),
    "max_step": _BIG,
}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("metric_latest", sa.Column(name, kind, nullable=True))
    values = ", ".join(f"{name} = series.{name}" for name in _COLUMNS)
    op.execute(
        f"UPDATE metric_latest SET {values} FROM metric_series AS series "  # noqa: S608 - names from above
        "WHERE series.project_id = metric_latest.project_id AND series.candidate_iid = metric_latest.candidate_iid "
        "AND series.key_id = metric_latest.key_id"
    )
