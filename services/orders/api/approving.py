"""/v1/orders/{id}/…, /v1/approvals, /v1/queues: the signatures under hours, and what waits for whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import NotFoundError
from libs.http import reading
from services.orders import queries
from services.orders.api import answers, schemas
from services.orders.api.edge import (
    BY_OPENING,
    BY_START,
    Row,
    call_of,
    command,
    incident_view,
    now,
    order_command,
    order_view,
    scope_of,
)
from services.orders.usecases.approve_hours import approve_hours, approve_many, reject_hours, second_check
from services.orders.usecases.decide_dispute import confirm_decision, decide_dispute
from services.orders.usecases.reverse_hours import decide_reversal, propose_reversal

blueprint = Blueprint("approving", __name__, url_prefix="/v1/orders/<uuid:order_id>", description="Hours approved")
approvals = Blueprint("approvals", __name__, url_prefix="/v1/approvals", description="Approving in bulk")
queues = Blueprint("queues", __name__, url_prefix="/v1/queues", description="What waits for whom")
approval_queue = Blueprint("approval_queue", __name__, url_prefix="/v1/approval-queue", description="What to approve")
Terms = dict[str, Any]


@blueprint.route("/approval")
class Approval(MethodView):
    """The first signature."""

    @blueprint.arguments(schemas.OwnActSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Approve a confirmed submission: for good when it is clean, else it waits for the second check."""
        return order_command(lambda c, call: approve_hours(c, call, order_id), terms)


@blueprint.route("/second-check")
class SecondCheck(MethodView):
    """The second pair of eyes."""

    @blueprint.arguments(schemas.VerdictSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Settle or reject a flagged or late submission."""
        return order_command(lambda c, call: second_check(c, call, order_id, ok=terms["ok"], why=call.why), terms)


@blueprint.route("/rejection")
class Rejection(MethodView):
    """Hours that do not count."""

    @blueprint.arguments(schemas.ReasonSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Reject the hours; what was set aside is released."""
        return order_command(lambda c, call: reject_hours(c, call, order_id, why=terms["why"]), terms)


@blueprint.route("/decision")
class Decision(MethodView):
    """How a dispute ends."""

    @blueprint.arguments(schemas.DecisionSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Decide a dispute with the minutes that count."""
        verdict = {"minutes": terms["minutes"], "why": terms["why"], "second_id": terms["second"]}
        return order_command(lambda c, call: decide_dispute(c, call, order_id, **verdict), terms)


@blueprint.route("/decision/confirmation")
class DecisionConfirmation(MethodView):
    """The second signature under a decision."""

    @blueprint.arguments(schemas.VerdictSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Sign fewer minutes of hours already settled: reversed, and settled anew; or not, and it is decided again."""
        return order_command(lambda c, call: confirm_decision(c, call, order_id, ok=terms["ok"], why=call.why), terms)


@blueprint.route("/reversal/<uuid:reversal_id>")
class Reversal(MethodView):
    """Taking a settlement back."""

    @blueprint.arguments(schemas.ReasonSchema)
    @blueprint.response(201, answers.OrderSchema)
    def put(self, terms: Terms, order_id: UUID, reversal_id: UUID) -> Row:
        """Propose to reverse a settlement whole."""
        return order_command(
            lambda c, call: propose_reversal(c, call, order_id, reversal_id=reversal_id, why=terms["why"]),
            terms,
            command_id=reversal_id,
        )


@blueprint.route("/reversal/<uuid:reversal_id>/decision")
class ReversalDecision(MethodView):
    """The second person of a reversal."""

    @blueprint.arguments(schemas.VerdictSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID, reversal_id: UUID) -> Row:
        """Decide a proposed reversal: yes, and the ledger posts the opposite transfers, once; or no."""
        verdict = {"reversal_id": reversal_id, "ok": terms["ok"]}
        return order_command(lambda c, call: decide_reversal(c, call, order_id, **verdict, why=call.why), terms)


@approvals.route("")
class Approvals(MethodView):
    """Many at once."""

    @approvals.arguments(schemas.ApprovalsSchema)
    @approvals.response(200, answers.ApprovalResultsSchema)
    def post(self, terms: Terms) -> Row:
        """Approve the clean submissions one by one, in this order; each other one stays, with its code."""
        call = call_of(terms)
        return command(lambda c: {"items": approve_many(c, call, terms["orders"])}, terms)


@queues.route("/<string:name>")
class Queue(MethodView):
    """What waits."""

    @queues.arguments(schemas.QueueQuerySchema, location="query")
    @queues.response(200, answers.page_of_schema(answers.WaitingSchema))
    def get(self, query: Terms, name: str) -> Row:
        """List what waits in a queue of the caller's units."""
        if name not in queries.QUEUES:
            raise NotFoundError
        return _queue(name, query)


@approval_queue.route("")
class ApprovalQueue(MethodView):
    """What waits for a first signature."""

    @approval_queue.arguments(schemas.QueueQuerySchema, location="query")
    @approval_queue.response(200, answers.OrderPageSchema)
    def get(self, query: Terms) -> Row:
        """List the confirmed submissions of the caller's units, with their flags in words."""
        return _queue("approval", query)


def _queue(name: str, query: Terms) -> Row:
    limit = query["limit"]
    with reading() as connection:
        units = scope_of(connection, query["unit"])
        if name == "urgent":
            after = BY_OPENING.read(query["cursor"])
            rows = queries.open_incidents(connection, unit_ids=units, after=after, limit=limit)
            return BY_OPENING.page([incident_view(connection, row) for row in rows], limit=limit)
        found = queries.queue_orders(
            connection, name, unit_ids=units, now=now(), after=BY_START.read(query["cursor"]), limit=limit
        )
        rows = [order_view(connection, order) for order in found]
    return BY_START.page(rows, limit=limit)
