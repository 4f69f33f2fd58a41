"""What callers say of the catalogue, and what they get of it."""

from __future__ import annotations

from datetime import datetime

from marshmallow import Schema, fields, validate

from libs.http.fields import Choice, Day, Text, Whole, choice_of, shown_minutes, word_of
from libs.programme.catalogue import PLAIN_PERCENT
from libs.programme.two_people import ProposalState
from libs.programme.two_people_schemas import ProposalAnswer, proposal_answer
from libs.programme.words import Funding, Grade
from services.orders.catalogue.rules import Draft
from services.orders.core.rules.catalogue import Service
from services.orders.core.schemas import PageQuerySchema, minutes, shown_day, shown_id
from services.orders.core.store.catalogue_store import columns_of_service
from services.orders.core.store.rows import Row

CODE, CODE_MAX = r"^[A-Z][0-9]{1,2}$", 3
NAME_MAX, POINT_MAX, POINTS_MAX = 100, 60, 20
PERSONS_MAX, YUAN_MAX = 4, 1000
PERCENT_LEAST, PERCENT_MOST = 10, 300
_DAYS = r"(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
DAY_OF_YEAR = f"^({_DAYS}|)$"
"""MM-DD of every year, or empty."""


class CatalogueItemSchema(Schema):
    """A version of a service that can be asked for: the city's, or one district's own."""

    code = fields.String()
    version = fields.Integer()
    effective = shown_day()
    until = shown_day()
    district_id = shown_id()
    name_zh = fields.String()
    name_en = fields.String()
    service_class = word_of(tuple("ABCDEF"))
    risk = word_of(tuple("LMH"))
    persons = fields.Integer()
    min_minutes = shown_minutes("the least that may be asked for")
    max_minutes = shown_minutes("the most that may be asked for")
    coefficient_percent = fields.Integer()
    night_percent = fields.Integer(metadata={"description": "Beside the coefficient, of help that begins at night"})
    night_from = fields.Integer(metadata={"description": "The local hour in which the night begins"})
    night_until = fields.Integer(metadata={"description": "The local hour in which it has ended"})
    season_percent = fields.Integer(metadata={"description": "Beside the coefficient, of help in the season"})
    season_from = fields.String(metadata={"description": "First local day, MM-DD; empty = no season"})
    season_until = fields.String(metadata={"description": "Last local day, MM-DD"})
    funding = fields.List(word_of(Funding))
    certificate = fields.String()
    certificate_for = fields.String()
    max_grade = word_of(("", *Grade))
    checklist = fields.List(fields.String())
    reserve_yuan_per_hour = fields.Integer(
        allow_none=True, metadata={"description": "What buying an hour of it would cost the reserve, in yuan"}
    )


class CatalogueQuerySchema(Schema):
    """Where, and on which day (default: the city, today)."""

    unit = fields.UUID(load_default=None)
    on = Day(load_default=None)


class VersionsQuerySchema(PageQuerySchema):
    """Of which service."""

    code = Text(CODE_MAX, pattern=CODE, load_default=None)


class ProposalsQuerySchema(PageQuerySchema):
    """Which proposals."""

    state = choice_of(ProposalState, load_default=None)


class CatalogueDraftSchema(Schema):
    """The next version of a service, whole; of the city, or of the district that `unit_id` names."""

    unit_id = fields.UUID(required=True)
    code = Text(CODE_MAX, pattern=CODE, required=True)
    effective = Day(required=True)
    until = Day(allow_none=True, load_default=None)
    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, shortest=1, required=True)
    service_class = Choice(tuple("ABCDEF"), required=True)
    risk = Choice(tuple("LMH"), required=True)
    persons = Whole(1, PERSONS_MAX, required=True)
    min_minutes = minutes()
    max_minutes = minutes()
    coefficient_percent = Whole(PERCENT_LEAST, PERCENT_MOST, load_default=PLAIN_PERCENT)
    night_percent = Whole(PERCENT_LEAST, PERCENT_MOST, load_default=PLAIN_PERCENT)
    night_from = Whole(0, 23, load_default=22)
    night_until = Whole(0, 23, load_default=6)
    season_percent = Whole(PERCENT_LEAST, PERCENT_MOST, load_default=PLAIN_PERCENT)
    season_from = Text(5, pattern=DAY_OF_YEAR, load_default="")
    season_until = Text(5, pattern=DAY_OF_YEAR, load_default="")
    funding = fields.List(Choice(tuple(Funding)), required=True, validate=validate.Length(min=1, max=len(Funding)))
    certificate = Text(NAME_MAX, load_default="")
    certificate_for = Text(NAME_MAX, load_default="")
    max_grade = Choice(("", *Grade), load_default="")
    checklist = fields.List(Text(POINT_MAX, shortest=1), load_default=list, validate=validate.Length(max=POINTS_MAX))
    reserve_yuan_per_hour = Whole(0, YUAN_MAX, allow_none=True, load_default=None)


class CatalogueProposalSchema(ProposalAnswer):
    """A version that waits for its second person, or was decided."""

    proposal_id = shown_id()
    unit_id = shown_id()
    base_version = fields.Integer(metadata={"description": "The version that it follows; 0 = the first"})
    service = fields.Nested(CatalogueItemSchema)


def item_of(service: Service) -> Row:
    """Return a version as it is answered."""
    columns = columns_of_service(service)
    return {name: columns[name] for name in CatalogueItemSchema._declared_fields}


def draft_answer(draft: Draft, now: datetime) -> Row:
    """Return a proposal as it stands at an instant."""
    return proposal_answer(draft.proposal, "decide_catalogue", now=now) | {
        "proposal_id": draft.proposal.proposal_id,
        "unit_id": draft.unit_id,
        "base_version": draft.base_version,
        "service": item_of(draft.service),
    }
