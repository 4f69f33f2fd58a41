"""A coordinator passes or turns down an order under review."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.programme.words import Funding
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.order_changes import await_funding, publish_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.placing import messages

TURNED_DOWN = "review_refused"


def review_order(connection: Connection, context: CommandContext, order_id: UUID, *, ok: bool, why: str) -> Order:
    """Let the order go on to its funding (or its publication), or decline it.

    Raises:
        ForbiddenError: not a coordinator who reaches the recipient's unit.
        WrongOrderStateError: not under review.
    """
    order = lock_with_facts(connection, context, order_id, power="review_order")
    refuse_who_may_not_review(connection, context, order)
    if not ok:
        reviewed = order.declined(Verb.REVIEW, TURNED_DOWN)
        tell(connection, context, messages.order_declined(reviewed))
    elif order.funding is Funding.PROGRAMME:
        reviewed = publish_order(connection, context, order, Verb.REVIEW)
    else:
        reviewed = await_funding(connection, context, order, Verb.REVIEW)
    return save_change(connection, order, reviewed, context.step(Verb.REVIEW, why=why))


def refuse_who_may_not_review(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse to review without the power here, or what does not wait for it.

    Raises:
        ForbiddenError, WrongOrderStateError
    """
    require_power(connection, context, "review_order", order.unit_id)
    refuse_unless_allowed(Verb.REVIEW, order.state)
