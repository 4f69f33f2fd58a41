"""What people are called, several at once."""

from flask.views import MethodView
from flask_smorest import Blueprint

from services.accounts.core.edge import opened, transaction
from services.accounts.core.schemas import Answer, Body, page_answer
from services.accounts.persons.schemas import (
    NamedPersonAnswer,
    NamesQuerySchema,
    OrderSideAnswer,
    order_side_answer,
)
from services.accounts.persons.usecases.name_persons import name_persons
from services.accounts.persons.usecases.view_person import view_order_sides

blueprint = Blueprint("names", __name__, description="What people are called / 姓名")


@blueprint.route("/v1/me/order-sides")
class OrderSides(MethodView):
    """The other sides of one's orders."""

    @blueprint.doc(operationId="list_order_sides")
    @blueprint.response(200, page_answer(OrderSideAnswer))
    def get(self) -> Answer:
        """List who the other sides of the caller's orders in hand are, and where to go. Every look is logged."""
        with transaction() as connection:
            sides = view_order_sides(*opened(connection))
        return {"items": [order_side_answer(person_id, side) for person_id, side in sides.items()], "next": None}


@blueprint.route("/v1/persons/names")
class PersonNames(MethodView):
    """Names of several people."""

    @blueprint.doc(operationId="list_names")
    @blueprint.arguments(NamesQuerySchema, location="query")
    @blueprint.response(200, page_answer(NamedPersonAnswer))
    def get(self, query: Body) -> Answer:
        """List what these people are called; whom the caller may not know is left out. Every look is logged."""
        with transaction() as connection:
            people = name_persons(*opened(connection), query["person"])
        rows = [
            {"person_id": str(person.person_id), "names": person.identity.names, "has_photo": person.has_photo}
            for person in people
        ]
        return {"items": rows, "next": None}
