"""What is said and answered about ability grades and hardship."""

from collections.abc import Collection
from datetime import datetime

from marshmallow import Schema, fields, validate

from libs.contracts.powers import POWERS
from libs.http.fields import choice_of, word_of
from libs.programme.words import Grade, Hardship, Role
from services.accounts.core.rules.roles import RolePlace, roles_above
from services.accounts.core.schemas import Answer, PageSchema, PersonAnswer, id_field, id_text, instant, instant_field
from services.accounts.recipients.rules import Finding, FindingKind, FindingState


class FindingAnswer(Schema):
    """An ability grade or hardship categories, and the person once they count."""

    assessment_id = id_field()
    hardship_id = id_field()
    person_id = id_field()
    grade = word_of(Grade, allow_none=True)
    categories = fields.List(word_of(Hardship))
    recorded_by = id_field()
    recorded_at = instant_field()
    confirmed_by = id_field(allow_none=True)
    confirmed_at = instant_field(allow_none=True)
    state = word_of(FindingState)
    lapses_at = instant_field()
    roles_to_decide = fields.List(word_of(Role))
    turned_down_by = id_field(allow_none=True)
    turned_down_why = fields.String(allow_none=True)
    person = fields.Nested(PersonAnswer)


class ListedFindingAnswer(FindingAnswer):
    """A finding as a list shows it: which kind, and the second person's reason, also with a yes."""

    finding_id = id_field()
    kind = word_of(FindingKind)
    why = fields.String()


class WaitingFindingsSchema(PageSchema):
    """Of which unit and below; of one kind, or of both."""

    unit = fields.UUID(required=True)
    kind = choice_of(FindingKind, load_default=None)


class AssessmentSchema(Schema):
    """An ability grade."""

    grade = choice_of(Grade, required=True)


class HardshipSchema(Schema):
    """Hardship categories, instead of the earlier ones."""

    categories = fields.List(choice_of(Hardship), required=True, validate=validate.Length(max=len(Hardship)))


def listed_finding_answer(finding: Finding, theirs: Collection[RolePlace], now: datetime) -> Answer:
    """Return a finding with the second person's reason."""
    listed = {"finding_id": str(finding.finding_id), "kind": finding.kind, "why": finding.proposal.why}
    return finding_answer(finding, theirs, now) | listed


def finding_answer(finding: Finding, theirs: Collection[RolePlace], now: datetime) -> Answer:
    """Return an assessment or a hardship record; `theirs` are the person's roles."""
    of = finding.proposal
    return {
        f"{finding.kind}_id": str(finding.finding_id),
        "person_id": str(finding.person_id),
        "grade": finding.grade,
        "categories": list(finding.categories),
        "recorded_by": str(of.proposed_by),
        "recorded_at": instant(of.proposed_at),
        "state": finding.state_at(now),
        "lapses_at": instant(of.lapses_at),
        "roles_to_decide": roles_above(POWERS["confirm_record"], theirs),
        "confirmed_by": id_text(of.decided_by) if finding.is_confirmed else None,
        "confirmed_at": instant(of.decided_at) if finding.is_confirmed else None,
        "turned_down_by": None if finding.is_confirmed else id_text(of.decided_by),
        "turned_down_why": None if finding.is_confirmed else of.why or None,
    }
