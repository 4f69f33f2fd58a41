"""/v1/incidents: emergencies and welfare checks, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import NotFoundError
from libs.http import current_actor, reading
from services.orders.core.api.edge import command, reaches
from services.orders.core.api.places import place_of
from services.orders.core.api.views import may_know_of
from services.orders.core.rules.people import MICRODEGREES
from services.orders.core.schemas import Sight, done_schema
from services.orders.core.store import unit_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.duty.api import calling_view
from services.orders.duty.rules import Ring
from services.orders.duty.store import DutyCall, calls_of
from services.orders.incidents import schemas, store
from services.orders.incidents.rules import How, IncidentKind, IncidentState
from services.orders.incidents.usecases import Emergency, close_incident, raise_urgent_call, report_welfare_step
from services.orders.welfare.api import welfare_view
from services.orders.welfare.rules import Ending, StepOutcome, WelfareCheck
from services.orders.welfare.schemas import StepOutcomeSchema
from services.orders.welfare.store import checks_of

incidents = Blueprint("incidents", __name__, url_prefix="/v1/incidents", description="Emergencies and welfare checks")


APART = ("latitude_e6", "longitude_e6", "closed_by", "closed_at")
"""Columns of an incident that its view holds as one value with others."""


@dataclass(frozen=True)
class Progress:
    """Whom an incident went to: an urgent call to those on duty, a welfare check step by step."""

    call: DutyCall | None = None
    check: WelfareCheck | None = None

    def was_told_to(self, person_id: UUID) -> bool:
        """Tell whether somebody was told of it."""
        is_rung = self.call is not None and any(ring.person_id == person_id for ring in self.call.rings)
        return is_rung or (self.check is not None and person_id in self.check.told_ids)


@dataclass(frozen=True)
class Closing:
    """Who closed an incident and when; neither while it is open."""

    closed_by: UUID | None
    closed_at: datetime | None


@dataclass(frozen=True)
class IncidentView:
    """An incident as one caller sees it; `IncidentSchema` says which group sees what of it."""

    sight: Sight
    incident_id: UUID
    kind: IncidentKind
    state: IncidentState
    person_id: UUID | None
    order_id: UUID | None
    unit_id: UUID
    district_id: UUID
    place: Row | None
    words: str
    opened_by: UUID
    opened_at: datetime
    progress: Progress
    acting_for: UUID | None
    consent: Row | None
    why: str
    outcome: str
    ending: Ending | None
    closing: Closing

    @property
    def calling(self) -> Row | None:
        """Return whether somebody on duty has answered, of an urgent call."""
        return calling_view(self.progress.call) if self.progress.call else None

    @property
    def welfare(self) -> Row | None:
        """Return how far a welfare check has come."""
        return welfare_view(self.progress.check) if self.progress.check else None

    @property
    def rings(self) -> tuple[Ring, ...]:
        """Return who was told."""
        return self.progress.call.rings if self.progress.call else ()

    @property
    def answered_by(self) -> UUID | None:
        """Return who looks after it."""
        if self.progress.check:
            return self.progress.check.step.taken_by
        return self.progress.call.acknowledged_by if self.progress.call else None

    @property
    def closed_by(self) -> UUID | None:
        """Return who closed it."""
        return self.closing.closed_by

    @property
    def closed_at(self) -> datetime | None:
        """Return when it was closed."""
        return self.closing.closed_at


def progress_of(connection: Connection, incident_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Return how far some incidents have come, by incident."""
    calls, checks = calls_of(connection, incident_ids), checks_of(connection, incident_ids)
    return {each: Progress(calls.get(each), checks.get(each)) for each in incident_ids}


def incident_views(connection: Connection, incidents: Sequence[Any]) -> list[IncidentView]:
    """Return incidents as the caller sees them; the units are read once, however many there are."""
    unit_store.read_paths(connection, {incident.unit_id for incident in incidents})
    progress = progress_of(connection, [incident.incident_id for incident in incidents])
    rows = [(incident._asdict(), progress[incident.incident_id]) for incident in incidents]
    return [_view(row, sight_of_incident(connection, row, far), far) for row, far in rows]


def incident_view(connection: Connection, incident: Row) -> IncidentView:
    """Return what the caller may see of an incident.

    Raises:
        NotFoundError: nothing.
    """
    progress = progress_of(connection, [incident["incident_id"]])[incident["incident_id"]]
    sight = sight_of_incident(connection, incident, progress)
    if sight is Sight.EVERYBODY and incident["opened_by"] != current_actor().person_id:
        raise NotFoundError
    return _view(incident, sight, progress)


def sight_of_incident(connection: Connection, incident: Row, progress: Progress) -> Sight:
    """Return how much of an incident the caller sees: all of it, or that it is looked at."""
    if progress.was_told_to(current_actor().person_id):
        return Sight.CONCERNED
    if reaches(connection, incident["unit_id"]):
        return Sight.STAFF
    concerned_id = incident["person_id"]
    return Sight.CONCERNED if concerned_id and may_know_of(connection, concerned_id) else Sight.EVERYBODY


def _view(incident: Row, sight: Sight, progress: Progress) -> IncidentView:
    latitude_e6, longitude_e6 = incident["latitude_e6"], incident["longitude_e6"]
    place = {"latitude": _degrees(latitude_e6), "longitude": _degrees(longitude_e6)} if latitude_e6 else None
    shown = {name: value for name, value in incident.items() if name not in APART}
    closing = Closing(incident["closed_by"], incident["closed_at"])
    return IncidentView(sight=sight, place=place, progress=progress, closing=closing, **shown)


def _degrees(millionths: int) -> str:
    return str(Decimal(millionths) / MICRODEGREES)


@incidents.route("/<uuid:incident_id>")
class Incidents(MethodView):
    """An emergency or a welfare check."""

    @incidents.doc(operationId="open_incident")
    @incidents.arguments(schemas.IncidentTermsSchema)
    @incidents.response(201, done_schema(schemas.IncidentSchema))
    def put(self, terms: Row, incident_id: UUID) -> Row:
        """Call for urgent help: who is on duty is told at once, and it is never queued for volunteers.

        `calling` says whether somebody is; where nobody is, dial 120.

        About a person: by themself, a verified relative, their volunteer of the day, or staff. Anyone else says where
        and what.
        """
        emergency = Emergency(
            kind=IncidentKind(terms["kind"]),
            person_id=terms["person_id"],
            place=place_of(terms),
            words=terms["words"] or "",
        )
        return command(
            lambda c, context: _answered(c, raise_urgent_call(c, context, incident_id, emergency)),
            terms,
            command_id=incident_id,
        )

    @incidents.doc(operationId="get_incident")
    @incidents.response(200, schemas.IncidentSchema)
    def get(self, incident_id: UUID) -> IncidentView:
        """Show an incident to who may know of the person and to staff of the unit; of it to who opened it."""
        with reading() as connection:
            incident = store.read_incident(connection, incident_id)
            if incident is None:
                raise NotFoundError
            return incident_view(connection, incident)


@incidents.route("/<uuid:incident_id>/step-outcome")
class IncidentStep(MethodView):
    """What came of a step of a welfare check."""

    @incidents.doc(operationId="report_welfare_step")
    @incidents.arguments(StepOutcomeSchema)
    @incidents.response(200, done_schema(schemas.IncidentSchema))
    def post(self, terms: Row, incident_id: UUID) -> Row:
        """Say what came of a step: who was not reached goes to the next one at once; a reached one may be closed."""

        def report(connection: Connection, context: CommandContext) -> Row:
            outcome = StepOutcome(terms["outcome"])
            reported = report_welfare_step(connection, context, incident_id, number=terms["number"], outcome=outcome)
            return _answered(connection, reported)

        return command(report, terms | {"incident_id": str(incident_id)})


@incidents.route("/<uuid:incident_id>/closing")
class IncidentClosing(MethodView):
    """How an incident ended."""

    @incidents.doc(operationId="close_incident")
    @incidents.arguments(schemas.OutcomeSchema)
    @incidents.response(200, done_schema(schemas.IncidentSchema))
    def post(self, terms: Row, incident_id: UUID) -> Row:
        """Record how an incident ended."""

        def close(connection: Connection, context: CommandContext) -> Row:
            how = How(terms["outcome"], Ending(terms["ending"]) if terms["ending"] else None)
            closed = close_incident(connection, context, incident_id, how)
            return {name: value for name, value in _answered(connection, closed).items() if name != "outcome"}

        return command(close, terms)


def _answered(connection: Connection, incident: Row) -> Row:
    """Return what a command answers of an incident."""
    progress = progress_of(connection, [incident["incident_id"]])[incident["incident_id"]]
    view = _view(incident, sight_of_incident(connection, incident, progress), progress)
    return cast("Row", done_schema(schemas.IncidentSchema)().dump(view))
