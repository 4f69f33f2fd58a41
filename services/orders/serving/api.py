"""/v1/orders/{id}/…: offers, taking, the door code, check-in and check-out, no-shows; /v1/door-acts: done offline."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import Any, cast
from uuid import UUID

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import ValidationError

from libs.db import Connection
from libs.http import Service, reading
from libs.http.openapi import keyless
from libs.ids import new_id
from libs.programme.acting import Consent
from libs.programme.acting_schemas import ActingSchema
from services.orders.core.api.edge import command_context_of, now
from services.orders.core.api.places import place_of
from services.orders.core.api.views import order_command
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.schemas import OrderSchema, done_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.serving import schemas
from services.orders.serving.rules.acts import DoorAct, Outcome, canonical
from services.orders.serving.rules.doors import DoorKey
from services.orders.serving.usecases.read_door_code import read_door_code, renew_door_code
from services.orders.serving.usecases.read_station_code import read_station_code
from services.orders.serving.usecases.receive_acts import SignedAct, SignedText, check_signatures, receive_acts
from services.orders.serving.usecases.report_no_show import report_no_show
from services.orders.serving.usecases.serve_order import Shown, check_in, check_out
from services.orders.serving.usecases.take_order import (
    accept_offer,
    decline_offer,
    offer_order,
    take_order,
    withdraw_from_order,
)

door_acts = Blueprint("door_acts", __name__, url_prefix="/v1/door-acts", description="Done at the door, sent later")
blueprint = Blueprint("serving", __name__, url_prefix="/v1/orders/<uuid:order_id>", description="Help given")
station_codes = Blueprint(
    "station_codes", __name__, url_prefix="/v1/venues/<uuid:venue_id>/station-code", description="Shown at a venue"
)
READ_OUT = "asked for what was read out"


def writing() -> AbstractContextManager[Connection]:
    """Return a transaction for a read that notes who read."""
    return cast("Service", current_app.extensions["service"]).database.transaction()


def command_context_of_reader(query: Row) -> CommandContext:
    """Return who reads for somebody: the person asks now, and hears the answer. Each reading is one of its own."""
    how = query["consent"]
    return command_context_of(query | {"consent": Consent(how, now(), READ_OUT) if how else None}, new_id())


def door_key() -> DoorKey:
    """Return the key that makes and compares door codes."""
    return cast("DoorKey", cast("Service", current_app.extensions["service"]).parts["door_key"])


@blueprint.route("/door-code")
class DoorCode(MethodView):
    """What the recipient's side reads out at the door."""

    @blueprint.doc(operationId="get_door_code")
    @blueprint.arguments(schemas.ConsentQuerySchema, location="query")
    @blueprint.response(200, schemas.DoorCodeSchema)
    def get(self, query: dict[str, Any], order_id: UUID) -> Row:
        """Show the present door code to the recipient, or to who acts for them; never to the volunteer."""
        with writing() as connection:
            shown = read_door_code(connection, command_context_of_reader(query), order_id, door_key())
        return {"code": shown.code, "until": shown.until}

    @blueprint.doc(operationId="renew_door_code")
    @blueprint.arguments(ActingSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Have a new door code made, also after five wrong ones locked the old; it is read like the first."""
        return order_command(lambda c, context: renew_door_code(c, context, order_id), terms)


@station_codes.route("")
class StationCode(MethodView):
    """What whoever serves at a venue checks in with."""

    @station_codes.doc(operationId="get_station_code")
    @station_codes.response(200, schemas.DoorCodeSchema)
    def get(self, venue_id: UUID) -> Row:
        """Show the present code of a venue to who runs it; it changes as door codes do."""
        with writing() as connection:
            shown = read_station_code(connection, command_context_of({}, new_id()), venue_id, door_key())
        return {"code": shown.code, "until": shown.until}


@blueprint.route("/assignment")
class TakenBy(MethodView):
    """Who takes the order."""

    @blueprint.doc(operationId="take_order")
    @blueprint.arguments(schemas.CompanySchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Take a published order."""
        company = {"guardian_id": terms["guardian"], "group_id": terms["group"]}
        return order_command(lambda c, context: take_order(c, context, order_id, **company), terms)


@blueprint.route("/withdrawal")
class Withdrawal(MethodView):
    """Giving a taken order back."""

    @blueprint.doc(operationId="withdraw_from_order")
    @blueprint.arguments(ActingSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Give a taken order back; it is published anew."""
        return order_command(lambda c, context: withdraw_from_order(c, context, order_id), terms)


@blueprint.route("/offers")
class Offers(MethodView):
    """Offering an order."""

    @blueprint.doc(operationId="offer_order")
    @blueprint.arguments(schemas.OfferSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Offer an order to one volunteer, who is free to say no."""
        return order_command(lambda c, context: offer_order(c, context, order_id, to=terms["to"]), terms)


@blueprint.route("/offers/acceptance")
class Acceptance(MethodView):
    """Saying yes to an offer."""

    @blueprint.doc(operationId="accept_offer")
    @blueprint.arguments(schemas.CompanySchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Take the offered order, with all gates of taking."""
        company = {"guardian_id": terms["guardian"], "group_id": terms["group"]}
        return order_command(lambda c, context: accept_offer(c, context, order_id, **company), terms)


@blueprint.route("/offers/refusal")
class OfferRefusal(MethodView):
    """Saying no to an offer."""

    @blueprint.doc(operationId="refuse_offer")
    @blueprint.arguments(ActingSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Say no: no mark, no reason needed."""
        return order_command(lambda c, context: decline_offer(c, context, order_id), terms)


@blueprint.route("/check-in")
class CheckIn(MethodView):
    """At the door."""

    @blueprint.doc(operationId="check_in")
    @blueprint.arguments(schemas.CheckInSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Start the service, with the code the recipient reads out and the place, where there are."""
        key = door_key()
        shown = Shown(code=terms["code"], place=place_of(terms), device=terms["device"] or "")
        remembered = terms | {"code": key.mark(order_id, terms["code"])}
        return order_command(lambda c, context: check_in(c, context, order_id, shown, key), remembered)


@blueprint.route("/check-out")
class CheckOut(MethodView):
    """The end of a service."""

    @blueprint.doc(operationId="check_out")
    @blueprint.arguments(schemas.CheckOutSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """End the service, with what was ticked of its list; the platform counts the minutes."""
        ticked = terms["ticked"]
        points = None if ticked is None else tuple(sorted(set(ticked)))
        left = Shown(place=place_of(terms), device=terms["device"] or "", ticked=points)
        return order_command(lambda c, context: check_out(c, context, order_id, left), terms)


@blueprint.route("/no-show")
class NoShow(MethodView):
    """One side did not appear."""

    @blueprint.doc(operationId="report_no_show")
    @blueprint.arguments(schemas.NoShowSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: Row, order_id: UUID) -> Row:
        """Report who did not appear; an absent recipient opens a welfare check."""
        return order_command(lambda c, context: report_no_show(c, context, order_id, absent=terms["absent"]), terms)


@door_acts.route("")
class DoorActs(MethodView):
    """What devices signed at doors without a network."""

    @keyless
    @door_acts.doc(operationId="send_door_acts")
    @door_acts.arguments(schemas.BundleSchema)
    @door_acts.response(200, schemas.BundleResultSchema)
    def post(self, terms: Row) -> Row:
        """Judge check-ins and check-outs that a device of the caller's signed; each counts once, however often sent."""
        context = command_context_of({}, new_id())
        texts = [_read(sent) for sent in terms["acts"]]
        with reading() as connection:
            checked = check_signatures(connection, context.caller_id, texts)
        outcomes = _received(context, [sent for sent in checked if isinstance(sent, SignedAct)])
        became = [outcomes[sent.text] if isinstance(sent, SignedAct) else sent for sent in checked]
        return {"items": [{"result": sent.state, "code": sent.code, "advice": sent.advice} for sent in became]}


def _received(context: CommandContext, signed: list[SignedAct]) -> dict[str, Outcome]:
    """Judge the acts order by order, each in a transaction of its own."""
    outcomes: dict[str, Outcome] = {}
    for order_id in sorted({sent.act.order_id for sent in signed}):
        of_order = [sent for sent in signed if sent.act.order_id == order_id]
        with writing() as connection:
            outcomes |= receive_acts(connection, context, order_id, of_order, door_key())
    return outcomes


def _read(sent: Row) -> SignedText:
    """Return a signed text with what it says, if it says an act in the one way there is to say it."""
    try:
        said = json.loads(sent["text"])
        act = schemas.DoorActSchema().load(said)
        is_canonical = canonical(said) == sent["text"]
    except (ValueError, RecursionError, ValidationError):
        return SignedText(sent["text"], sent["signature"], None)
    read = DoorAct(act["key"], act["counter"], Verb(act["act"]), act["order"], act["at"], act["code"], place_of(act))
    return SignedText(sent["text"], sent["signature"], read if is_canonical else None)
