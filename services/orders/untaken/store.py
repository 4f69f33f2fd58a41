"""Referrals."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.rows import change_rows
from libs.programme.words import Fallback
from services.orders.core.rules.order import Order, Terms
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.tables import INSTANT, orders, table_of
from services.orders.untaken.refusals import ReferralNotFoundError
from services.orders.untaken.rules import Referral, ReferralState

OPEN_OF_ONE_MAX = 200

referral = table_of(
    "referral",
    "order_id",
    order_id=sa.Uuid,
    district_id=sa.Uuid,
    unit_id=sa.Uuid,
    fallback=sa.Text,
    state=sa.Text,
    referred_at=INSTANT,
    due_at=INSTANT,
    purchased_order_id=sa.Uuid,
    provider=sa.Text,
    contact=sa.Text,
    comes_at=INSTANT,
    named_by=sa.Uuid,
    ended_at=INSTANT,
    ended_by=sa.Uuid,
    words=sa.Text,
)


def add_referral(connection: Connection, new: Referral) -> None:
    """Keep to whom an order was referred; once."""
    connection.execute(insert(referral).values(asdict(new)).on_conflict_do_nothing())


def find_referral(connection: Connection, order_id: UUID) -> Referral:
    """Return to whom an order was referred.

    Raises:
        ReferralNotFoundError: to nobody.
    """
    return _of_order(connection, sa.select(referral).where(referral.c.order_id == order_id))


def lock_referral(connection: Connection, order_id: UUID) -> Referral:
    """Return a referral, locked; its order is locked before.

    Raises:
        ReferralNotFoundError: the order was referred to nobody.
    """
    return _of_order(connection, sa.select(referral).where(referral.c.order_id == order_id).with_for_update())


def save_referral(connection: Connection, changed: Referral) -> None:
    """Save what has changed."""
    change_rows(connection, referral, asdict(changed), order_id=changed.order_id)


def open_referrals_of(connection: Connection, person_id: UUID) -> list[UUID]:
    """Return the orders of a recipient whose referral waits for its outcome."""
    mine = sa.select(orders.c.order_id).where(orders.c.recipient_id == person_id)
    is_open = referral.c.state == ReferralState.OPEN.value
    query = sa.select(referral.c.order_id).where(is_open, referral.c.order_id.in_(mine))
    return list(connection.execute(query.order_by(referral.c.order_id).limit(OPEN_OF_ONE_MAX)).scalars())


def has_other_at(connection: Connection, order: Order, planned: Terms) -> bool:
    """Tell whether the recipient has another order than this whose planned time overlaps; touching ends do not."""
    query = sa.select(sa.literal(1)).where(
        orders.c.recipient_id == order.recipient_id,
        orders.c.order_id != order.order_id,
        orders.c.state.in_(OCCUPYING_STATES),
        orders.c.start_at < planned.end_at,
        orders.c.end_at > planned.start_at,
    )
    return connection.execute(query.limit(1)).first() is not None


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Blank who served somebody who has gone, how they were reached, and what was said of it."""
    mine = sa.select(orders.c.order_id).where(orders.c.recipient_id == person_id)
    blank = {"provider": "", "contact": "", "words": ""}
    connection.execute(sa.update(referral).where(referral.c.order_id.in_(mine)).values(blank))


def _of_order(connection: Connection, query: sa.Select[Any]) -> Referral:
    row = connection.execute(query).mappings().first()
    if row is None:
        raise ReferralNotFoundError
    words = {"fallback": Fallback(row["fallback"]), "state": ReferralState(row["state"])}
    return Referral(**dict(row) | words)
