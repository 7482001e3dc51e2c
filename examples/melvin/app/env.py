"""Runs the migrations in the database that the environment names."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import URL

url = URL.create(
    "postgresql",
    host=os.environ["DATABASE_HOST"],
    password=os.environ["DATABASE_PASSWORD"],
    username="postgres",
    database="melvin",
)
with create_engine(url).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
