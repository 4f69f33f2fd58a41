"""What is to be told to whom, and while it is of use; accounts knows how people are reached, and in which words."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.events import Cause
from libs.ids import id_from_cause
from services.orders.core.messages import NoticeWanted, tell
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose


def want_notice(
    connection: Connection,
    context: Cause,
    order: Order,
    person_id: UUID | None,
    purpose: Purpose,
    *,
    other_id: UUID | None = None,
    until: datetime | None = None,
) -> None:
    """Ask that somebody is told something of an order, while it is of use; one act tells one person one thing once.

    Nobody is told where nobody receives it.
    """
    if person_id is None:
        return
    about = (str(order.order_id), str(person_id), purpose, str(other_id or ""))
    notice_id = id_from_cause(context.cause, "notice", *about)
    wanted = NoticeWanted(
        notice_id, order.district_id, person_id, purpose, order.order_id, order.terms.start_at, other_id, until
    )
    tell(connection, context, wanted)


def say_who_comes(connection: Connection, context: Cause, order: Order) -> None:
    """Ask that the recipient is told of each who comes, while nobody has come."""
    for volunteer_id in order.volunteer_ids:
        purpose, until = Purpose.VISIT_TAKEN, order.terms.start_at
        want_notice(connection, context, order, order.recipient_id, purpose, other_id=volunteer_id, until=until)


def say_who_does_not_come(connection: Connection, context: Cause, order: Order, volunteer_id: UUID) -> None:
    """Ask that the recipient is told that a volunteer does not come, and that somebody else is looked for."""
    until = order.terms.end_at
    want_notice(connection, context, order, order.recipient_id, Purpose.VISIT_LOST, other_id=volunteer_id, until=until)


def say_to_volunteers(
    connection: Connection, context: Cause, order: Order, purpose: Purpose, *, until: datetime | None = None
) -> None:
    """Ask that all who had taken an order are told something."""
    for volunteer_id in order.volunteer_ids:
        want_notice(connection, context, order, volunteer_id, purpose, until=until)
