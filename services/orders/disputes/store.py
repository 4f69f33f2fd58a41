"""Reversals, and the steps of an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.programme.proposals import columns_of, proposal_columns
from libs.programme.two_people import Proposal
from services.orders.core.store.proposals import is_accepted, lock_row
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import order_step, table_of

reversal = table_of(
    "reversal",
    "reversal_id",
    *proposal_columns(),
    reversal_id=sa.Uuid,
    order_id=sa.Uuid,
    settlement=sa.Integer,
    why=sa.Text,
)


def add_reversal(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a proposal to reverse a settlement; False when the id is taken."""
    added = insert(reversal).values(**columns).on_conflict_do_nothing().returning(reversal.c.reversal_id)
    return connection.execute(added).first() is not None


def lock_reversal(connection: Connection, reversal_id: UUID) -> RowMapping:
    """Return a proposed reversal, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return lock_row(connection, reversal, reversal.c.reversal_id, reversal_id)


def save_reversal(connection: Connection, decided: Proposal) -> None:
    """Note how a reversal was decided."""
    changed = sa.update(reversal).where(reversal.c.reversal_id == decided.proposal_id)
    connection.execute(changed.values(columns_of(decided)))


STEPS_MAX = 200


def steps_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return what was done to an order, by whom and when."""
    query = sa.select(order_step).where(order_step.c.order_id == order_id).order_by(order_step.c.number)
    return [dict(row) for row in connection.execute(query.limit(STEPS_MAX)).mappings()]


def reversals_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return the proposed and decided reversals of an order."""
    query = sa.select(reversal).where(reversal.c.order_id == order_id).order_by(reversal.c.proposed_at)
    rows = connection.execute(query.limit(STEPS_MAX)).mappings()
    return [dict(row) | {"accepted": is_accepted(row["state"])} for row in rows]
