"""What requests to accounts may hold; anything else is refused by name."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.accounts.api.edge import TEXT_MAX, ActingSchema as ActingSchema, PageSchema as PageSchema
from services.accounts.domain.acting import Heard
from services.accounts.domain.identity import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, IdKind
from services.accounts.domain.persons import CERTIFICATES, Grade, Hardship, Sex, Status, VisitRisk
from services.accounts.domain.policy import PolicyState
from services.accounts.domain.relations import RelationKind
from services.accounts.domain.roles import PERSON_ROLES, Role
from services.accounts.domain.units import Level

NAME_MAX = 60
CONTACTS_MAX = 5


def _enum(kind: type[StrEnum], **options: Any) -> fields.Enum[StrEnum]:
    return fields.Enum(kind, by_value=True, **options)


def _text(longest: int = TEXT_MAX, *, shortest: int = 0, **options: Any) -> fields.String:
    return fields.String(validate=validate.Length(shortest, longest), **options)


class SignInSchema(Schema):
    """A name or phone number, and the password or a code."""

    login = _text(NAME_MAX, shortest=1, required=True)
    password = _text(PASSWORD_LENGTH_MAX, shortest=1)
    code = fields.String(validate=validate.Regexp(r"^\d{6}$"))

    @validates_schema
    def one_of_two(self, body: Mapping[str, object], **_: object) -> None:
        """Refuse both, and none."""
        if ("password" in body) == ("code" in body):
            raise ValidationError("either a password or a code", "password")


class CodeSchema(Schema):
    """Who wants a code."""

    login = _text(NAME_MAX, shortest=1, required=True)


class RefreshSchema(Schema):
    """The secret that continues a session."""

    refresh_token = _text(128, shortest=1, required=True)


class PasswordSchema(Schema):
    """The present password and the new one."""

    password = _text(PASSWORD_LENGTH_MAX, shortest=1, required=True)
    new_password = _text(PASSWORD_LENGTH_MAX, shortest=PASSWORD_LENGTH_MIN, required=True)


class UnitSchema(ActingSchema):
    """A new unit of the tree; a district may be born with its first rules proposed."""

    level = _enum(Level, required=True)
    parent_id = fields.UUID(required=True)
    name_zh = _text(NAME_MAX, shortest=1, required=True)
    name_en = _text(NAME_MAX, load_default="")
    preset = _text(NAME_MAX, allow_none=True, load_default=None)
    policy = fields.Dict(keys=fields.String(), values=fields.Dict(keys=fields.String()), load_default=dict)
    effective = fields.Date(allow_none=True, load_default=None)


class UnitNameSchema(ActingSchema):
    """A unit's new names."""

    name_zh = _text(NAME_MAX, shortest=1, required=True)
    name_en = _text(NAME_MAX, load_default="")


class UnitQuerySchema(PageSchema):
    """Which units."""

    level = _enum(Level, load_default=None)
    parent = fields.UUID(load_default=None)


class PolicySchema(ActingSchema):
    """Proposed rules of a district."""

    unit_id = fields.UUID(required=True)
    effective = fields.Date(required=True)
    preset = _text(NAME_MAX, allow_none=True, load_default=None)
    set = fields.Dict(keys=fields.String(), values=fields.Dict(keys=fields.String()), load_default=dict)


class DecisionSchema(ActingSchema):
    """The second person's word."""

    ok = fields.Boolean(load_default=True)


class PolicyQuerySchema(PageSchema):
    """Which versions; with `on`, the one in force that day."""

    unit = fields.UUID(load_default=None)
    on = fields.Date(load_default=None)
    state = _enum(PolicyState, load_default=None)


class CurrentPolicySchema(Schema):
    """Whose rules, and of which day (default: today)."""

    unit = fields.UUID(required=True)
    on = fields.Date(load_default=None)


class NamesSchema(Schema):
    """What somebody is called."""

    zh = _text(NAME_MAX, shortest=1, required=True)
    en = _text(NAME_MAX)


class IdNumberSchema(Schema):
    """A document and its number."""

    kind = _enum(IdKind, required=True)
    number = _text(NAME_MAX, shortest=1, required=True)


class PlaceSchema(Schema):
    """A place in degrees, as decimal text or number; kept to a thousandth of a degree."""

    latitude = fields.Decimal(required=True, validate=validate.Range(Decimal(-90), Decimal(90)))
    longitude = fields.Decimal(required=True, validate=validate.Range(Decimal(-180), Decimal(180)))


class ContactSchema(Schema):
    """Somebody to call."""

    name = _text(NAME_MAX, shortest=1, required=True)
    phone_number = _text(NAME_MAX, shortest=1, required=True)


def _certificate() -> fields.String:
    return fields.String(validate=validate.OneOf(CERTIFICATES))


class PersonFieldsSchema(Schema):
    """What may be said of somebody who is registered."""

    names = fields.Nested(NamesSchema, required=True)
    born = fields.Date(required=True)
    sex = _enum(Sex, required=True)
    home_unit_id = fields.UUID(required=True)
    roles = fields.List(
        fields.Enum(Role, by_value=True, validate=validate.OneOf(PERSON_ROLES)),
        load_default=list,
        validate=validate.Length(max=len(PERSON_ROLES)),
    )
    phone_number = _text(NAME_MAX, allow_none=True, load_default=None)
    sign_in_name = _text(NAME_MAX, shortest=1, allow_none=True, load_default=None)
    password = _text(PASSWORD_LENGTH_MAX, shortest=PASSWORD_LENGTH_MIN, allow_none=True, load_default=None)
    id_number = fields.Nested(IdNumberSchema, allow_none=True, load_default=None)
    address = _text(TEXT_MAX, allow_none=True, load_default=None)
    contacts = fields.List(fields.Nested(ContactSchema), load_default=list, validate=validate.Length(max=CONTACTS_MAX))
    home = fields.Nested(PlaceSchema, allow_none=True, load_default=None)
    household = _text(TEXT_MAX, allow_none=True, load_default=None)
    has_phone = fields.Boolean(load_default=True)
    visit_risk = _enum(VisitRisk, allow_none=True, load_default=None)
    training = fields.Boolean(load_default=False)
    clean_record = fields.Boolean(load_default=False)
    insured_until = fields.Date(allow_none=True, load_default=None)
    certificates = fields.List(_certificate(), load_default=list, validate=validate.Length(max=len(CERTIFICATES)))


class PersonSchema(PersonFieldsSchema, ActingSchema):
    """A new person."""


class PersonQuerySchema(PageSchema):
    """Which people: at a unit and below, by name, phone number, sign-in name or identity number."""

    unit = fields.UUID(load_default=None)
    q = _text(NAME_MAX, load_default=None)
    role = _enum(Role, load_default=None)
    status = _enum(Status, load_default=None)


class WhySchema(Schema):
    """Why somebody looks."""

    why = _text(TEXT_MAX, load_default="")


class RoleSchema(ActingSchema):
    """A role at a unit."""

    role = _enum(Role, required=True)
    unit_id = fields.UUID(required=True)


class RelationSchema(ActingSchema):
    """`relative_id` is the `kind` of `person_id`."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    kind = _enum(RelationKind, required=True)
    verified = fields.Boolean(load_default=False)


class OfPersonSchema(Schema):
    """Whose."""

    person = fields.UUID(required=True)


class AssessmentSchema(ActingSchema):
    """An ability grade."""

    grade = _enum(Grade, required=True)


class HardshipSchema(ActingSchema):
    """Hardship categories, instead of the earlier ones."""

    categories = fields.List(_enum(Hardship), required=True, validate=validate.Length(max=len(Hardship)))


class ActingGrantSchema(Schema):
    """A person's word, heard by staff, that a relative may act for them."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    how = _enum(Heard, required=True)
    why = _text(TEXT_MAX, allow_none=True, load_default=None)


class QualificationsSchema(ActingSchema):
    """What a volunteer has shown; what is left out stays, a null day ends the insurance."""

    training = fields.Boolean()
    clean_record = fields.Boolean()
    insured_until = fields.Date(allow_none=True)
    certificate = _certificate()
    certificates = fields.List(_certificate(), validate=validate.Length(max=len(CERTIFICATES)))


class DetailsSchema(ActingSchema):
    """What changes; what is left out stays, null takes away."""

    names = fields.Nested(NamesSchema)
    phone_number = _text(NAME_MAX, allow_none=True)
    address = _text(TEXT_MAX, allow_none=True)
    contacts = fields.List(fields.Nested(ContactSchema), validate=validate.Length(max=CONTACTS_MAX))
    home = fields.Nested(PlaceSchema, allow_none=True)
    household = _text(TEXT_MAX, allow_none=True)
    has_phone = fields.Boolean()
    visit_risk = _enum(VisitRisk, allow_none=True)


class MoveSchema(ActingSchema):
    """The new home unit."""

    home_unit_id = fields.UUID(required=True)


class DeathSchema(ActingSchema):
    """The day somebody died."""

    died = fields.Date(required=True)


class ErasureSchema(ActingSchema):
    """Where remaining credit goes."""

    credit_to = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["pool"]))


class AccessLogSchema(PageSchema):
    """Whose log; default: the caller's own."""

    person = fields.UUID(load_default=None)
