"""the second factor of a sign-in: the secret of an authenticator, and recovery codes"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "totp_secret",
        sa.Column("user_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("secret", _TEXT, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("last_step", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_totp_secret_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totp_secret")),
    )
    op.add_column("user_account", sa.Column("second_factor_at", _BIG, nullable=True))
