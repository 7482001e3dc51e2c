"""Accounts, and one of them."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("create table accounts (id int primary key, email text not null)")
    op.execute("insert into accounts values (1, 'ada@example.org')")


def downgrade() -> None:
    op.execute("drop table accounts")
