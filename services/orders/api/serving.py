"""/v1/orders/{id}/…: offers, taking, check-in and check-out, the recipient's word, no-shows, call-backs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from services.orders.api import answers, schemas
from services.orders.api.edge import Row, door_key, order_command, place_of
from services.orders.usecases.confirm_order import call_back, confirm_order, dispute_order
from services.orders.usecases.report_no_show import report_no_show
from services.orders.usecases.serve_order import Shown, check_in, check_out
from services.orders.usecases.take_order import (
    accept_offer,
    decline_offer,
    offer_order,
    take_order,
    withdraw_from_order,
)

blueprint = Blueprint("serving", __name__, url_prefix="/v1/orders/<uuid:order_id>", description="Help given")
Terms = dict[str, Any]


@blueprint.route("/assignment")
class TakenBy(MethodView):
    """Who takes the order."""

    @blueprint.arguments(schemas.CompanySchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Take a published order."""
        company = {"guardian_id": terms["guardian"], "group_id": terms["group"]}
        return order_command(lambda c, call: take_order(c, call, order_id, **company), terms)


@blueprint.route("/withdrawal")
class Withdrawal(MethodView):
    """Giving a taken order back."""

    @blueprint.arguments(schemas.ActingSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Give a taken order back; it is published anew."""
        return order_command(lambda c, call: withdraw_from_order(c, call, order_id), terms)


@blueprint.route("/offers")
class Offers(MethodView):
    """Offering an order."""

    @blueprint.arguments(schemas.OfferSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Offer an order to one volunteer, who is free to say no."""
        return order_command(lambda c, call: offer_order(c, call, order_id, to=terms["to"]), terms)


@blueprint.route("/offers/acceptance")
class Acceptance(MethodView):
    """Saying yes to an offer."""

    @blueprint.arguments(schemas.CompanySchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Take the offered order, with all gates of taking."""
        company = {"guardian_id": terms["guardian"], "group_id": terms["group"]}
        return order_command(lambda c, call: accept_offer(c, call, order_id, **company), terms)


@blueprint.route("/offers/refusal")
class OfferRefusal(MethodView):
    """Saying no to an offer."""

    @blueprint.arguments(schemas.ActingSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Say no: no mark, no reason needed."""
        return order_command(lambda c, call: decline_offer(c, call, order_id), terms)


@blueprint.route("/check-in")
class CheckIn(MethodView):
    """At the door."""

    @blueprint.arguments(schemas.CheckInSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Start the service, with the code the recipient reads out and the place, where there are."""
        key = door_key()
        shown = Shown(code=terms["code"], place=place_of(terms), device=terms["device"] or "")
        remembered = terms | {"code": key.mark(order_id, terms["code"])}
        return order_command(lambda c, call: check_in(c, call, order_id, shown, key), remembered)


@blueprint.route("/check-out")
class CheckOut(MethodView):
    """The end of a service."""

    @blueprint.arguments(schemas.WhereaboutsSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """End the service; the platform counts the minutes."""
        place, device = place_of(terms), terms["device"] or ""
        return order_command(lambda c, call: check_out(c, call, order_id, place=place, device=device), terms)


@blueprint.route("/confirmation")
class Confirmation(MethodView):
    """The recipient agrees."""

    @blueprint.arguments(schemas.ConfirmationSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Agree with the minutes, and say whether it was good."""
        word = {"rating": terms["rating"], "device": terms["device"] or ""}
        return order_command(lambda c, call: confirm_order(c, call, order_id, **word), terms)


@blueprint.route("/dispute")
class Dispute(MethodView):
    """The recipient disagrees."""

    @blueprint.arguments(schemas.DisputeSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Disagree with the minutes; it freezes the submission."""
        return order_command(
            lambda c, call: dispute_order(c, call, order_id, says_minutes=terms["says_minutes"]), terms
        )


@blueprint.route("/call-back")
class CallBack(MethodView):
    """A call to the recipient's side."""

    @blueprint.arguments(schemas.OwnActSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Record a call as evidence that the volunteer is or was there."""
        return order_command(lambda c, call: call_back(c, call, order_id), terms)


@blueprint.route("/no-show")
class NoShow(MethodView):
    """One side did not appear."""

    @blueprint.arguments(schemas.NoShowSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: Terms, order_id: UUID) -> Row:
        """Report who did not appear; an absent recipient opens a welfare check."""
        return order_command(lambda c, call: report_no_show(c, call, order_id, absent=terms["absent"]), terms)
