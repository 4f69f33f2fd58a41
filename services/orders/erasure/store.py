"""Words about a person, and what is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.orders.core.rules.life_cycle import OPEN
from services.orders.core.store.tables import assignment, dispute, order_step, orders
from services.orders.incidents.store import incident
from services.orders.service_time.store import certificate


def forget_words_about(connection: Connection, person_id: UUID) -> None:
    """Blank the free words on orders a person received or acted in; who did what and when stays."""
    theirs = sa.select(orders.c.order_id).where(orders.c.recipient_id == person_id)
    concerned = order_step.c.order_id.in_(theirs) | (order_step.c.acting_for == person_id)
    connection.execute(sa.update(order_step).where(concerned).values(_blank(order_step)))
    connection.execute(sa.update(orders).where(orders.c.recipient_id == person_id).values(_blank(orders)))
    connection.execute(sa.update(dispute).where(dispute.c.order_id.in_(theirs)).values(decision_why=""))
    held = certificate.c.person_id == person_id
    connection.execute(sa.update(certificate).where(held).values(_blank(certificate)))
    _forget_words_of_incidents(connection, person_id)


def _forget_words_of_incidents(connection: Connection, person_id: UUID) -> None:
    about = incident.c.person_id == person_id
    said = _blank(incident) | {"words": "", "latitude_e6": None, "longitude_e6": None}
    connection.execute(sa.update(incident).where(about | (incident.c.opened_by == person_id)).values(said))
    connection.execute(sa.update(incident).where(about).values(outcome=""))


def _blank(table: sa.Table) -> dict[str, Any]:
    return {"why": "", "consent": _without_words(table)}


def _without_words(table: sa.Table) -> sa.ColumnElement[Any]:
    return sa.func.jsonb_set(table.c.consent, sa.literal_column("'{words}'"), sa.literal_column("'\"\"'::jsonb"))


def has_open_orders(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the person receives, pays or serves in an order that is not closed."""
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    concerned = (orders.c.recipient_id == person_id) | (orders.c.payer_id == person_id) | orders.c.order_id.in_(mine)
    is_open = orders.c.state.in_([state.value for state in OPEN])
    return connection.execute(sa.select(orders.c.order_id).where(concerned, is_open).limit(1)).first() is not None
