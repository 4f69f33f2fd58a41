"""/v1/objections and /v1/orders/{id}/objections: what a side says of its hours, and the answer."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError
from libs.http import reading
from services.orders.core.api.edge import command, reaches, scope_of
from services.orders.core.api.views import concerns, read_order, speaks_for
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.schemas import done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.objections import schemas, store
from services.orders.objections.usecases.answer_objection import answer_objection
from services.orders.objections.usecases.make_objection import make_objection

objections = Blueprint("objections", __name__, url_prefix="/v1/objections", description="Objections to hours")
of_order = Blueprint("order_objections", __name__, url_prefix="/v1/orders/<uuid:order_id>/objections")


@objections.route("")
class Objections(MethodView):
    """The list."""

    @objections.doc(operationId="list_objections")
    @objections.arguments(schemas.ObjectionsQuerySchema, location="query")
    @objections.response(200, page_of_schema(schemas.ObjectionSchema))
    def get(self, query: Row) -> Row:
        """List objections, the one to be answered first on top: of a person, or to the hours of a unit, for staff."""
        with reading() as connection:
            if query["unit"] is not None:
                page = store.OBJECTIONS.page(connection, query, units=scope_of(connection, query["unit"]))
            elif speaks_for(connection, query["person"]):
                page = store.OBJECTIONS.page(connection, query)
            else:
                raise ForbiddenError
            return page.answer()


@objections.route("/<uuid:objection_id>/answer")
class ObjectionAnswer(MethodView):
    """The answer."""

    @objections.doc(operationId="answer_objection")
    @objections.arguments(schemas.AnswerSchema)
    @objections.response(200, done_schema(schemas.ObjectionSchema))
    def post(self, terms: Row, objection_id: UUID) -> Row:
        """Answer as somebody who had no hand in the hours: upheld, in part or whole, or not, with the reason."""
        verdict = {
            "minutes": terms["minutes"] if terms["upheld"] else None,
            "why": terms["why"],
            "second_id": terms["second"],
            "by_programme": terms["by_programme"],
        }
        return command(lambda c, context: asdict(answer_objection(c, context, objection_id, **verdict)), terms)


@of_order.route("")
class ObjectionsOfOrder(MethodView):
    """Objections to one order."""

    @of_order.doc(operationId="list_order_objections")
    @of_order.response(200, schemas.ObjectionsOfOrderSchema)
    def get(self, order_id: UUID) -> Row:
        """List the objections to an order to both sides and to staff of its unit."""
        with reading() as connection:
            order = read_order(connection, order_id).order
            if not (reaches(connection, order.unit_id) or concerns(connection, order)):
                raise OrderNotFoundError
            return {"items": [asdict(filed) for filed in store.objections_of(connection, order_id)]}


@of_order.route("/<uuid:objection_id>")
class ObjectionOfOrder(MethodView):
    """One objection."""

    @of_order.doc(operationId="make_objection")
    @of_order.arguments(schemas.ObjectionTermsSchema)
    @of_order.response(201, done_schema(schemas.ObjectionSchema))
    def put(self, terms: Row, order_id: UUID, objection_id: UUID) -> Row:
        """Object to hours that were refused or fell short, or appeal to the district against a decision."""
        said = {"says_minutes": terms["says_minutes"], "words": terms["words"]}
        return command(
            lambda c, context: asdict(make_objection(c, context, order_id, objection_id=objection_id, **said)),
            terms,
            command_id=objection_id,
        )
