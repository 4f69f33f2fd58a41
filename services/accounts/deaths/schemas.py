"""What is said and answered about deaths."""

from collections.abc import Collection
from datetime import datetime

from marshmallow import Schema, fields

from libs.contracts.powers import POWERS
from libs.http.fields import Day, Text, choice_of, word_of
from libs.programme.words import Role
from services.accounts.core.rules.roles import RolePlace, is_staff, witnessing_roles
from services.accounts.core.schemas import (
    TEXT_MAX,
    Answer,
    PageSchema,
    day_field,
    id_field,
    id_text,
    instant,
    instant_field,
)
from services.accounts.deaths.rules import Death, DeathMistake, DeathState, MistakeState


class MistakeAnswer(Schema):
    """Where it stands that a death was a mistake."""

    mistake_id = id_field()
    death_id = id_field()
    person_id = id_field()
    state = word_of(MistakeState)
    code = fields.String(allow_none=True)
    why = fields.String()
    proposed_by = id_field()
    proposed_at = instant_field()
    lapses_at = instant_field(allow_none=True)
    roles_to_decide = fields.List(word_of(Role))
    decided_by = id_field(allow_none=True)
    decided_at = instant_field(allow_none=True)
    decided_why = fields.String(allow_none=True)


class DeathAnswer(Schema):
    """A recorded death."""

    death_id = id_field()
    person_id = id_field()
    died = day_field()
    state = word_of(DeathState)
    recorded_by = id_field()
    recorded_at = instant_field()
    lapses_at = instant_field(allow_none=True)
    roles_to_decide = fields.List(word_of(Role))
    decided_by = id_field(allow_none=True)
    decided_at = instant_field(allow_none=True)
    why = fields.String(allow_none=True)
    estate_settled_at = instant_field(allow_none=True)


class WholeDeathAnswer(DeathAnswer):
    """A recorded death with all that was proposed about it."""

    mistakes = fields.List(fields.Nested(MistakeAnswer))


class DeathSchema(Schema):
    """The day somebody died."""

    died = Day(required=True)


class DeathsQuerySchema(PageSchema):
    """Whose deaths: at a unit and below, or of one person (default: the caller's own)."""

    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)
    state = choice_of(DeathState, load_default=None)


class MistakeSchema(Schema):
    """Why a death was recorded by mistake."""

    why = Text(TEXT_MAX, shortest=1, required=True)


def death_answer(death: Death, theirs: Collection[RolePlace], now: datetime) -> Answer:
    """Return a recorded death: who recorded it, who decided, until when somebody may; `theirs` were their roles."""
    state, of = death.state_at(now), death.proposal
    return {
        "death_id": str(death.death_id),
        "person_id": str(death.person_id),
        "died": death.died_on.isoformat(),
        "state": state,
        "recorded_by": str(of.proposed_by),
        "recorded_at": instant(of.proposed_at),
        "lapses_at": instant(of.lapses_at) if state is DeathState.WAITING else None,
        "roles_to_decide": _witnesses("confirm_death", theirs),
        "decided_by": id_text(of.decided_by),
        "decided_at": instant(of.decided_at),
        "why": of.why or None,
        "estate_settled_at": instant(death.estate_settled_at),
    }


def mistake_answer(mistake: DeathMistake, theirs: Collection[RolePlace], now: datetime) -> Answer:
    """Return where it stands that a death was a mistake."""
    state, of = mistake.state_at(now), mistake.proposal
    return {
        "mistake_id": str(mistake.mistake_id),
        "death_id": str(mistake.death_id),
        "person_id": str(mistake.person_id),
        "state": state,
        "code": mistake.code or None,
        "why": mistake.why,
        "proposed_by": str(of.proposed_by),
        "proposed_at": instant(of.proposed_at),
        "lapses_at": instant(of.lapses_at) if state is MistakeState.PROPOSED else None,
        "roles_to_decide": _witnesses("decide_death_mistake", theirs),
        "decided_by": id_text(of.decided_by),
        "decided_at": instant(of.decided_at),
        "decided_why": of.why or None,
    }


def _witnesses(power: str, theirs: Collection[RolePlace]) -> list[str]:
    return sorted(witnessing_roles(theirs) if is_staff(theirs) else POWERS[power])
