"""What is said and answered about applications."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.fields import Day, Text, Whole, birth_day, choice_of, word_of
from libs.programme.acting import WORDS_MAX
from libs.programme.names import shown_name
from libs.programme.two_people_schemas import ProposalAnswer, proposal_answer
from libs.programme.words import Sex
from services.accounts.applications.rules import (
    SERVICES_MAX,
    WINDOWS_MAX,
    Admission,
    Applicant,
    ApplicationState,
    WaitsFor,
)
from services.accounts.applications.store import STEPS
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.schemas import (
    NAME_MAX,
    Answer,
    PageSchema,
    day_field,
    id_field,
    id_text,
    instant,
    instant_field,
    masked_number,
)

TICKET_MAX = 64
TIME_OF_DAY = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
CODE = "^[A-Z][0-9]{1,2}$"
CONFIRM = "confirm_volunteer"


class NumberToProveSchema(Schema):
    """The number that a code goes to."""

    phone_number = Text(NAME_MAX, shortest=1, required=True)


class ProvedNumberSchema(NumberToProveSchema):
    """The number, and the code that it was sent."""

    code = Text(6, pattern="^[0-9]{6}$", required=True)


class TicketSchema(Schema):
    """What says that a number was proved."""

    ticket = Text(TICKET_MAX, shortest=1, required=True)


class WindowSchema(Schema):
    """An hour of the week: the day from 1 (Monday) to 7, from when until when, by the programme's clock."""

    weekday = Whole(1, 7, required=True)
    begins = Text(5, pattern=TIME_OF_DAY, required=True)
    ends = Text(5, pattern=TIME_OF_DAY, required=True)

    @validates_schema
    def ends_later(self, body: Mapping[str, Any], **_: object) -> None:
        """Refuse what ends before it begins."""
        if body.get("begins", "") >= body.get("ends", "~"):
            raise ValidationError("ends before it begins", "ends")


class ApplicationSchema(TicketSchema):
    """What somebody says who wants to be a volunteer; `privacy_version` is the text that she read and agrees to."""

    name = Text(NAME_MAX, shortest=1, required=True)
    born = birth_day(required=True)
    sex = choice_of(Sex, required=True)
    unit_id = fields.UUID(required=True)
    services = fields.List(Text(3, pattern=CODE), required=True, validate=validate.Length(1, SERVICES_MAX))
    hours = fields.List(fields.Nested(WindowSchema), load_default=list, validate=validate.Length(max=WINDOWS_MAX))
    privacy_version = Text(NAME_MAX, shortest=1, required=True)

    @validates_schema
    def has_a_name(self, body: Mapping[str, Any], **_: object) -> None:
        """Refuse a name of blanks."""
        if not str(body.get("name", "x")).strip():
            raise ValidationError("a name is needed", "name")


class ApplicationQuerySchema(PageSchema):
    """Which applications: of a unit and below, in a state, waiting for something."""

    unit = fields.UUID(required=True)
    state = choice_of(ApplicationState, load_default=None)
    waits_for = choice_of(WaitsFor, load_default=None)


class DocumentSchema(Schema):
    """The document that was seen, with its number, which is kept sealed."""

    kind = choice_of(IdKind, required=True)
    number = Text(NAME_MAX, shortest=1, required=True)


class DoneOnSchema(Schema):
    """The day on which it was done."""

    on = Day(required=True)


class RefusalSchema(Schema):
    """Why; the applicant reads it."""

    why = Text(WORDS_MAX, shortest=1, lines=True, required=True)


class PrivacyTextAnswer(Schema):
    """What becomes of an applicant's data."""

    version = fields.String()
    zh = fields.String()
    en = fields.String()


class CodeOnItsWayAnswer(Schema):
    """How long the code can be used."""

    expires_in_seconds = fields.Integer()


class TicketAnswer(Schema):
    """What says for an hour that a number was proved."""

    ticket = fields.String()
    expires_in_seconds = fields.Integer()


class ApplicationDoneAnswer(Schema):
    """Where an application stands."""

    application_id = id_field()
    unit_id = id_field()
    state = word_of(ApplicationState)
    waits_for = word_of(WaitsFor, allow_none=True)
    waits_since = instant_field()
    applied_at = instant_field()


class OwnApplicationAnswer(ApplicationDoneAnswer):
    """What the applicant sees: where it stands, and why it was refused."""

    unit_name = shown_name()
    why = fields.String()


class ListedApplicationAnswer(ApplicationDoneAnswer):
    """An application as the desk's list shows it."""

    unit_name = shown_name()
    name = fields.String(allow_none=True)
    phone_number = fields.String(allow_none=True)
    services = fields.List(fields.String())


class StepAnswer(Schema):
    """What was recorded on the way."""

    by = id_field()
    at = instant_field()
    on = day_field()


class WindowAnswer(Schema):
    """An hour of the week."""

    weekday = fields.Integer()
    begins = fields.String()
    ends = fields.String()


class AdmissionAnswer(ProposalAnswer):
    """A first signature, and the second person's word."""

    admission_id = id_field()


class ApplicationAnswer(ListedApplicationAnswer):
    """An application with all that the desk needs to decide."""

    born = day_field(allow_none=True)
    sex = word_of(Sex, allow_none=True)
    hours = fields.List(fields.Nested(WindowAnswer))
    privacy_version = fields.String()
    document = word_of(IdKind, allow_none=True)
    identity = fields.Nested(StepAnswer, allow_none=True)
    agreement = fields.Nested(StepAnswer, allow_none=True)
    training = fields.Nested(StepAnswer, allow_none=True)
    admissions = fields.List(fields.Nested(AdmissionAnswer))
    ended_by = id_field(allow_none=True)
    ended_at = instant_field(allow_none=True)
    why = fields.String()


class ApplicationPage(Schema):
    """A page of applications, and how many wait for what in all."""

    items = fields.List(fields.Nested(ListedApplicationAnswer))
    next = fields.String(allow_none=True)
    waiting = fields.Dict(keys=word_of(WaitsFor), values=fields.Integer())


def done_application_answer(row: Any) -> Answer:
    """Return where an application stands, of its row."""
    return {
        "application_id": str(row.application_id),
        "unit_id": str(row.unit_id),
        "state": row.state,
        "waits_for": row.waits_for,
        "waits_since": instant(row.waits_since),
        "applied_at": instant(row.applied_at),
    }


def own_application_answer(row: Any) -> Answer:
    """Return what the applicant sees."""
    return done_application_answer(row) | {"why": row.ended_why}


def listed_application_answer(row: Any, who: Applicant | None) -> Answer:
    """Return an application as the desk's list shows it."""
    return done_application_answer(row) | {
        "name": who.name if who else None,
        "phone_number": masked_number(who.phone_number) if who else None,
        "services": list(row.services),
    }


def application_answer(row: Any, who: Applicant | None, admissions: list[Admission], *, now: datetime) -> Answer:
    """Return an application with everything."""
    return listed_application_answer(row, who) | {
        "phone_number": who.phone_number if who else None,
        "born": row.born.isoformat() if row.born else None,
        "sex": row.sex,
        "hours": row.hours,
        "privacy_version": row.privacy_version,
        "document": row.document,
        "admissions": [_admission_answer(admission, now=now) for admission in admissions],
        "ended_by": id_text(row.ended_by),
        "ended_at": instant(row.ended_at),
        "why": row.ended_why,
        **{step: _step_answer(row, step) for step in STEPS},
    }


def _admission_answer(of: Admission, *, now: datetime) -> Answer:
    return proposal_answer(of.proposal, CONFIRM, now=now) | {"admission_id": str(of.proposal.proposal_id)}


def _step_answer(row: Any, step: str) -> Answer | None:
    by, at, on = (getattr(row, f"{step}_{part}") for part in ("by", "at", "on"))
    return {"by": str(by), "at": instant(at), "on": on.isoformat()} if by else None
