"""What is asked about matches and plans, and what is answered."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from libs.http.fields import Choice, Day, Whole, page_limit, shown_minutes, word_of
from libs.programme.names import shown_name
from services.orders.core.schemas import OwnActSchema, PageQuerySchema, page_of_schema, shown_id, shown_instant
from services.orders.matching.rules.planning import Unfilled
from services.orders.matching.rules.ranking import MatchReason

OFFERS_MAX = 200
SEED_MAX = 2**31 - 1


class OrderQueryOfMatchesSchema(Schema):
    """For which order."""

    order = fields.UUID(required=True)


class WeighedSchema(Schema):
    """A reason: the weight that the district's policy gives it, how far it holds, what it counts, and its words."""

    reason = word_of(MatchReason)
    weight = fields.Integer()
    percent = fields.Integer()
    points = fields.Integer()
    zh = fields.String()
    en = fields.String()


class MatchSchema(Schema):
    """A volunteer who passes every gate, and why they stand where they stand."""

    person_id = shown_id()
    distance_m = fields.Integer(allow_none=True, attribute="fit.distance_m")
    helped_before = fields.Integer(attribute="fit.helped_before")
    served_lately = fields.Integer(attribute="fit.served_lately")
    points = fields.Integer()
    reasons = fields.List(fields.Nested(WeighedSchema))


class BarredSchema(Schema):
    """A gate, and how many of those who were looked at it bars."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()
    volunteers = fields.Integer(attribute="count")


class BarredOrdersSchema(Schema):
    """A gate, and from how many of the orders that were looked at it bars the volunteer."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()
    orders = fields.Integer(attribute="count")


class MatchesSchema(page_of_schema(MatchSchema)):  # type: ignore[misc]
    """Who could help, who fits best first, and what bars others who were looked at."""

    barred = fields.List(fields.Nested(BarredSchema))


class OrdersQuerySchema(PageQuerySchema):
    """For which volunteer, the caller if nobody is named; how far to look; those that they could take, or the rest."""

    limit = page_limit(default=20)
    volunteer = fields.UUID(load_default=None)
    within_m = Whole(1, 50_000, in_query=True, load_default=5000)
    show = Choice(("open", "barred"), load_default="open")


class GateSchema(Schema):
    """A gate that is shut, in words."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()


class FittingSchema(Schema):
    """An open order, why it stands where it stands, and what bars the volunteer, if something does.

    No name and no address: the distance is told in steps, between squares.
    """

    order_id = shown_id(attribute="order.order_id")
    service = fields.String(attribute="order.terms.service_code")
    service_name = shown_name()
    unit_id = shown_id(attribute="order.unit_id")
    unit_name = shown_name()
    start = shown_instant(attribute="order.terms.start_at")
    minutes = shown_minutes("planned", attribute="order.terms.planned_minutes")
    persons = fields.Integer(attribute="order.terms.persons")
    persons_taken = fields.Integer()
    offered = fields.Boolean()
    distance_m = fields.Integer(allow_none=True, attribute="ranked.fit.distance_m")
    helped_before = fields.Integer(attribute="ranked.fit.helped_before")
    points = fields.Integer(attribute="ranked.points")
    reasons = fields.List(fields.Nested(WeighedSchema), attribute="ranked.reasons")
    barred_by = fields.Nested(GateSchema, allow_none=True)


class FittingOrdersSchema(page_of_schema(FittingSchema)):  # type: ignore[misc]
    """Orders for a volunteer, what fits best first, and what bars them from others that were looked at."""

    barred = fields.List(fields.Nested(BarredOrdersSchema))


class PlanSchema(Schema):
    """Which day of which district, or of a part of it; `seed`: another one may give another plan as good."""

    unit = fields.UUID(required=True)
    day = Day(required=True)
    seed = Whole(1, SEED_MAX, load_default=1)


class ProposedSchema(Schema):
    """One visit that is proposed to a volunteer, and why to them."""

    order_id = shown_id()
    recipient_id = shown_id()
    service = fields.String()
    start = shown_instant(attribute="start_at")
    end = shown_instant(attribute="end_at")
    distance_m = fields.Integer(allow_none=True, attribute="fit.distance_m")
    helped_before = fields.Integer(attribute="fit.helped_before")
    points = fields.Integer()
    reasons = fields.List(fields.Nested(WeighedSchema))


class ProposedDaySchema(Schema):
    """What is proposed to one volunteer, in the order of the day."""

    person_id = shown_id()
    minutes = shown_minutes("planned")
    visits = fields.List(fields.Nested(ProposedSchema))


class LeftOpenSchema(Schema):
    """An order that nobody is proposed for, why, and the gates that bar those within reach."""

    order_id = shown_id()
    recipient_id = shown_id()
    service = fields.String()
    start = shown_instant(attribute="start_at")
    reason = word_of(Unfilled)
    zh = fields.String()
    en = fields.String()
    barred = fields.List(fields.Nested(BarredSchema))


class DayPlanSchema(Schema):
    """A proposal: nobody is assigned, nothing is kept. `optimal`: it was proved that no plan is better."""

    visits = fields.Integer()
    filled = fields.Integer()
    optimal = fields.Boolean()
    volunteers = fields.List(fields.Nested(ProposedDaySchema))
    unfilled = fields.List(fields.Nested(LeftOpenSchema))


class WantedOfferSchema(Schema):
    """An order, and to whom it is to be offered."""

    order_id = fields.UUID(required=True)
    to = fields.UUID(required=True)


class WantedOffersSchema(OwnActSchema):
    """What is to be offered to whom, in this order."""

    offers = fields.List(
        fields.Nested(WantedOfferSchema), required=True, validate=validate.Length(min=1, max=OFFERS_MAX)
    )


class OfferResultSchema(Schema):
    """What became of one offer."""

    order_id = shown_id()
    to = shown_id()
    result = fields.String(validate=validate.OneOf(("offered", "skipped")))
    code = fields.String()


class OfferResultsSchema(Schema):
    """What became of each, in the list's order."""

    items = fields.List(fields.Nested(OfferResultSchema))
