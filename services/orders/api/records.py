"""Slips, late entries, service records, certificates, visits, incidents, indicators, matches."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Any, cast
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.errors import NotFoundError
from libs.http import Cursor, current_actor, public, reading
from libs.http.pages import a_day, an_id
from services.orders import queries
from services.orders.api import answers, schemas
from services.orders.api.edge import (
    Row,
    call_of,
    command,
    incident_view,
    may_know_of,
    now,
    order_command,
    place_of,
    plain,
    reaches,
    read_order,
)
from services.orders.domain.errors import ForbiddenError
from services.orders.domain.order import Funding
from services.orders.usecases import keep_records
from services.orders.usecases.enter_late import Slip, enter_late, issue_slips
from services.orders.usecases.incidents import Emergency, close_incident, raise_urgent_call
from services.orders.usecases.match_volunteers import match_volunteers
from services.orders.usecases.place_order import Wish

Terms = dict[str, Any]
BY_DUE_DAY = Cursor(due_on=a_day, person_id=an_id)
slips = Blueprint("slips", __name__, url_prefix="/v1/slips", description="Numbered paper slips")
late_entries = Blueprint("late_entries", __name__, url_prefix="/v1/late-entries", description="Service from paper")
service_records = Blueprint("service_records", __name__, url_prefix="/v1/service-records", description="Service time")
certificates = Blueprint("certificates", __name__, url_prefix="/v1/certificates", description="Proof of service")
visits = Blueprint("visits", __name__, url_prefix="/v1/visits", description="Care visits")
incidents = Blueprint("incidents", __name__, url_prefix="/v1/incidents", description="Emergencies and welfare checks")
indicators = Blueprint("indicators", __name__, url_prefix="/v1/indicators", description="Figures of a unit")
matches = Blueprint("matches", __name__, url_prefix="/v1/matches", description="Who could help")
visit_plans = Blueprint("visit_plans", __name__, url_prefix="/v1/visit-plans", description="Who is to be seen when")
blueprints = [
    slips,
    late_entries,
    service_records,
    certificates,
    visits,
    visit_plans,
    incidents,
    indicators,
    matches,
]


@slips.route("/<uuid:range_id>")
class Slips(MethodView):
    """A range of numbers."""

    @slips.arguments(schemas.SlipsSchema)
    @slips.response(201, answers.SlipRangeSchema)
    def put(self, terms: Terms, range_id: UUID) -> Row:
        """Issue numbered slips to a unit in advance."""
        call = call_of(terms)
        numbers = {"unit_id": terms["unit_id"], "first_number": terms["first"], "last_number": terms["last"]}
        return command(lambda c: issue_slips(c, call, range_id, **numbers), terms, command_id=range_id)


@late_entries.route("/<uuid:order_id>")
class LateEntries(MethodView):
    """Service from a slip; it becomes an order under the same id."""

    @late_entries.arguments(schemas.LateEntrySchema)
    @late_entries.response(201, answers.OrderSchema)
    def put(self, terms: Terms, order_id: UUID) -> Row:
        """Enter service from a paper slip; a second check settles it."""
        wish = Wish(
            order_id=order_id,
            recipient_id=terms["recipient_id"],
            service_code=terms["service"],
            planned_minutes=terms["minutes"],
            start_at=terms["served"],
            funding=Funding(terms["funding"]),
        )
        slip = Slip(volunteer_id=terms["volunteer_id"], number=terms["slip"], scan=terms["scan"] or "")
        return order_command(lambda c, call: enter_late(c, call, wish, slip), terms, command_id=order_id)


@service_records.route("")
class ServiceRecords(MethodView):
    """A person's book of service time."""

    @service_records.arguments(schemas.PersonQuerySchema, location="query")
    @service_records.response(200, answers.ServiceTimeSchema)
    def get(self, query: Terms) -> Row:
        """Show what a person served: minutes as they were, verified and attested, stars and marks."""
        person_id = query["person"] or current_actor().person_id
        with reading() as connection:
            if not may_know_of(connection, person_id):
                raise ForbiddenError
            return cast("Row", plain(queries.service_time(connection, person_id, now())))


@service_records.route("/<uuid:record_id>")
class OlderRecord(MethodView):
    """A record of an older book."""

    @service_records.arguments(schemas.RecordSchema)
    @service_records.response(201, answers.OlderRecordSchema)
    def put(self, terms: Terms, record_id: UUID) -> Row:
        """Propose to take over an older record."""
        call = call_of(terms)
        told = {name: terms[name] for name in ("person_id", "minutes", "served_on", "scan")}
        return command(lambda c: keep_records.propose_record(c, call, record_id, **told), terms, command_id=record_id)


@service_records.route("/<uuid:record_id>/decision")
class OlderRecordDecision(MethodView):
    """The second person of an older record."""

    @service_records.arguments(schemas.VerdictSchema)
    @service_records.response(200, answers.OlderRecordSchema)
    def post(self, terms: Terms, record_id: UUID) -> Row:
        """Take the record over, or not."""
        call = call_of(terms)
        ok = terms["ok"]
        return command(lambda c: keep_records.decide_record(c, call, record_id, ok=ok, why=call.why), terms)


@certificates.route("/<uuid:certificate_id>")
class Certificates(MethodView):
    """Proof of service."""

    @certificates.arguments(schemas.PersonTermsSchema)
    @certificates.response(201, answers.CertificateSchema)
    def put(self, terms: Terms, certificate_id: UUID) -> Row:
        """Issue the free certificate of a volunteer's service."""
        call = call_of(terms)
        person_id = terms["person_id"]
        return command(
            lambda c: _shown(keep_records.issue_certificate(c, call, certificate_id, person_id=person_id)),
            terms,
            command_id=certificate_id,
        )

    @public
    @certificates.arguments(schemas.CertificateQuerySchema, location="query")
    @certificates.response(200, answers.CertificateSchema)
    def get(self, query: Terms, certificate_id: UUID) -> Row:
        """Check a certificate: anyone who has its code (or may see the person) learns whether it is genuine."""
        code = query["code"]
        if code is None:
            current_actor()
        with reading() as connection:
            found = queries.find_certificate(connection, certificate_id)
            if code is None and (found is None or not may_know_of(connection, found["person_id"])):
                raise NotFoundError
        if found is None or (code is not None and not _is_code_of(found, code)):
            return {"certificate_id": str(certificate_id), "verifies": False}
        return cast("Row", plain(_shown(found)))


def _is_code_of(certificate: Row, code: str) -> bool:
    return hmac.compare_digest(code.encode(), str(certificate["verification_code"]).encode())


def _shown(certificate: Row) -> Row:
    salt, _, digest = str(certificate["verification_code"]).partition("-")
    verifies = keep_records.certificate_digest(certificate, salt) == digest
    return certificate | {"verifies": verifies}


@visits.route("/<uuid:visit_id>")
class Visits(MethodView):
    """A care visit."""

    @visits.arguments(schemas.VisitTermsSchema)
    @visits.response(201, answers.VisitSchema)
    def put(self, terms: Terms, visit_id: UUID) -> Row:
        """Record a care visit."""
        call = call_of(terms)
        told = {name: terms[name] for name in ("person_id", "how", "outcome")}
        return command(lambda c: keep_records.record_visit(c, call, visit_id, **told), terms, command_id=visit_id)

    @visits.response(200, answers.VisitSchema)
    def get(self, visit_id: UUID) -> Row:
        """Show a care visit."""
        with reading() as connection:
            found = queries.find_visit(connection, visit_id)
            if found is None or not _may_see_visit(connection, found):
                raise NotFoundError
        return cast("Row", plain(found))


def _may_see_visit(connection: Connection, visit: Row) -> bool:
    return visit["recorded_by"] == current_actor().person_id or may_know_of(connection, visit["person_id"])


@incidents.route("/<uuid:incident_id>")
class Incidents(MethodView):
    """An emergency or a welfare check."""

    @incidents.arguments(schemas.IncidentTermsSchema)
    @incidents.response(201, answers.IncidentSchema)
    def put(self, terms: Terms, incident_id: UUID) -> Row:
        """Call for urgent help: people are told at once, and it is never queued for volunteers.

        About a person: by themself, a verified relative, their volunteer of the day, or staff. Anyone else says where
        and what.
        """
        call = call_of(terms)
        emergency = Emergency(
            kind=terms["kind"], person_id=terms["person_id"], place=place_of(terms), words=terms["words"] or ""
        )
        return command(
            lambda c: incident_view(c, raise_urgent_call(c, call, incident_id, emergency)),
            terms,
            command_id=incident_id,
        )

    @incidents.response(200, answers.IncidentSchema)
    def get(self, incident_id: UUID) -> Row:
        """Show an incident to who may know of the person and to staff of the unit; of it to who opened it."""
        with reading() as connection:
            found = queries.find_incident(connection, incident_id)
            view = {} if found is None else incident_view(connection, found)
        if not view:
            raise NotFoundError
        return cast("Row", plain(view))


@incidents.route("/<uuid:incident_id>/closing")
class IncidentClosing(MethodView):
    """How an incident ended."""

    @incidents.arguments(schemas.OutcomeSchema)
    @incidents.response(200, answers.IncidentSchema)
    def post(self, terms: Terms, incident_id: UUID) -> Row:
        """Record how an incident ended."""
        call = call_of(terms)
        outcome = terms["outcome"]
        return command(lambda c: incident_view(c, close_incident(c, call, incident_id, outcome=outcome)), terms)


@indicators.route("/visits")
class VisitIndicator(MethodView):
    """The monthly visit rate."""

    @indicators.arguments(schemas.IndicatorQuerySchema, location="query")
    @indicators.response(200, answers.VisitIndicatorSchema)
    def get(self, query: Terms) -> Row:
        """Show how many listed people were seen in a month, and who is overdue today."""
        month = date.fromisoformat(f"{query['month']}-01") if query["month"] else local_date(now())
        with reading() as connection:
            if not reaches(connection, query["unit"]):
                raise ForbiddenError
            return cast("Row", plain(queries.visit_indicator(connection, query["unit"], month=month, now=now())))


@visit_plans.route("")
class VisitPlans(MethodView):
    """Who is to be seen by when."""

    @visit_plans.arguments(schemas.UnitPageQuerySchema, location="query")
    @visit_plans.response(200, answers.page_of_schema(answers.VisitPlanSchema))
    def get(self, query: Terms) -> Row:
        """List the people of a unit on the visit list, those due first on top."""
        with reading() as connection:
            if not reaches(connection, query["unit"]):
                raise ForbiddenError
            after = BY_DUE_DAY.read(query["cursor"])
            rows = queries.visit_plans(connection, query["unit"], now(), after=after)
        return BY_DUE_DAY.page(plain(rows[: query["limit"] + 1]), limit=query["limit"])


@matches.route("")
class Matches(MethodView):
    """Who could help."""

    @matches.arguments(schemas.OrderQueryOfMatchesSchema, location="query")
    @matches.response(200, answers.page_of_schema(answers.MatchSchema))
    def get(self, query: Terms) -> Row:
        """List volunteers who pass every gate of an order, ranked with reasons; offering one never assigns."""
        order, _ = read_order(query["order"])
        with reading() as connection:
            if not reaches(connection, order.unit_id, power="offer_order"):
                raise ForbiddenError
            return cast("Row", plain({"items": match_volunteers(connection, order, now()), "next": None}))
