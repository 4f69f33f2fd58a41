"""What is said and answered about the number that opens an account."""

from collections.abc import Collection
from datetime import datetime

from marshmallow import Schema, fields

from libs.contracts.powers import POWERS
from libs.http.fields import Text
from libs.programme.acting_schemas import ActingSchema
from libs.programme.two_people_schemas import ProposalAnswer, proposal_answer
from services.accounts.core.rules.roles import RolePlace, roles_signing
from services.accounts.core.schemas import NAME_MAX, Answer, id_field, masked_number
from services.accounts.numbers.store import NumberProposal

REGISTER = "register_person"


class NumberProposalAnswer(ProposalAnswer):
    """Another number for a member of staff, as proposed and decided."""

    change_id = id_field()
    person_id = id_field()
    phone_number = fields.String()


class NumberConfirmedAnswer(Schema):
    """The old number's word on the new one."""

    confirmed = fields.Boolean()


class NumberCodeSchema(ActingSchema):
    """The code that the old number was sent."""

    code = Text(6, pattern="^[0-9]{6}$", required=True)


class NumberSchema(Schema):
    """Another number."""

    phone_number = Text(NAME_MAX, shortest=1, required=True)


def number_proposal_answer(of: NumberProposal, theirs: Collection[RolePlace], *, now: datetime) -> Answer:
    """Return what was proposed about a number, of which only the end is shown; `theirs` are the person's roles."""
    return proposal_answer(of.proposal, REGISTER, now=now) | {
        "change_id": str(of.proposal.proposal_id),
        "person_id": str(of.person_id),
        "phone_number": masked_number(of.phone_number),
        "roles_to_decide": roles_signing(POWERS[REGISTER], theirs),
    }
