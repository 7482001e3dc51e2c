"""Accounts have names. It is only added: version 1 goes on beside it."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("alter table accounts add display_name text not null default 'Ada'")


def downgrade() -> None:
    op.execute("alter table accounts drop display_name")
