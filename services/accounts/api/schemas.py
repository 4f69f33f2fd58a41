"""What requests to accounts may hold; anything else is refused by name."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from libs.http.fields import Choice, Day, Degrees, Text, Truth, Whole, birth_day, choice_of, object_of
from libs.programme.acting_grants import GrantedAct
from libs.programme.acting_schemas import ActingSchema as ActingSchema, ConsentSchema
from services.accounts.api.edge import TEXT_MAX, PageSchema as PageSchema
from services.accounts.domain.deaths import DeathState
from services.accounts.domain.groups import MEMBERS_MAX
from services.accounts.domain.identity import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, IdKind
from services.accounts.domain.persons import CERTIFICATES, Grade, Hardship, Sex, Status, VisitRisk
from services.accounts.domain.policy import PolicyState
from services.accounts.domain.relations import RelationKind
from services.accounts.domain.roles import PERSON_ROLES, Role
from services.accounts.domain.units import Level

NAME_MAX = 60
CONTACTS_MAX = 5
GRANT_MINUTES_MAX = 100_000
GROUPS_MAX = 60
GROUP_MAX = 60


def refuse_unless_one(body: Mapping[str, object]) -> None:
    """Refuse unless there is either a password or a code."""
    if ("password" in body) == ("code" in body):
        raise ValidationError("either a password or a code", "password")


class SignInSchema(Schema):
    """A name or phone number, and the password or a code."""

    login = Text(NAME_MAX, shortest=1, required=True)
    password = Text(PASSWORD_LENGTH_MAX, shortest=1)
    code = Text(6, pattern="^[0-9]{6}$")

    @validates_schema
    def one_of_two(self, body: Mapping[str, object], **_: object) -> None:
        """Refuse both, and none."""
        refuse_unless_one(body)


class CodeSchema(Schema):
    """Who wants a code."""

    login = Text(NAME_MAX, shortest=1, required=True)


class RefreshSchema(Schema):
    """The secret that continues a session."""

    refresh_token = Text(128, shortest=1, required=True)


class PasswordSchema(Schema):
    """The present password, or a code sent to the registered telephone, and the new one."""

    password = Text(PASSWORD_LENGTH_MAX, shortest=1)
    code = Text(6, pattern="^[0-9]{6}$")
    new_password = Text(PASSWORD_LENGTH_MAX, shortest=PASSWORD_LENGTH_MIN, required=True)

    @validates_schema
    def one_of_two(self, body: Mapping[str, object], **_: object) -> None:
        """Refuse both, and none."""
        refuse_unless_one(body)


class NumberCodeSchema(ActingSchema):
    """The code that the old number was sent."""

    code = Text(6, pattern="^[0-9]{6}$", required=True)


class NumberSchema(ActingSchema):
    """Another number."""

    phone_number = Text(NAME_MAX, shortest=1, required=True)


class SightingSchema(ActingSchema):
    """Which document was seen."""

    document = choice_of(IdKind, required=True)


class UnitSchema(ActingSchema):
    """A new unit of the tree; a district may be born with its first rules proposed."""

    level = choice_of(Level, required=True)
    parent_id = fields.UUID(required=True)
    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, load_default="")
    preset = Text(NAME_MAX, allow_none=True, load_default=None)
    policy = object_of(GROUPS_MAX, values=object_of(GROUP_MAX), load_default=dict)
    effective = Day(allow_none=True, load_default=None)


class UnitNameSchema(ActingSchema):
    """A unit's new names."""

    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, load_default="")


class UnitQuerySchema(PageSchema):
    """Which units."""

    level = choice_of(Level, load_default=None)
    parent = fields.UUID(load_default=None)


class PolicySchema(ActingSchema):
    """Proposed rules of a district."""

    unit_id = fields.UUID(required=True)
    effective = Day(required=True)
    preset = Text(NAME_MAX, allow_none=True, load_default=None)
    set = object_of(GROUPS_MAX, values=object_of(GROUP_MAX), load_default=dict)


class DecisionSchema(ActingSchema):
    """The second person's word: yes, or no with a reason."""

    ok = Truth(load_default=True)

    @validates_schema
    def no_needs_a_reason(self, body: Mapping[str, Any], **_: object) -> None:
        """Refuse a no without a word why."""
        if not body["ok"] and not (body["why"] or "").strip():
            raise ValidationError("turning down needs a reason", "why")


class VerdictSchema(DecisionSchema):
    """The second person's word on who may do what: a yes is never taken for granted."""

    ok = Truth(required=True)


class PolicyQuerySchema(PageSchema):
    """Which versions; with `on`, the one in force that day."""

    unit = fields.UUID(load_default=None)
    on = Day(load_default=None)
    state = choice_of(PolicyState, load_default=None)


class CurrentPolicySchema(Schema):
    """Whose rules, and of which day (default: today)."""

    unit = fields.UUID(required=True)
    on = Day(load_default=None)


class NamesSchema(Schema):
    """What somebody is called."""

    zh = Text(NAME_MAX, shortest=1, required=True)
    en = Text(NAME_MAX)


class IdNumberSchema(Schema):
    """A document and its number."""

    kind = choice_of(IdKind, required=True)
    number = Text(NAME_MAX, shortest=1, required=True)


class PlaceSchema(Schema):
    """A place in degrees, as decimal text or number; kept to a thousandth of a degree."""

    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)


class ContactSchema(Schema):
    """Somebody to call."""

    name = Text(NAME_MAX, shortest=1, required=True)
    phone_number = Text(NAME_MAX, shortest=1, required=True)


def _certificate() -> Choice:
    return Choice(CERTIFICATES)


class PersonFieldsSchema(Schema):
    """What may be said of somebody who is registered."""

    names = fields.Nested(NamesSchema, required=True)
    born = birth_day(required=True)
    sex = choice_of(Sex, required=True)
    home_unit_id = fields.UUID(required=True)
    roles = fields.List(
        fields.Enum(Role, by_value=True, validate=validate.OneOf(PERSON_ROLES)),
        load_default=list,
        validate=validate.Length(max=len(PERSON_ROLES)),
    )
    phone_number = Text(NAME_MAX, allow_none=True, load_default=None)
    sign_in_name = Text(NAME_MAX, shortest=1, allow_none=True, load_default=None)
    password = Text(PASSWORD_LENGTH_MAX, shortest=PASSWORD_LENGTH_MIN, allow_none=True, load_default=None)
    id_number = fields.Nested(IdNumberSchema, allow_none=True, load_default=None)
    address = Text(TEXT_MAX, allow_none=True, load_default=None)
    contacts = fields.List(fields.Nested(ContactSchema), load_default=list, validate=validate.Length(max=CONTACTS_MAX))
    home = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    household = Text(TEXT_MAX, allow_none=True, load_default=None)
    has_phone = Truth(load_default=True)
    visit_risk = choice_of(VisitRisk, allow_none=True, load_default=None)
    training = Truth(load_default=False)
    clean_record = Truth(load_default=False)
    insured_until = Day(allow_none=True, load_default=None)
    certificates = fields.List(_certificate(), load_default=list, validate=validate.Length(max=len(CERTIFICATES)))


class PersonSchema(PersonFieldsSchema, ActingSchema):
    """A new person."""


class PersonQuerySchema(PageSchema):
    """Which people: at a unit and below, by name, phone number, sign-in name or identity number."""

    unit = fields.UUID(load_default=None)
    q = Text(NAME_MAX, load_default=None)
    role = choice_of(Role, load_default=None)
    status = choice_of(Status, load_default=None)


class WhySchema(Schema):
    """Why somebody looks."""

    why = Text(TEXT_MAX, load_default="")


class RoleSchema(ActingSchema):
    """A role at a unit."""

    role = choice_of(Role, required=True)
    unit_id = fields.UUID(required=True)


class RelationSchema(ActingSchema):
    """`relative_id` is the `kind` of `person_id`."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    kind = choice_of(RelationKind, required=True)
    verified = Truth(load_default=False)


class OfPersonSchema(Schema):
    """Whose."""

    person = fields.UUID(required=True)


class AssessmentSchema(ActingSchema):
    """An ability grade."""

    grade = choice_of(Grade, required=True)


class HardshipSchema(ActingSchema):
    """Hardship categories, instead of the earlier ones."""

    categories = fields.List(choice_of(Hardship), required=True, validate=validate.Length(max=len(Hardship)))


class ActingGrantSchema(Schema):
    """A person's word, heard by staff, that a relative may act for them: in what, how much a month, until when."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    consent = fields.Nested(ConsentSchema, required=True)
    acts = fields.List(choice_of(GrantedAct), required=True, validate=validate.Length(1, len(GrantedAct)))
    minutes_per_month = Whole(1, GRANT_MINUTES_MAX, allow_none=True, load_default=None)
    until = Day(required=True)


class QualificationsSchema(ActingSchema):
    """What a volunteer has shown; what is left out stays, a null day ends the insurance."""

    training = Truth()
    clean_record = Truth()
    insured_until = Day(allow_none=True)
    certificate = _certificate()
    certificates = fields.List(_certificate(), validate=validate.Length(max=len(CERTIFICATES)))


class DetailsSchema(ActingSchema):
    """What changes; what is left out stays, null takes away."""

    names = fields.Nested(NamesSchema)
    phone_number = Text(NAME_MAX, allow_none=True)
    address = Text(TEXT_MAX, allow_none=True)
    contacts = fields.List(fields.Nested(ContactSchema), validate=validate.Length(max=CONTACTS_MAX))
    home = fields.Nested(PlaceSchema, allow_none=True)
    household = Text(TEXT_MAX, allow_none=True)
    has_phone = Truth()
    visit_risk = choice_of(VisitRisk, allow_none=True)


class MoveSchema(ActingSchema):
    """The new home unit."""

    home_unit_id = fields.UUID(required=True)


class DeathSchema(ActingSchema):
    """The day somebody died."""

    died = Day(required=True)


class DeathsQuerySchema(PageSchema):
    """Whose deaths: at a unit and below, or of one person (default: the caller's own)."""

    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)
    state = choice_of(DeathState, load_default=None)


class MistakeSchema(ActingSchema):
    """Why a death was recorded by mistake."""

    why = Text(TEXT_MAX, shortest=1, required=True)


class GroupSchema(ActingSchema):
    """A group: where it is at home, who answers for it, who belongs to it."""

    unit_id = fields.UUID(required=True)
    name_zh = Text(NAME_MAX, shortest=1, required=True)
    name_en = Text(NAME_MAX, load_default="")
    leader_id = fields.UUID(required=True)
    member_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MEMBERS_MAX))


class LeaderSchema(ActingSchema):
    """Who answers for a group."""

    leader_id = fields.UUID(required=True)


class GroupsQuerySchema(PageSchema):
    """Which groups: of a unit and below, or of a person (default: the caller's own)."""

    unit = fields.UUID(load_default=None)
    person = fields.UUID(load_default=None)


class ErasureSchema(ActingSchema):
    """Where remaining credit goes."""

    credit_to = Choice(["pool"], load_default=None, allow_none=True)


class AccessLogSchema(PageSchema):
    """Whose log; default: the caller's own."""

    person = fields.UUID(load_default=None)
