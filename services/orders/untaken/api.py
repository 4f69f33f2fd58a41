"""/v1/orders/{id}/waiting, /time, /referral: what is done about help that nobody takes."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from services.orders.core.api.edge import command, reaches
from services.orders.core.api.views import concerns, order_command, read_order
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.schemas import OrderSchema, done_schema
from services.orders.core.store.rows import Row
from services.orders.untaken import schemas, store
from services.orders.untaken.rules import ReferralState
from services.orders.untaken.usecases.answer_question import be_referred, change_time, wait_longer
from services.orders.untaken.usecases.follow_referral import name_provider, record_outcome

untaken = Blueprint("untaken", __name__, url_prefix="/v1/orders/<uuid:order_id>")


@untaken.route("/waiting")
class Waiting(MethodView):
    """Waiting longer."""

    @untaken.doc(operationId="wait_for_volunteer")
    @untaken.arguments(schemas.WaitSchema)
    @untaken.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Wait longer for help that nobody has taken, once asked what now: until an instant, or until the start."""
        return order_command(lambda c, context: wait_longer(c, context, order_id, until=terms["until"]), terms)


@untaken.route("/time")
class OtherTime(MethodView):
    """Another time."""

    @untaken.doc(operationId="change_order_time")
    @untaken.arguments(schemas.OtherTimeSchema)
    @untaken.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Look for somebody at another time, once asked what now; what is set aside for it stays set aside."""
        return order_command(lambda c, context: change_time(c, context, order_id, start_at=terms["start"]), terms)


@untaken.route("/referral")
class ReferralOfOrder(MethodView):
    """Other help."""

    @untaken.doc(operationId="get_referral")
    @untaken.response(200, schemas.ReferralSchema)
    def get(self, order_id: UUID) -> Row:
        """Show whom it concerns, and staff of its unit, where an order went that nobody took, and what came of it."""
        with reading() as connection:
            order = read_order(connection, order_id).order
            if not (reaches(connection, order.unit_id) or concerns(connection, order)):
                raise OrderNotFoundError
            return asdict(store.find_referral(connection, order_id))

    @untaken.doc(operationId="be_referred")
    @untaken.arguments(schemas.ReferSchema)
    @untaken.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Wait for no volunteer any more, once asked: purchased help where minutes cover it, else the market."""
        return order_command(lambda c, context: be_referred(c, context, order_id), terms)


@untaken.route("/referral/provider")
class ReferralProvider(MethodView):
    """Who serves."""

    @untaken.doc(operationId="name_provider")
    @untaken.arguments(schemas.ProviderSchema)
    @untaken.response(200, done_schema(schemas.ReferralSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Say who of the market serves, how they are reached, and when they come; another one replaces the last."""
        named = {"provider": terms["provider"], "contact": terms["contact"], "comes_at": terms["comes"]}
        return command(lambda c, context: asdict(name_provider(c, context, order_id, **named)), terms)


@untaken.route("/referral/outcome")
class ReferralOutcome(MethodView):
    """What came of it."""

    @untaken.doc(operationId="record_referral_outcome")
    @untaken.arguments(schemas.ReferralOutcomeSchema)
    @untaken.response(200, done_schema(schemas.ReferralSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Record what came of a referral to the market, as whom it concerns or as staff of the unit."""
        outcome, words = ReferralState(terms["outcome"]), terms["words"] or ""
        return command(
            lambda c, context: asdict(record_outcome(c, context, order_id, outcome=outcome, words=words)), terms
        )
