"""Locks that more than one feature takes."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

_LOCK_SPACE = 12


def lock_giver(connection: Connection, giver_id: UUID) -> None:
    """Let one request of a giver, or one grant run of a district, be decided at a time."""
    statement = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :space))")
    connection.execute(statement, {"key": str(giver_id), "space": _LOCK_SPACE})
