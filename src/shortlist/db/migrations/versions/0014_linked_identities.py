"""linked identities of OpenID Connect providers, and the roles that came with them"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "granted_role",
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("issuer", _TEXT, nullable=False),
        sa.Column("place", _TEXT, nullable=False),
        sa.Column("place_id", _BIG, nullable=False),
        sa.Column("role", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_granted_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "issuer", "place", "place_id", name=op.f("pk_granted_role")),
    )
    op.create_table(
        "linked_identity",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("issuer", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("shown", _TEXT, nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("last_used_at", _BIG, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_linked_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_linked_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_linked_identity_user_id"), "linked_identity", ["user_id"], unique=False)
