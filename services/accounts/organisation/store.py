"""The units of the tree, read without a lock."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.accounts.core.rules.units import Unit
from services.accounts.core.store.tables import unit
from services.accounts.core.store.unit_store import unit_of


def units(
    connection: Connection, *, level: str | None, parent_id: UUID | None, after: UUID | None, limit: int
) -> list[Unit]:
    """Return units by id."""
    query = sa.select(unit).order_by(unit.c.unit_id).limit(limit)
    if level:
        query = query.where(unit.c.level == level)
    if parent_id:
        query = query.where(unit.c.parent_id == parent_id)
    if after:
        query = query.where(unit.c.unit_id > after)
    return [unit_of(row) for row in connection.execute(query)]
