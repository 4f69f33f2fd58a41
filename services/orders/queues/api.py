"""/v1/queues and /v1/approval-queue: what waits for whom."""

from __future__ import annotations

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from services.orders.core.api.edge import BY_START, now, scope_of
from services.orders.core.api.views import order_view
from services.orders.core.schemas import OrderPageSchema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.incidents import store as incidents_store
from services.orders.incidents.api import BY_OPENING, incident_view
from services.orders.queues import schemas, store

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
    limit = query["limit"]
    with reading() as connection:
        units = scope_of(connection, query["unit"])
        if name == "urgent":
            after = BY_OPENING.read(query["cursor"])
            rows = incidents_store.open_incidents(connection, unit_ids=units, after=after, limit=limit)
            return BY_OPENING.page([incident_view(connection, row) for row in rows], limit=limit)
        orders = store.queue_orders(
            connection, name, unit_ids=units, now=now(), after=BY_START.read(query["cursor"]), limit=limit
        )
        rows = [order_view(connection, order) for order in orders]
    return BY_START.page(rows, limit=limit)
