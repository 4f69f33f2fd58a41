"""Turn proposals into offers, many at once; whoever is asked answers as they like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.db import Connection, savepoint
from libs.errors import Refusal
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.store import order_store, people_store
from services.orders.core.usecases.command_context import CommandContext, require_power_somewhere
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.serving.rules.taking import refuse_who_may_not_serve
from services.orders.serving.usecases.take_order import offer_to, refuse_unless_open, refuse_who_may_not_offer

POWER = "offer_order"


@dataclass(frozen=True)
class Wanted:
    """An order, and to whom it is to be offered."""

    order_id: UUID
    to: UUID


def offer_many(connection: Connection, context: CommandContext, wanted: Sequence[Wanted]) -> list[dict[str, object]]:
    """Offer each order to its volunteer; what a gate or a state bars stays, with its code.

    Raises:
        ForbiddenError: the caller has no role that offers orders anywhere.
    """
    require_power_somewhere(context, POWER)
    order_store.lock_orders(connection, {offer.order_id for offer in wanted})
    return [_offer_one(connection, context, offer) for offer in wanted]


def _offer_one(connection: Connection, context: CommandContext, offer: Wanted) -> dict[str, object]:
    result = {"order_id": offer.order_id, "to": offer.to}
    try:
        with savepoint(connection):
            order = lock_with_facts(connection, context, offer.order_id, power=POWER)
            refuse_who_may_not_offer(connection, context, order)
            if any(other.to == offer.to for other in order.offers.open_at(context.now)):
                return {**result, "result": "offered"}
            volunteer = people_store.load_person(connection, offer.to)
            refuse_who_may_not_serve(volunteer)
            refuse_unless_open(connection, context, order, volunteer, Verb.TAKE)
            offer_to(connection, context, order, offer.to)
    except Refusal as refusal:
        return {**result, "result": "skipped", "code": refusal.code}
    return {**result, "result": "offered"}
