"""/v1/orders/{id}/…: disputes, decisions, reversals, and every step behind them."""

from __future__ import annotations

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError
from libs.http import reading
from libs.programme.two_people_schemas import VerdictSchema
from services.orders.approving.store.call_backs import call_backs_of
from services.orders.approving.usecases.show_sample import sample_of
from services.orders.core.api.acts import with_acts
from services.orders.core.api.due import with_due
from services.orders.core.api.edge import now, reaches
from services.orders.core.api.names import with_names
from services.orders.core.api.views import order_command, read_order
from services.orders.core.schemas import OrderSchema, ReasonSchema, done_schema
from services.orders.core.store.rows import Row
from services.orders.disputes import schemas, store
from services.orders.disputes.usecases.decide_dispute import confirm_decision, decide_dispute
from services.orders.disputes.usecases.dispute_order import dispute_order
from services.orders.disputes.usecases.reverse_hours import decide_reversal, propose_reversal

blueprint = Blueprint(
    "disputes", __name__, url_prefix="/v1/orders/<uuid:order_id>", description="Disputes and reversals"
)


@blueprint.route("/evidence")
class Evidence(MethodView):
    """What was done to an order, step by step."""

    @blueprint.doc(operationId="get_evidence")
    @blueprint.response(200, schemas.EvidenceSchema)
    def get(self, order_id: UUID) -> Row:
        """Show staff every step, proof and signature of an order."""
        with reading() as connection:
            view = read_order(connection, order_id)
            if not reaches(connection, view.order.unit_id):
                raise ForbiddenError
            (view,) = with_names(connection, with_acts(connection, [view], whole=True))
            view = with_due(connection, view)
            steps = store.steps_of(connection, order_id)
            decisions = store.decisions_of(connection, order_id)
            reversals = store.reversals_of(connection, order_id)
            calls = call_backs_of(connection, order_id)
            sample = sample_of(connection, view.order, now())
        shown = {"order": view, "sample": sample, "steps": steps}
        return shown | {"decisions": decisions, "reversals": reversals, "call_backs": calls}


@blueprint.route("/dispute")
class Dispute(MethodView):
    """The recipient disagrees."""

    @blueprint.doc(operationId="dispute_order")
    @blueprint.arguments(schemas.DisputeSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Disagree with the minutes; it freezes the submission."""
        return order_command(
            lambda c, context: dispute_order(c, context, order_id, says_minutes=terms["says_minutes"]), terms
        )


@blueprint.route("/decision")
class Decision(MethodView):
    """How a dispute ends."""

    @blueprint.doc(operationId="decide_dispute")
    @blueprint.arguments(schemas.DecisionSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Decide a dispute with the minutes that count."""
        verdict = {"minutes": terms["minutes"], "why": terms["why"], "second_id": terms["second"]}
        return order_command(lambda c, context: decide_dispute(c, context, order_id, **verdict), terms)


@blueprint.route("/decision/confirmation")
class DecisionConfirmation(MethodView):
    """The second signature under a decision."""

    @blueprint.doc(operationId="confirm_decision")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Sign fewer minutes of hours already settled: reversed, and settled anew; or not, and it is decided again."""
        return order_command(
            lambda c, context: confirm_decision(c, context, order_id, ok=terms["ok"], why=context.why), terms
        )


@blueprint.route("/reversal/<uuid:reversal_id>")
class Reversal(MethodView):
    """Taking a settlement back."""

    @blueprint.doc(operationId="propose_order_reversal")
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(201, done_schema(OrderSchema))
    def put(self, terms: Row, order_id: UUID, reversal_id: UUID) -> Row:
        """Propose to reverse a settlement whole."""
        return order_command(
            lambda c, context: propose_reversal(c, context, order_id, reversal_id=reversal_id, why=terms["why"]),
            terms,
            command_id=reversal_id,
        )


@blueprint.route("/reversal/<uuid:reversal_id>/decision")
class ReversalDecision(MethodView):
    """The second person of a reversal."""

    @blueprint.doc(operationId="decide_order_reversal")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID, reversal_id: UUID) -> Row:
        """Decide a proposed reversal: yes, and the ledger posts the opposite transfers, once; or no."""
        verdict = {"reversal_id": reversal_id, "ok": terms["ok"]}
        return order_command(
            lambda c, context: decide_reversal(c, context, order_id, **verdict, why=context.why), terms
        )
