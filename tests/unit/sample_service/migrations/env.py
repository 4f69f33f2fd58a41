"""Alembic's entry."""

from libs.db.migrations import run_migrations

run_migrations()
