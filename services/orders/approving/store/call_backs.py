"""Calls to the recipient's side, and what was answered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import save_row
from services.orders.approving.rules.call_backs import Answers
from services.orders.core.store.tables import INSTANT, table_of

call_back = table_of(
    "call_back",
    "order_id called_at called_by",
    order_id=sa.Uuid,
    called_at=INSTANT,
    called_by=sa.Uuid,
    spoke_with=sa.Text,
    was_there=sa.Text,
    says_minutes=sa.Integer,
    words=sa.Text,
)


def add_call_back(connection: Connection, order_id: UUID, answers: Answers, *, by: UUID, at: datetime) -> None:
    """Add what was answered to a call."""
    row = {"order_id": order_id, "called_at": at, "called_by": by, **asdict(answers)}
    save_row(connection, call_back, row)


def call_backs_of(connection: Connection, order_id: UUID) -> list[dict[str, Any]]:
    """Return the calls to the recipient's side of an order, the first one first."""
    calls = sa.select(call_back).where(call_back.c.order_id == order_id).order_by(call_back.c.called_at)
    return [dict(row) for row in connection.execute(calls).mappings()]
