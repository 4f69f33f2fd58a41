"""/v1/incidents: emergencies and welfare checks, and how they end."""

from __future__ import annotations

from decimal import Decimal
from typing import cast
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import NotFoundError
from libs.http import current_actor, reading
from services.orders.core.api.edge import command, plain, reaches
from services.orders.core.api.places import place_of
from services.orders.core.api.views import may_know_of
from services.orders.core.rules.people import MICRODEGREES
from services.orders.core.schemas import done_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.incidents import schemas, store
from services.orders.incidents.usecases import Emergency, close_incident, raise_urgent_call

incidents = Blueprint("incidents", __name__, url_prefix="/v1/incidents", description="Emergencies and welfare checks")


def incident_view(connection: Connection, incident: Row) -> Row:
    """Return what the caller may see of an incident: all, only that it is looked at, or nothing."""
    concerned_id = incident["person_id"]
    if reaches(connection, incident["unit_id"]) or (concerned_id and may_know_of(connection, concerned_id)):
        return cast("Row", plain(_located(incident)))
    if incident["opened_by"] != current_actor().person_id:
        return {}
    return cast("Row", plain({name: incident[name] for name in ("incident_id", "kind", "state", "opened_at")}))


def _located(incident: Row) -> Row:
    latitude_e6, longitude_e6 = incident["latitude_e6"], incident["longitude_e6"]
    degrees = {"latitude": _degrees(latitude_e6), "longitude": _degrees(longitude_e6)} if latitude_e6 else None
    hidden = ("latitude_e6", "longitude_e6")
    return {name: value for name, value in incident.items() if name not in hidden} | {"place": degrees}


def _degrees(millionths: int) -> str:
    return str(Decimal(millionths) / MICRODEGREES)


@incidents.route("/<uuid:incident_id>")
class Incidents(MethodView):
    """An emergency or a welfare check."""

    @incidents.doc(operationId="open_incident")
    @incidents.arguments(schemas.IncidentTermsSchema)
    @incidents.response(201, done_schema(schemas.IncidentSchema))
    def put(self, terms: Row, incident_id: UUID) -> Row:
        """Call for urgent help: people are told at once, and it is never queued for volunteers.

        About a person: by themself, a verified relative, their volunteer of the day, or staff. Anyone else says where
        and what.
        """
        emergency = Emergency(
            kind=terms["kind"], person_id=terms["person_id"], place=place_of(terms), words=terms["words"] or ""
        )
        return command(
            lambda c, context: incident_view(c, raise_urgent_call(c, context, incident_id, emergency)),
            terms,
            command_id=incident_id,
        )

    @incidents.doc(operationId="get_incident")
    @incidents.response(200, schemas.IncidentSchema)
    def get(self, incident_id: UUID) -> Row:
        """Show an incident to who may know of the person and to staff of the unit; of it to who opened it."""
        with reading() as connection:
            incident = store.read_incident(connection, incident_id)
            view = {} if incident is None else incident_view(connection, incident)
        if not view:
            raise NotFoundError
        return cast("Row", plain(view))


@incidents.route("/<uuid:incident_id>/closing")
class IncidentClosing(MethodView):
    """How an incident ended."""

    @incidents.doc(operationId="close_incident")
    @incidents.arguments(schemas.OutcomeSchema)
    @incidents.response(200, done_schema(schemas.IncidentSchema))
    def post(self, terms: Row, incident_id: UUID) -> Row:
        """Record how an incident ended."""

        def close(connection: Connection, context: CommandContext) -> Row:
            closed = close_incident(connection, context, incident_id, outcome=terms["outcome"])
            return {name: value for name, value in incident_view(connection, closed).items() if name != "outcome"}

        return command(close, terms)
