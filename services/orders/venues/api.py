"""/v1/venues: where people come together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import reading
from libs.programme import directory
from libs.programme.names import with_unit_names
from services.orders.core.api.edge import command, scope_of
from services.orders.core.api.places import place_of
from services.orders.core.schemas import done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.venues import schemas, store
from services.orders.venues.rules import Venue
from services.orders.venues.usecases import (
    Numbers,
    VenueTold,
    close_venue,
    correct_count,
    count_day,
    register_venue,
)

venues = Blueprint("venues", __name__, url_prefix="/v1/venues", description="Where people come together")
IS_OPEN = {"yes": True, "no": False}


def _view(venue: Venue) -> Row:
    place = venue.place
    return {name: value for name, value in vars(venue).items() if name != "place"} | {
        "latitude_e6": place.latitude_e6 if place else None,
        "longitude_e6": place.longitude_e6 if place else None,
    }


@venues.route("")
class Venues(MethodView):
    """The list."""

    @venues.doc(operationId="list_venues")
    @venues.arguments(schemas.VenueQuerySchema, location="query")
    @venues.response(200, page_of_schema(schemas.VenueSchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List venues by name, to everybody who is signed in: all of the city, or those of a unit and below."""
        with reading() as connection:
            units = None if query["unit"] is None else directory.units_below(connection, [query["unit"]])
            page = store.VENUES.page(connection, query, units=units, open=IS_OPEN[query["open"]])
            return page.showing(with_unit_names(connection, [row._asdict() for row in page.rows], "unit_id"))


@venues.route("/<uuid:venue_id>")
class VenueById(MethodView):
    """One venue."""

    @venues.doc(operationId="get_venue")
    @venues.response(200, schemas.VenueSchema)
    def get(self, venue_id: UUID) -> Row:
        """Show a venue to everybody who is signed in."""
        with reading() as connection:
            return with_unit_names(connection, [_view(store.find_venue(connection, venue_id))], "unit_id")[0]

    @venues.doc(operationId="register_venue")
    @venues.arguments(schemas.VenueTermsSchema)
    @venues.response(201, done_schema(schemas.VenueSchema))
    def put(self, terms: Row, venue_id: UUID) -> Row:
        """Register a service point of a unit."""
        venue = VenueTold(
            unit_id=terms["unit_id"],
            kind=terms["kind"],
            name=terms["name"],
            address=terms["address"],
            capacity=terms["capacity"],
            place=place_of(terms),
        )

        def register(connection: Connection, context: CommandContext) -> Row:
            return _view(register_venue(connection, context, venue_id, venue))

        return command(register, terms, command_id=venue_id)


@venues.route("/<uuid:venue_id>/closing")
class VenueClosing(MethodView):
    """The end of a venue."""

    @venues.doc(operationId="close_venue")
    @venues.response(200, done_schema(schemas.VenueSchema))
    def post(self, venue_id: UUID) -> Row:
        """Close a venue: nothing new is planned there; what is planned stays."""
        return command(lambda c, context: _view(close_venue(c, context, venue_id)), {"venue_id": str(venue_id)})


@venues.route("/counts")
class Counts(MethodView):
    """What was counted."""

    @venues.doc(operationId="list_venue_counts")
    @venues.arguments(schemas.VenueCountQuerySchema, location="query")
    @venues.response(200, page_of_schema(schemas.VenueCountSchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List to staff how many came to the venues of a unit, by day, with what was corrected."""
        standing = True if query["corrected"] == "no" else None
        with reading() as connection:
            units = scope_of(connection, query["unit"])
            page = store.COUNTS.page(connection, query, units=units, standing=standing)
            names = store.names_of(connection, {row.venue_id for row in page.rows})
            return page.showing(row._asdict() | {"venue_name": names.get(row.venue_id)} for row in page.rows)


@venues.route("/<uuid:venue_id>/counts/<uuid:count_id>")
class CountOfDay(MethodView):
    """A day of a venue."""

    @venues.doc(operationId="count_venue_day")
    @venues.arguments(schemas.CountTermsSchema)
    @venues.response(201, done_schema(schemas.DayCountSchema))
    def put(self, terms: Row, venue_id: UUID, count_id: UUID) -> Row:
        """Enter how many came to a venue on a day of this month, and how many meals it gave."""
        numbers = Numbers(terms["visitors"], terms["meals"])

        def count(connection: Connection, context: CommandContext) -> Row:
            return vars(count_day(connection, context, venue_id, count_id, terms["day"], numbers))

        return command(count, terms | {"venue_id": str(venue_id)}, command_id=count_id)


@venues.route("/<uuid:venue_id>/counts/<uuid:count_id>/correction")
class CountCorrection(MethodView):
    """Other numbers of a day."""

    @venues.doc(operationId="correct_venue_count")
    @venues.arguments(schemas.CountCorrectionSchema)
    @venues.response(200, done_schema(schemas.DayCountSchema))
    def post(self, terms: Row, venue_id: UUID, count_id: UUID) -> Row:
        """Correct what was counted, while its month is not over; what was wrong stays visible."""
        numbers = Numbers(terms["visitors"], terms["meals"])

        def correct(connection: Connection, context: CommandContext) -> Row:
            return vars(correct_count(connection, context, venue_id, count_id, numbers))

        return command(correct, terms | {"count_id": str(count_id)})
