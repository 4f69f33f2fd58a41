"""What is said and answered about deputies."""

from datetime import datetime

from marshmallow import Schema, fields

from libs.http.fields import Day, choice_of, word_of
from libs.programme.names import shown_name
from libs.programme.two_people_schemas import proposal_answer
from libs.programme.words import Role
from services.accounts.core.schemas import Answer, PageSchema, day_field, id_field, id_text, instant, instant_field
from services.accounts.deputies.rules import AbsenceReason, Deputyship, DeputyshipState
from services.accounts.deputies.usecases import DECIDE


class DeputySchema(Schema):
    """Who is to stand in for which role, from which day to which, both counted, and why."""

    grant_id = fields.UUID(required=True)
    deputy_id = fields.UUID(required=True)
    begins_on = Day(required=True)
    ends_on = Day(required=True)
    reason = choice_of(AbsenceReason, required=True)


class DeputiesQuerySchema(PageSchema):
    """Of a unit and all below it, else of a person: oneself where nobody is named."""

    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)


class CandidatesQuerySchema(Schema):
    """For which role."""

    grant = fields.UUID(required=True)


class CandidateAnswer(Schema):
    """Somebody who may stand in."""

    person_id = id_field()
    name = shown_name()


class DeputyAnswer(Schema):
    """Who is away, who stands in, and where it stands; `lapses_at`: until when it may be accepted."""

    deputyship_id = id_field()
    grant_id = id_field()
    absent_id = id_field()
    absent_name = shown_name()
    deputy_id = id_field()
    deputy_name = shown_name()
    role = word_of(Role)
    unit_id = id_field()
    unit_name = shown_name()
    begins_on = day_field()
    ends_on = day_field()
    reason = word_of(AbsenceReason)
    state = word_of(DeputyshipState)
    ended_at = instant_field(allow_none=True)
    ended_by = id_field(allow_none=True)
    proposed_by = id_field()
    proposed_at = instant_field()
    lapses_at = instant_field()
    roles_to_decide = fields.List(word_of(Role))
    decided_by = id_field(allow_none=True)
    decided_at = instant_field(allow_none=True)
    why = fields.String()


def deputy_answer(of: Deputyship, *, now: datetime) -> Answer:
    """Return who stands in for whom."""
    return proposal_answer(of.proposal, DECIDE, now=now) | {
        "deputyship_id": str(of.deputyship_id),
        "grant_id": str(of.grant_id),
        "absent_id": str(of.absent_id),
        "deputy_id": str(of.deputy_id),
        "role": of.role,
        "unit_id": str(of.unit_id),
        "begins_on": of.days.begins_on.isoformat(),
        "ends_on": of.days.ends_on.isoformat(),
        "reason": of.reason,
        "state": of.state_at(now),
        "ended_at": instant(of.ended_at),
        "ended_by": id_text(of.ended_by),
    }
