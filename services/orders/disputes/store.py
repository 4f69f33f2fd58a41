"""Reversals, and the steps of an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import add_row, change_rows, claim_row
from libs.programme.proposals import columns_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import Proposal
from services.orders.core.rules.order import Decision, Order
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.proposals import is_accepted
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import decision, order_step, reversal

_REVERSAL = Prepared(sa.select(reversal).where(reversal.c.reversal_id == sa.bindparam("reversal_id")))


def ask_whether_taken(reversal_id: UUID) -> Ask:
    """Claim an id for a reversal, and ask whether there is one."""

    def send(connection: Connection) -> Callable[[], None]:
        kept = claim_row(connection, reversal, reversal_id=reversal_id)
        return lambda: memo.put(connection, ("taken", reversal_id), kept.fetchone() is not None)

    return send


def is_taken(connection: Connection, reversal_id: UUID) -> bool:
    """Tell whether there is a reversal of the id that was claimed."""
    return bool(memo.get(connection, ("taken", reversal_id)))


def add_reversal(connection: Connection, columns: Mapping[str, Any]) -> None:
    """Add a proposal to reverse a settlement, whose id is claimed and not taken."""
    add_row(connection, reversal, columns)


def ask_reversal(reversal_id: UUID) -> Ask:
    """Ask for a proposed reversal; whoever decides it has locked its order."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("reversal", reversal_id), rows)

    return ask(_REVERSAL, {"reversal_id": reversal_id}, remember)


def reversal_of(connection: Connection, reversal_id: UUID, order_id: UUID) -> Row:
    """Return the reversal that was asked for.

    Raises:
        RecordNotFoundError: there is none of this order.
    """
    for row in memo.get(connection, ("reversal", reversal_id)):
        if row["order_id"] == order_id:
            return dict(row)
    raise RecordNotFoundError


def save_reversal(connection: Connection, decided: Proposal) -> None:
    """Note how a reversal was decided."""
    change_rows(connection, reversal, columns_of(decided), reversal_id=decided.proposal_id)


STEPS_MAX = 200


def add_decision(connection: Connection, order: Order, made: Decision, *, why: str) -> None:
    """Add a decision that waits for its second person."""
    columns = {
        "decision_id": made.proposal.proposal_id,
        "order_id": order.order_id,
        "settlement": order.approval.settlement,
        "minutes": made.minutes,
        "why": why,
        "second_id": made.second_id,
    }
    add_row(connection, decision, columns | columns_of(made.proposal))


def save_decision(connection: Connection, decided: Proposal) -> None:
    """Note what became of a decision that waited."""
    change_rows(connection, decision, columns_of(decided), decision_id=decided.proposal_id)


def decisions_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return the decisions about settled hours of an order, and what became of each."""
    query = sa.select(decision).where(decision.c.order_id == order_id).order_by(decision.c.proposed_at)
    return [dict(row) for row in connection.execute(query.limit(STEPS_MAX)).mappings()]


def steps_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return what was done to an order, by whom and when."""
    query = sa.select(order_step).where(order_step.c.order_id == order_id).order_by(order_step.c.number)
    return [dict(row) for row in connection.execute(query.limit(STEPS_MAX)).mappings()]


def reversals_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return the proposed and decided reversals of an order."""
    query = sa.select(reversal).where(reversal.c.order_id == order_id).order_by(reversal.c.proposed_at)
    rows = connection.execute(query.limit(STEPS_MAX)).mappings()
    return [dict(row) | {"accepted": is_accepted(row["state"])} for row in rows]
