"""packages"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "package_sweep",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("began_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_sweep")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "package_settings",
        sa.Column(
            "project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("size_limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("duplicates_allowed", sa.Boolean(), nullable=False),
        sa.Column(
            "duplicate_exceptions", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_package_settings")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("package", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "status",
                sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
                server_default="default",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("downloaded_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("deleted_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )

    # What each project keeps, which was not counted before.
    op.execute(
        "INSERT INTO counter (project_id, name, value)"
        " SELECT project_id, 'package_bytes', CAST(sum(size) AS BIGINT) FROM blob GROUP BY project_id"
    )
    # Packages of versions were named after the numbers of models; now they bear the names.
    op.execute(
        "UPDATE package SET (name, version) = ("
        " SELECT v.model_name, v.semver FROM model_version v WHERE v.project_id = package.project_id"
        " AND package.name = 'ml_model_' || CAST(v.model_iid AS TEXT) AND package.version = CAST(v.number AS TEXT))"
        " WHERE type = 'ml_model' AND EXISTS ("
        " SELECT 1 FROM model_version v WHERE v.project_id = package.project_id AND v.deleted_at IS NULL"
        " AND package.name = 'ml_model_' || CAST(v.model_iid AS TEXT) AND package.version = CAST(v.number AS TEXT))"
    )
