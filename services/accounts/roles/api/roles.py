"""Roles: given to what people are by one, to staff by two; who saw whose identity; what waits for a second person."""

from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.contracts.powers import POWERS
from libs.http import reading
from libs.programme.names import with_unit_names
from libs.programme.two_people_schemas import VerdictSchema
from services.accounts.core.edge import command, opened
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.schemas import Answer, Body, RoleAnswer, done_answer, grant_answer, page_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power_somewhere, require_view
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.roles.rules import Appointment
from services.accounts.roles.schemas import (
    RoleSchema,
    SightingAnswer,
    SightingSchema,
    appointment_answer,
    sighting_answer,
)
from services.accounts.roles.store import AppointmentStore
from services.accounts.roles.usecases.decide_role import decide_role
from services.accounts.roles.usecases.end_role import end_role
from services.accounts.roles.usecases.grant_role import grant_role
from services.accounts.roles.usecases.see_identity import see_identity

blueprint = Blueprint("appointments", __name__, description="Giving and ending roles / 授予角色")


@blueprint.route("/v1/persons/<uuid:person_id>/roles")
class PersonRoles(MethodView):
    """The roles of a person."""

    @blueprint.doc(operationId="list_roles_of_person")
    @blueprint.response(200, page_answer(RoleAnswer))
    def get(self, person_id: UUID) -> Answer:
        """List what is held, and what was proposed with its decision: to the person, or to staff who reach them."""
        with reading() as connection:
            store, context = opened(connection)
            require_view(store, context, person_id)
            held = [grant_answer(grant) for grant in store.persons.roles(person_id)]
            theirs = store.persons.places_of(person_id)
            proposed = [
                appointment_answer(appointment, theirs, now=context.now)
                for appointment in AppointmentStore(store.connection).of_person(person_id)
                if not appointment.is_accepted
            ]
            items = with_unit_names(connection, held + proposed, "unit_id")
        return {"items": items, "next": None}


@blueprint.route("/v1/roles/proposals")
class RoleProposals(MethodView):
    """What waits for a second person."""

    @blueprint.doc(operationId="list_role_proposals")
    @blueprint.response(200, page_answer(RoleAnswer))
    def get(self) -> Answer:
        """List the proposals in the caller's scope which somebody who grants roles there may decide."""
        with reading() as connection:
            store, context = opened(connection)
            require_power_somewhere(context, "grant_role")
            within = [held.unit_id for held in context.active_actor().roles if held.role in POWERS["grant_role"]]
            waiting = AppointmentStore(store.connection).open_within(within, now=context.now)
            places = store.persons.places([appointment.person_id for appointment in waiting])
            rows = [appointment_answer(waits, places[waits.person_id], now=context.now) for waits in waiting]
            items = with_unit_names(connection, rows, "unit_id")
        return {"items": items, "next": None}


@blueprint.route("/v1/persons/<uuid:person_id>/roles/<uuid:grant_id>")
class PersonRole(MethodView):
    """A role of a person."""

    @blueprint.doc(operationId="grant_role")
    @blueprint.arguments(RoleSchema)
    @blueprint.response(201, done_answer(RoleAnswer))
    def put(self, body: Body, person_id: UUID, grant_id: UUID) -> Answer:
        """Give a role at a unit that the caller's own reaches; a staff role is `proposed` until another decides."""
        return command(
            lambda store, context: _answer(
                store,
                context,
                grant_role(
                    store, context, grant_id=grant_id, person_id=person_id, role=body["role"], unit_id=body["unit_id"]
                ),
            ),
            body,
            command_id=grant_id,
        )

    @blueprint.doc(operationId="revoke_role")
    @blueprint.response(200, done_answer(RoleAnswer))
    def delete(self, person_id: UUID, grant_id: UUID) -> Answer:
        """Take a role away, or one's own proposal back; at the top of the city it is proposed to another.

        `open_proposals` says how many of theirs wait still; `GET /v1/open-work` has what orders holds for them.
        """

        def end(store: SealedStore, context: CommandContext) -> Answer:
            ended = _answer(store, context, end_role(store, context, grant_id=grant_id, person_id=person_id))
            waiting = AppointmentStore(store.connection).count_kept_by(person_id, now=context.now)
            return ended | {"open_proposals": waiting}

        return command(end, {})


@blueprint.route("/v1/persons/<uuid:person_id>/roles/<uuid:grant_id>/decision")
class RoleDecision(MethodView):
    """The second person's word on a staff role."""

    @blueprint.doc(operationId="decide_role")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, done_answer(RoleAnswer))
    def post(self, body: Body, person_id: UUID, grant_id: UUID) -> Answer:
        """Say yes or no, with the reason; never who proposed it, nor whom it is about."""
        return command(
            lambda store, context: _answer(
                store,
                context,
                decide_role(
                    store, context, person_id=person_id, grant_id=grant_id, ok=body["ok"], why=body["why"] or ""
                ),
            ),
            body,
        )


@blueprint.route("/v1/persons/<uuid:person_id>/identity-sightings")
class Sightings(MethodView):
    """Who saw a person's document."""

    @blueprint.doc(operationId="list_identity_sightings")
    @blueprint.response(200, page_answer(SightingAnswer))
    def get(self, person_id: UUID) -> Answer:
        """List who saw it: to the person, or to staff who reach them."""
        with reading() as connection:
            store, context = opened(connection)
            require_view(store, context, person_id)
            sightings = AppointmentStore(store.connection).sightings(person_id)
        return {"items": [sighting_answer(sighting) for sighting in sightings], "next": None}


@blueprint.route("/v1/persons/<uuid:person_id>/identity-sightings/<uuid:sighting_id>")
class SightingById(MethodView):
    """A look at the document that shows who somebody is."""

    @blueprint.doc(operationId="record_identity_sighting")
    @blueprint.arguments(SightingSchema)
    @blueprint.response(201, SightingAnswer)
    def put(self, body: Body, person_id: UUID, sighting_id: UUID) -> Answer:
        """Record that the caller saw the person's document; two members of staff must have, before a staff role."""
        return command(
            lambda store, context: sighting_answer(
                see_identity(store, context, sighting_id=sighting_id, person_id=person_id, document=body["document"])
            ),
            body,
            command_id=sighting_id,
        )


def _answer(store: SealedStore, context: CommandContext, of: RoleGrant | Appointment) -> Answer:
    if isinstance(of, RoleGrant):
        return grant_answer(of)
    return appointment_answer(of, store.persons.places_of(of.person_id), now=context.now)
