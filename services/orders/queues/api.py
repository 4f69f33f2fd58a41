"""/v1/queues and /v1/approval-queue: what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import current_actor, reading
from services.orders.core.api.acts import with_acts
from services.orders.core.api.edge import now, scope_of
from services.orders.core.api.names import with_names
from services.orders.core.api.views import OrderView, order_views
from services.orders.core.rules.order import Order
from services.orders.core.schemas import OrderPageSchema, OrderSchema, page_of_schema
from services.orders.core.store import order_store
from services.orders.core.store.rows import Row
from services.orders.incidents.api import incident_views
from services.orders.incidents.schemas import IncidentSchema
from services.orders.incidents.store import OPEN_INCIDENTS
from services.orders.queues import schemas
from services.orders.queues.rules.findings import PairFacts, sentence_of
from services.orders.queues.store import queues as store
from services.orders.queues.store.hints import hints_of

queues = Blueprint("queues", __name__, url_prefix="/v1/queues", description="What waits for whom")
approval_queue = Blueprint("approval_queue", __name__, url_prefix="/v1/approval-queue", description="What to approve")


@queues.route(f"/<any({', '.join(store.QUEUES)}):name>")
class Queue(MethodView):
    """What waits."""

    @queues.doc(operationId="list_queue")
    @queues.arguments(schemas.QueueQuerySchema, location="query")
    @queues.response(200, page_of_schema(schemas.WaitingSchema))
    def get(self, query: Row, name: str) -> Row:
        """List what waits in a queue of the caller's units."""
        return _queue(name, query)


@queues.route(f"/<any({', '.join(store.OF_ORDERS)}):name>/findings")
class Findings(MethodView):
    """What is unusual about what waits."""

    @queues.doc(operationId="list_queue_findings")
    @queues.arguments(schemas.QueueQuerySchema, location="query")
    @queues.response(200, page_of_schema(schemas.FindingsSchema))
    def get(self, query: Row, name: str) -> Row:
        """Say of a queue's orders, in order, what is unusual: flags, hints, the pair's past."""
        with reading() as connection:
            units = scope_of(connection, query["unit"])
            page = order_store.list_orders(connection, store.WAITING, query, queue=name, units=units, now=now())
            order_ids = [order.order_id for order in page.rows]
            facts = store.pair_facts(connection, order_ids)
            hints = hints_of(connection, order_ids, now())
            return page.showing(
                [_findings(order, facts.get(order.order_id, []), hints.get(order.order_id, [])) for order in page.rows]
            )


def _findings(order: Order, parts: list[PairFacts], hints: list[Row]) -> Row:
    flags = sorted(order.submission.flags)
    return {
        "order_id": order.order_id,
        "flag_words": [{"flag": flag, **sentence_of(flag, parts)} for flag in flags],
        "hints": hints,
        "pairs": parts,
    }


@approval_queue.route("")
class ApprovalQueue(MethodView):
    """What waits for a first signature."""

    @approval_queue.doc(operationId="list_approval_queue")
    @approval_queue.arguments(schemas.QueueQuerySchema, location="query")
    @approval_queue.response(200, OrderPageSchema)
    def get(self, query: Row) -> Row:
        """List the confirmed submissions of the caller's units, with their flags in words."""
        return _queue("approval", query)


def _queue(name: str, query: Row) -> Row:
    if name == "sample" and not {held.role for held in current_actor().roles} & POWERS["call_back"]:
        raise ForbiddenError
    with reading() as connection:
        units = scope_of(connection, query["unit"])
        if name == "urgent":
            incidents = OPEN_INCIDENTS.page(connection, query, units=units)
            return incidents.showing(IncidentSchema(many=True).dump(incident_views(connection, incidents.rows)))
        page = order_store.list_orders(connection, store.WAITING, query, queue=name, units=units, now=now())
        return page.showing(OrderSchema(many=True).dump(_with_all(connection, page.rows)))


def _with_all(connection: Connection, orders: Sequence[Order]) -> list[OrderView]:
    return with_names(connection, with_acts(connection, order_views(connection, orders)))
