"""What is said and answered about roles and about who saw whose document."""

from collections.abc import Collection
from datetime import datetime

from marshmallow import Schema, fields

from libs.contracts.powers import POWERS
from libs.http.fields import choice_of, word_of
from libs.programme.two_people_schemas import proposal_answer
from libs.programme.words import Role
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.rules.roles import RolePlace, roles_above, roles_signing
from services.accounts.core.schemas import Answer, id_field, instant, instant_field
from services.accounts.roles.rules import GRANT_ROLE, Appointment, AppointmentAct, Sighting


class SightingAnswer(Schema):
    """A member of staff saw the document that shows who somebody is."""

    sighting_id = id_field()
    person_id = id_field()
    document = word_of(IdKind)
    seen_by = id_field()
    seen_at = instant_field()


class SightingSchema(Schema):
    """Which document was seen."""

    document = choice_of(IdKind, required=True)


class RoleSchema(Schema):
    """A role at a unit."""

    role = choice_of(Role, required=True)
    unit_id = fields.UUID(required=True)


def appointment_answer(of: Appointment, theirs: Collection[RolePlace], *, now: datetime) -> Answer:
    """Return what was proposed about a staff role, with the second person's word; `theirs` are the person's roles."""
    deciding = roles_above if of.act is AppointmentAct.GIVE else roles_signing
    proposal = proposal_answer(of.proposal, GRANT_ROLE, now=now)
    return proposal | {
        "grant_id": str(of.grant_id),
        "person_id": str(of.person_id),
        "role": of.role,
        "unit_id": str(of.unit_id),
        "act": of.act,
        "roles_to_decide": deciding(POWERS[GRANT_ROLE], theirs, least_rank=of.proposer_rank),
    }


def sighting_answer(of: Sighting) -> Answer:
    """Return who saw a person's document."""
    return {
        "sighting_id": str(of.sighting_id),
        "person_id": str(of.person_id),
        "document": of.document,
        "seen_by": str(of.seen_by),
        "seen_at": instant(of.seen_at),
    }
