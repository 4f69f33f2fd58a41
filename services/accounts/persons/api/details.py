"""Changing what is known of a person, on the version that was looked at."""

import re
from uuid import UUID

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.exceptions import PreconditionRequired

from libs.clock import machine_now
from libs.http.openapi import needs_version
from services.accounts.core.edge import command, parts, tell
from services.accounts.core.rules.notices import Notice
from services.accounts.core.rules.persons import Person
from services.accounts.core.schemas import Answer, Body, PersonAnswer, person_answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.api.persons import home_of
from services.accounts.persons.refusals import ChangedMeanwhileError
from services.accounts.persons.schemas import DetailsSchema, MoveSchema
from services.accounts.persons.usecases.change_details import Details, change_details, move_person

_VERSION = re.compile(r"[0-9]{1,9}")
blueprint = Blueprint("details", __name__, description="Changing a person's details / 变更信息")


@blueprint.route("/v1/persons/<uuid:person_id>/details")
class PersonDetails(MethodView):
    """Name, number, address, contacts, home, household, visits, what they speak, language, remarks for the door."""

    @blueprint.doc(operationId="change_details")
    @needs_version
    @blueprint.arguments(DetailsSchema)
    @blueprint.response(200, PersonAnswer)
    def post(self, body: Body, person_id: UUID) -> Answer:
        """Change what is given; `If-Match` names the version that was looked at."""
        version = _version_looked_at()
        household = body.get("household")
        details = Details(
            given=frozenset(body) - {"acting_for", "consent", "why"},
            names=dict(body["names"]) if "names" in body else None,
            phone_number=body.get("phone_number"),
            address=body.get("address"),
            contacts=tuple(dict(contact) for contact in body.get("contacts", ())),
            home=home_of(body["home"]) if body.get("home") else None,
            household_id=parts().vault.opaque_id("household", household) if household else None,
            has_phone=body.get("has_phone", True),
            visit_risk=body.get("visit_risk"),
            speaks=tuple(body.get("speaks", ())),
            language=body.get("language"),
            remarks=body.get("remarks") or None,
        )
        notices: list[Notice] = []

        def change(store: SealedStore, context: CommandContext) -> Person:
            at, digest = machine_now(), parts().vault.digest
            changed, notices[:] = change_details(
                store, context, person_id=person_id, version=version, details=details, at=at, digest=digest
            )
            return changed

        answer = command(
            lambda store, context: person_answer(change(store, context)),
            {**body, "version": version},
            about=[person_id],
        )
        tell(notices)
        return answer


@blueprint.route("/v1/persons/<uuid:person_id>/move")
class PersonMove(MethodView):
    """A person's home unit."""

    @blueprint.doc(operationId="move_person")
    @needs_version
    @blueprint.arguments(MoveSchema)
    @blueprint.response(200, PersonAnswer)
    def post(self, body: Body, person_id: UUID) -> Answer:
        """Move a person to another unit; `If-Match` names the version that was looked at."""
        version = _version_looked_at()
        return command(
            lambda store, context: person_answer(
                move_person(store, context, person_id=person_id, version=version, home_unit_id=body["home_unit_id"])
            ),
            {**body, "version": version},
        )


def _version_looked_at() -> int:
    """Return the version that the caller looked at.

    Raises:
        PreconditionRequired: there is no If-Match.
        ChangedMeanwhileError: it is no version of ours.
    """
    given = request.headers.get("If-Match", "").strip().strip('"')
    if not given:
        raise PreconditionRequired
    if not _VERSION.fullmatch(given):
        raise ChangedMeanwhileError
    return int(given)
