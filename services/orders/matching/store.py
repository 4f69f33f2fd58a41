"""Who might help with an order, and what they did before."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.programme.words import PersonStatus, Role
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store
from services.orders.core.store.tables import assignment, orders, person

CANDIDATES_MAX = 500


@dataclass(frozen=True)
class Candidate:
    """A volunteer, how often they helped this recipient, and how often they served at all."""

    person: Person
    helped_before: int
    served: int


def candidates_of(connection: Connection, order: Order) -> list[Candidate]:
    """Return active volunteers of the order's district, at most CANDIDATES_MAX."""
    wanted = sa.select(person.c.person_id).where(
        person.c.district_id == order.district_id,
        person.c.status == PersonStatus.ACTIVE,
        person.c.roles.contains([Role.VOLUNTEER]),
    )
    ids = list(connection.execute(wanted.order_by(person.c.person_id).limit(CANDIDATES_MAX)).scalars())
    for_recipient = sa.func.count().filter(orders.c.recipient_id == order.recipient_id)
    served = (
        sa.select(assignment.c.volunteer_id, for_recipient, sa.func.count())
        .join(orders, orders.c.order_id == assignment.c.order_id)
        .where(assignment.c.volunteer_id.in_(ids), assignment.c.checked_out_at.is_not(None))
        .group_by(assignment.c.volunteer_id)
    )
    counts = {row[0]: (row[1], row[2]) for row in connection.execute(served)}
    volunteers = people_store.find_people(connection, ids)
    return [Candidate(volunteer, *counts.get(volunteer.person_id, (0, 0))) for volunteer in volunteers]
