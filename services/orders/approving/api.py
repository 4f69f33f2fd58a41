"""/v1/orders/{id}/… and /v1/approvals: the recipient's word, and the signatures under hours."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.http import current_actor, reading
from libs.programme.two_people_schemas import VerdictSchema
from services.orders.approving import schemas
from services.orders.approving.rules.call_backs import Answers
from services.orders.approving.rules.sample import SampleOutcome
from services.orders.approving.rules.statistics import DAYS, statistics_of
from services.orders.approving.store.history import signatures_since
from services.orders.approving.usecases.approve_hours import approve_hours, approve_many, reject_hours, second_check
from services.orders.approving.usecases.call_sample import call_sample
from services.orders.approving.usecases.confirm_order import call_back, confirm_order
from services.orders.core.api.edge import command, now, scope_of
from services.orders.core.api.views import order_command
from services.orders.core.schemas import OrderSchema, OwnActSchema, ReasonSchema, done_schema
from services.orders.core.store.rows import Row

blueprint = Blueprint("approving", __name__, url_prefix="/v1/orders/<uuid:order_id>", description="Hours approved")
approvals = Blueprint("approvals", __name__, url_prefix="/v1/approvals", description="Approving in bulk")


@blueprint.route("/confirmation")
class Confirmation(MethodView):
    """The recipient agrees."""

    @blueprint.doc(operationId="confirm_order")
    @blueprint.arguments(schemas.ConfirmationSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Agree with the minutes, and say whether it was good."""
        word = {"rating": terms["rating"], "device": terms["device"] or ""}
        return order_command(lambda c, context: confirm_order(c, context, order_id, **word), terms)


@blueprint.route("/call-back")
class CallBack(MethodView):
    """A call to the recipient's side."""

    @blueprint.doc(operationId="record_call_back")
    @blueprint.arguments(schemas.CallBackSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Record what was answered; only a yes is evidence that the volunteer is or was there."""
        said = Answers(terms["spoke_with"], terms["was_there"], terms["says_minutes"], terms["words"] or "")
        return order_command(lambda c, context: call_back(c, context, order_id, said), terms)


@blueprint.route("/sample-call")
class SampleCalled(MethodView):
    """A call about a drawn order."""

    @blueprint.doc(operationId="record_sample_call")
    @blueprint.arguments(schemas.SampleCallSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Note what the recipient of a drawn order told another office; less than was reported is in dispute."""
        said = {"outcome": SampleOutcome(terms["outcome"]), "minutes": terms["minutes"]}
        return order_command(lambda c, context: call_sample(c, context, order_id, **said), terms)


@blueprint.route("/approval")
class Approval(MethodView):
    """The first signature."""

    @blueprint.doc(operationId="approve_order")
    @blueprint.arguments(OwnActSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Approve a confirmed submission: for good when it is clean, else it waits for the second check."""
        return order_command(lambda c, context: approve_hours(c, context, order_id), terms)


@blueprint.route("/second-check")
class SecondCheck(MethodView):
    """The second pair of eyes."""

    @blueprint.doc(operationId="check_second")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Settle or reject a flagged or late submission."""
        return order_command(
            lambda c, context: second_check(c, context, order_id, ok=terms["ok"], why=context.why), terms
        )


@blueprint.route("/rejection")
class Rejection(MethodView):
    """Hours that do not count."""

    @blueprint.doc(operationId="reject_order")
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Reject the hours; what was set aside is released."""
        return order_command(lambda c, context: reject_hours(c, context, order_id, why=terms["why"]), terms)


@approvals.route("")
class Approvals(MethodView):
    """Many at once."""

    @approvals.doc(operationId="approve_orders")
    @approvals.arguments(schemas.ApprovalsSchema)
    @approvals.response(200, schemas.ApprovalResultsSchema)
    def post(self, terms: Row) -> Row:
        """Approve the clean submissions, told in this order; each other one stays, with its code."""
        return command(lambda c, context: {"items": approve_many(c, context, terms["orders"])}, terms)


@approvals.route("/statistics")
class ApprovalStatistics(MethodView):
    """What one signed oneself."""

    @approvals.doc(operationId="get_approval_statistics")
    @approvals.response(200, schemas.StatisticsSchema)
    def get(self) -> Row:
        """Show who signs hours what they signed lately, beside the middle of the others; nobody is named."""
        actor = current_actor()
        if not {held.role for held in actor.roles} & POWERS["approve_hours"]:
            raise ForbiddenError
        with reading() as connection:
            signed = signatures_since(connection, scope_of(connection, None), now() - timedelta(days=DAYS))
        shown = statistics_of(signed, actor.person_id)
        return {"days": DAYS, "own": shown.own, "others_count": shown.others_count, "median": shown.median}
