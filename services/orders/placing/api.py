"""/v1/orders: ask for help, and see what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.http import Service, current_actor, reading
from libs.http.openapi import prefers_wait
from libs.http.waiting import Waiters, wait_asked
from libs.programme import directory
from libs.programme.acting_schemas import ActingSchema
from libs.programme.two_people_schemas import VerdictSchema
from libs.programme.words import Funding
from services.orders.core.api.acts import with_acts
from services.orders.core.api.due import with_due
from services.orders.core.api.edge import scope_of
from services.orders.core.api.names import with_names
from services.orders.core.api.places import place_of_text
from services.orders.core.api.views import OrderView, order_command, order_views, read_order, seen_people, speaks_for
from services.orders.core.rules.life_cycle import State
from services.orders.core.schemas import OrderPageSchema, OrderSchema, done_schema
from services.orders.core.store import order_store
from services.orders.core.store.rows import Row
from services.orders.placing import schemas, store
from services.orders.placing.usecases.cancel_order import cancel_order
from services.orders.placing.usecases.place_order import HelpAsked, place_order
from services.orders.placing.usecases.review_order import review_order

blueprint = Blueprint("orders", __name__, url_prefix="/v1/orders", description="Help asked for")


def funded(placed: Row, order_id: UUID) -> Row | OrderView:
    """Return an order after waiting for the answer about its funding, as long as the caller prefers."""
    waiters = cast("Waiters", cast("Service", current_app.extensions["service"]).parts["waiters"])
    if placed["state"] != State.AWAITING_FUNDING.value or not wait_asked():
        return placed
    waiters.wait(order_id, seconds=wait_asked())
    with reading() as connection:
        return read_order(connection, order_id)


@blueprint.route("")
class Orders(MethodView):
    """The list."""

    @blueprint.doc(operationId="list_orders")
    @blueprint.arguments(schemas.OrderQuerySchema, location="query")
    @blueprint.response(200, OrderPageSchema)
    def get(self, query: dict[str, Any]) -> Row:
        """List orders by start: published ones for everybody, those of their units for staff, else one's own.

        A relative with a grant lists those of the person named, and finds those they placed among their own.
        """
        person_id = query["person"] or _self_unless_staff(query)
        near = store.Near(place_of_text(query["near"]), query["within_m"]) if query["near"] else None
        with reading() as connection:
            scope = _scope(connection, query, person_id)
            page = order_store.list_orders(connection, store.ORDERS, query, near=near, **scope)
            views = with_names(connection, with_acts(connection, order_views(connection, page.rows)))
            if near is not None:
                steps = store.steps_from(connection, near.place, page.rows)
                views = [replace(view, distance_m=steps[view.order.order_id]) for view in views]
        return page.showing(views)


def _self_unless_staff(query: dict[str, Any]) -> UUID | None:
    """Return the caller where nobody was named and no unit is theirs to list: everybody may list their own."""
    names_others = query["state"] == "published" or query["unit"] is not None
    is_staff = any(held.role in POWERS["view_orders"] for held in current_actor().roles)
    return None if names_others or is_staff else current_actor().person_id


def _scope(connection: Connection, query: dict[str, Any], person_id: UUID | None) -> dict[str, Any]:
    """Return in which units to look and at whose orders; everywhere for what is public, and for whom the caller speaks.

    About anybody else only staff are answered, from their own units; to others it makes no difference whether there is
    such a person.
    """
    unit_id, is_own = query["unit"], person_id == current_actor().person_id
    is_theirs = person_id is not None and speaks_for(connection, person_id)
    is_public = person_id is None and query["state"] == State.PUBLISHED.value
    units: Sequence[UUID] | None = None
    if not (is_theirs or is_public):
        units = scope_of(connection, unit_id)
    elif unit_id:
        units = directory.units_below(connection, [unit_id])
    placed_for = seen_people(connection) if is_own else frozenset()
    whose = store.Whose(person_id, placed_for) if person_id is not None else None
    return {"units": units, "whose": whose, "open_to_all": is_public or None}


@blueprint.route("/<uuid:order_id>")
class OrderById(MethodView):
    """One order."""

    @blueprint.doc(operationId="get_order")
    @blueprint.response(200, OrderSchema)
    def get(self, order_id: UUID) -> OrderView:
        """Show an order to whom it concerns, to staff in scope, and while it is published to everybody."""
        with reading() as connection:
            (view,) = with_names(connection, with_acts(connection, [read_order(connection, order_id)], whole=True))
            return with_due(connection, view)

    @blueprint.doc(operationId="place_order")
    @prefers_wait
    @blueprint.arguments(schemas.OrderTermsSchema)
    @blueprint.response(201, done_schema(OrderSchema))
    def put(self, terms: dict[str, Any], order_id: UUID) -> Row | OrderView:
        """Ask for help paid by the programme, the pool or purchased hours; `Prefer: wait=5` waits for its funding."""
        asked = HelpAsked(
            order_id=order_id,
            recipient_id=terms["recipient_id"],
            service_code=terms["service"],
            planned_minutes=terms["minutes"],
            start_at=terms["start"],
            funding=Funding(terms["funding"]),
            persons=terms["persons"],
        )
        placed = order_command(lambda c, context: place_order(c, context, asked), terms, command_id=order_id)
        return funded(placed, order_id)


@blueprint.route("/<uuid:order_id>/cancellation")
class Cancellation(MethodView):
    """Giving an order up."""

    @blueprint.doc(operationId="cancel_order")
    @blueprint.arguments(ActingSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Cancel an order before service begins."""
        return order_command(lambda c, context: cancel_order(c, context, order_id), terms)


@blueprint.route("/<uuid:order_id>/review")
class Review(MethodView):
    """The coordinator's look before publication."""

    @blueprint.doc(operationId="review_order")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_schema(OrderSchema))
    def post(self, terms: dict[str, Any], order_id: UUID) -> Row:
        """Pass or turn down an order under review."""
        return order_command(
            lambda c, context: review_order(c, context, order_id, ok=terms["ok"], why=context.why), terms
        )
