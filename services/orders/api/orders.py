"""/v1/orders and /v1/catalogue-items: ask for help, and see what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.http import current_actor, reading
from libs.http.openapi import prefers_wait
from services.orders import queries
from services.orders.api import answers, schemas
from services.orders.api.edge import (
    BY_START,
    Row,
    call_of_reader,
    door_key,
    funded,
    now,
    order_command,
    order_view,
    place_of_text,
    plain,
    reaches,
    read_order,
    scope_of,
    seen_people,
    speaks_for,
    writing,
)
from services.orders.domain.errors import ForbiddenError
from services.orders.domain.order import Funding
from services.orders.messages import POWERS
from services.orders.usecases.cancel_order import cancel_order
from services.orders.usecases.place_order import Wish, place_order
from services.orders.usecases.read_door_code import read_door_code, renew_door_code
from services.orders.usecases.review_order import review_order

blueprint = Blueprint("orders", __name__, url_prefix="/v1/orders", description="Help asked for")
catalogue = Blueprint("catalogue", __name__, url_prefix="/v1/catalogue-items", description="What can be asked for")


@catalogue.route("")
class CatalogueItems(MethodView):
    """The services in force today."""

    @catalogue.response(200, answers.page_of_schema(answers.CatalogueItemSchema))
    def get(self) -> Row:
        """List the catalogue."""
        with reading() as connection:
            services = queries.catalogue_on(connection, local_date(now()))
        names = (
            "code", "version", "name_zh", "name_en", "service_class", "risk", "persons", "min_minutes", "max_minutes",
            "coefficient_percent", "certificate", "max_grade", "certificate_for",
        )  # fmt: skip
        rows = [
            {name: getattr(service, name) for name in names}
            | {"funding": sorted(service.funding), "checklist": list(service.checklist)}
            for service in services
        ]
        return {"items": rows, "next": None}


@blueprint.route("")
class Orders(MethodView):
    """The list."""

    @blueprint.arguments(schemas.OrderQuerySchema, location="query")
    @blueprint.response(200, answers.OrderPageSchema)
    def get(self, query: dict[str, Any]) -> Row:
        """List orders by start: published ones for everybody, those of their units for staff, else one's own.

        A relative with a grant lists those of the person named, and finds those they placed among their own.
        """
        near = place_of_text(query["near"]) if query["near"] else None
        query |= {"person": query["person"] or _self_unless_staff(query)}
        with reading() as connection:
            wanted = queries.OrderFilter(
                unit_ids=_units(connection, query),
                state=query["state"],
                person_id=query["person"],
                placed_for=seen_people(connection) if is_own(query) else frozenset(),
                near=near,
                within_m=query["within_m"],
                start_from=query["start_from"],
                start_before=query["start_before"],
            )
            after = BY_START.read(query["cursor"])
            found = queries.list_orders(connection, wanted, after=after, limit=query["limit"])
            rows = [order_view(connection, order) for order in found]
            if near is not None:
                steps = queries.steps_from(connection, near, found)
                rows = [row | {"distance_m": steps[o.order_id]} for row, o in zip(rows, found, strict=True)]
        return BY_START.page(rows, limit=query["limit"])


def _self_unless_staff(query: dict[str, Any]) -> UUID | None:
    """Return the caller where nobody was named and no unit is theirs to list: everybody may list their own."""
    names_others = query["state"] == "published" or query["unit"] is not None
    is_staff = any(held.role in POWERS["view_orders"] for held in current_actor().roles)
    return None if names_others or is_staff else current_actor().person_id


def is_own(query: dict[str, Any]) -> bool:
    """Tell whether the caller lists what concerns themselves."""
    return bool(query["person"] == current_actor().person_id)


def _units(connection: Connection, query: dict[str, Any]) -> Any:
    """Return the units to look in; None = everywhere: for what is public, and for whom the caller may speak.

    About anybody else only staff are answered, from their own units; to others it makes no difference whether there is
    such a person.
    """
    unit_id, person_id = query["unit"], query["person"]
    is_theirs = person_id is not None and speaks_for(connection, person_id)
    is_public = person_id is None and query["state"] == "published"
    if is_theirs or is_public:
        return queries.units_below(connection, [unit_id]) if unit_id else None
    return scope_of(connection, unit_id)


@blueprint.route("/<uuid:order_id>")
class OrderById(MethodView):
    """One order."""

    @blueprint.response(200, answers.OrderSchema)
    def get(self, order_id: UUID) -> Row:
        """Show an order to whom it concerns, to staff in scope, and while it is published to everybody."""
        return read_order(order_id)[1]

    @prefers_wait
    @blueprint.arguments(schemas.OrderTermsSchema)
    @blueprint.response(201, answers.OrderSchema)
    def put(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Ask for help paid by the programme, the pool or purchased hours; `Prefer: wait=5` waits for its funding."""
        wish = Wish(
            order_id=order_id,
            recipient_id=terms["recipient_id"],
            service_code=terms["service"],
            planned_minutes=terms["minutes"],
            start_at=terms["start"],
            funding=Funding(terms["funding"]),
        )
        placed = order_command(lambda c, call: place_order(c, call, wish), terms, command_id=order_id)
        return funded(placed, order_id)


@blueprint.route("/<uuid:order_id>/door-code")
class DoorCode(MethodView):
    """What the recipient's side reads out at the door."""

    @blueprint.arguments(schemas.ConsentQuerySchema, location="query")
    @blueprint.response(200, answers.DoorCodeSchema)
    def get(self, query: dict[str, Any], order_id: UUID) -> Row:
        """Show the door code to the recipient, or to who acts for them; never to the volunteer."""
        with writing() as connection:
            return {"code": read_door_code(connection, call_of_reader(query), order_id, door_key())}

    @blueprint.arguments(schemas.ActingSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Have a new door code made, also after five wrong ones locked the old; it is read like the first."""
        return order_command(lambda c, call: renew_door_code(c, call, order_id), terms)


@blueprint.route("/<uuid:order_id>/evidence")
class Evidence(MethodView):
    """What was done to an order, step by step."""

    @blueprint.response(200, answers.EvidenceSchema)
    def get(self, order_id: UUID) -> Row:
        """Show staff every step, proof and signature of an order."""
        order, view = read_order(order_id)
        with reading() as connection:
            if not reaches(connection, order.unit_id):
                raise ForbiddenError
            steps = queries.steps_of(connection, order_id)
            reversals = queries.reversals_of(connection, order_id)
        return {"order": view, "steps": plain(steps), "reversals": plain(reversals)}


@blueprint.route("/<uuid:order_id>/cancellation")
class Cancellation(MethodView):
    """Giving an order up."""

    @blueprint.arguments(schemas.ActingSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Cancel an order before service begins."""
        return order_command(lambda c, call: cancel_order(c, call, order_id), terms)


@blueprint.route("/<uuid:order_id>/review")
class Review(MethodView):
    """The coordinator's look before publication."""

    @blueprint.arguments(schemas.VerdictSchema)
    @blueprint.response(200, answers.OrderSchema)
    def post(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Pass or turn down an order under review."""
        return order_command(lambda c, call: review_order(c, call, order_id, ok=terms["ok"], why=call.why), terms)
