"""/v1/not-wanted: whom a recipient does not want; the volunteer never sees it."""

from __future__ import annotations

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import current_actor, reading
from services.orders.core.api.edge import command
from services.orders.core.api.views import may_know_of
from services.orders.core.schemas import done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.not_wanted import schemas, store
from services.orders.not_wanted.usecases import say_not_wanted, want_again

not_wanted = Blueprint(
    "not_wanted", __name__, url_prefix="/v1/not-wanted", description="Volunteers whom a recipient does not want"
)


@not_wanted.route("")
class NotWanted(MethodView):
    """The list."""

    @not_wanted.doc(operationId="list_not_wanted")
    @not_wanted.arguments(schemas.NotWantedQuerySchema, location="query")
    @not_wanted.response(200, page_of_schema(schemas.NotWantedSchema))
    def get(self, query: Row) -> Row:
        """List whom a person does not want, to them, to who may act for them and to staff of their unit.

        Nobody finds themselves on it, whatever their office.
        """
        with reading() as connection:
            if not may_know_of(connection, query["person"]):
                raise ForbiddenError
            page = store.NOT_WANTED.page(connection, query, but=current_actor().person_id)
            return page.showing([row._asdict() for row in page.rows])


@not_wanted.route("/<uuid:recipient_id>")
class NotWantedOf(MethodView):
    """A word against a volunteer."""

    @not_wanted.doc(operationId="say_not_wanted")
    @not_wanted.arguments(schemas.NotWantedTermsSchema)
    @not_wanted.response(200, done_schema(schemas.NotWantedSchema))
    def post(self, terms: Row, recipient_id: UUID) -> Row:
        """Say that a volunteer is not wanted: they take none of her visits; what they took is released."""

        def say(connection: Connection, context: CommandContext) -> Row:
            return vars(say_not_wanted(connection, context, recipient_id, volunteer_id=terms["volunteer_id"]))

        return command(say, terms)


@not_wanted.route("/<uuid:recipient_id>/lifting")
class NotWantedLifting(MethodView):
    """The word taken back."""

    @not_wanted.doc(operationId="want_volunteer_again")
    @not_wanted.arguments(schemas.WantedAgainSchema)
    @not_wanted.response(200, done_schema(schemas.NotWantedSchema))
    def post(self, terms: Row, recipient_id: UUID) -> Row:
        """Let a volunteer take this person's visits again; the reason is deleted."""
        pair = {"recipient_id": recipient_id, "volunteer_id": terms["volunteer_id"]}

        def lift(connection: Connection, context: CommandContext) -> Row:
            want_again(connection, context, recipient_id, volunteer_id=terms["volunteer_id"])
            return pair

        return command(lift, terms)
