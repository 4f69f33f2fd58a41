"""/v1/slips and /v1/late-entries: numbered slips, and service from paper."""

from __future__ import annotations

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.programme.words import Funding
from services.orders.core.api.edge import command
from services.orders.core.api.views import order_command
from services.orders.core.schemas import OrderSchema, done_schema
from services.orders.core.store.rows import Row
from services.orders.placing.usecases.place_order import HelpAsked
from services.orders.slips import schemas
from services.orders.slips.usecases import Slip, enter_late, issue_slips

slips = Blueprint("slips", __name__, url_prefix="/v1/slips", description="Numbered paper slips")
late_entries = Blueprint("late_entries", __name__, url_prefix="/v1/late-entries", description="Service from paper")


@slips.route("/<uuid:range_id>")
class Slips(MethodView):
    """A range of numbers."""

    @slips.doc(operationId="issue_slips")
    @slips.arguments(schemas.SlipsSchema)
    @slips.response(201, schemas.SlipRangeSchema)
    def put(self, terms: Row, range_id: UUID) -> Row:
        """Issue numbered slips to a unit in advance."""
        numbers = {"unit_id": terms["unit_id"], "first_number": terms["first"], "last_number": terms["last"]}
        return command(lambda c, context: issue_slips(c, context, range_id, **numbers), terms, command_id=range_id)


@late_entries.route("/<uuid:order_id>")
class LateEntries(MethodView):
    """Service from a slip; it becomes an order under the same id."""

    @late_entries.doc(operationId="enter_late_service")
    @late_entries.arguments(schemas.LateEntrySchema)
    @late_entries.response(201, done_schema(OrderSchema))
    def put(self, terms: Row, order_id: UUID) -> Row:
        """Enter service from a paper slip; a second check settles it."""
        asked = HelpAsked(
            order_id=order_id,
            recipient_id=terms["recipient_id"],
            service_code=terms["service"],
            planned_minutes=terms["minutes"],
            start_at=terms["served"],
            funding=Funding(terms["funding"]),
            persons=1,
        )
        slip = Slip(volunteer_id=terms["volunteer_id"], number=terms["slip"], scan_id=terms["scan"])
        return order_command(lambda c, context: enter_late(c, context, asked, slip), terms, command_id=order_id)
