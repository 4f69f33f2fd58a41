"""What is said and answered about persons."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from marshmallow import Schema, fields, validate

from libs.db import Connection
from libs.http.fields import Day, Degrees, Text, Truth, birth_day, choice_of, word_of
from libs.programme.acting_schemas import ActingSchema
from libs.programme.names import shown_name, with_unit_names
from libs.programme.words import PERSON_ROLES, PersonStatus, Role, Sex, Spoken, VisitRisk
from services.accounts.core.rules.identity import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, IdKind, Language
from services.accounts.core.rules.persons import CERTIFICATES, Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.schemas import (
    CONTACTS_MAX,
    NAME_MAX,
    TEXT_MAX,
    Answer,
    PageSchema,
    PersonAnswer,
    RoleAnswer,
    UnitAnswer,
    certificate_field,
    grant_answer,
    id_field,
    instant,
    instant_field,
    masked_number,
    person_answer,
)
from services.accounts.core.store.identity_store import Identity


class ListedPersonAnswer(PersonAnswer):
    """A person as a list shows them: masked."""

    name = fields.String()
    phone_number = fields.String()
    home_unit_name = shown_name()


class FullPersonAnswer(PersonAnswer):
    """A person with everything; of a sealed or erased one the status only, of the other side of an order who it is."""

    names = fields.Dict(allow_none=True)
    phone_number = fields.String(allow_none=True)
    phone_number_opens_at = instant_field(allow_none=True)
    sign_in_name = fields.String(allow_none=True)
    id_number = fields.Dict(allow_none=True)
    address = fields.String(allow_none=True)
    language = word_of(Language, allow_none=True)
    remarks = fields.String(allow_none=True)
    contacts = fields.List(fields.Dict())
    roles = fields.List(fields.Nested(RoleAnswer))
    home_unit_name = shown_name()
    home_unit = fields.Nested(UnitAnswer)


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
    certificates = fields.List(certificate_field(), load_default=list, validate=validate.Length(max=len(CERTIFICATES)))


class PersonSchema(PersonFieldsSchema, ActingSchema):
    """A new person."""


class PersonQuerySchema(PageSchema):
    """Which people: at a unit and below, by name, phone number, sign-in name or identity number."""

    unit = fields.UUID(load_default=None)
    q = Text(NAME_MAX, load_default=None)
    role = choice_of(Role, load_default=None)
    status = choice_of(PersonStatus, load_default=None)


REMARKS_MAX = 300
"""What who comes to the door must know is read on the stairs: some lines."""
NAMES_AT_ONCE_MAX = 80
"""As many ids as fit in the first line of a request."""


class NamesQuerySchema(Schema):
    """Whose names."""

    person = fields.List(fields.UUID(), required=True, validate=validate.Length(1, NAMES_AT_ONCE_MAX))


class NamedPersonAnswer(Schema):
    """What somebody is called, and whether the caller may see their photograph."""

    person_id = id_field()
    names = fields.Dict()
    has_photo = fields.Boolean()


class OrderSideAnswer(Schema):
    """Who the other side of an order in hand is, and where to go."""

    person_id = id_field()
    names = fields.Dict()
    phone_number = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    remarks = fields.String(allow_none=True)


class PhotoAnswer(Schema):
    """Whether there is a photograph of the caller."""

    person_id = id_field()
    has_photo = fields.Boolean()


class WhySchema(Schema):
    """Why somebody looks."""

    why = Text(TEXT_MAX, load_default="")


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
    speaks = fields.List(choice_of(Spoken), validate=validate.Length(max=len(Spoken)))
    language = choice_of(Language, allow_none=True)
    remarks = Text(REMARKS_MAX, allow_none=True)


class MoveSchema(Schema):
    """The new home unit."""

    home_unit_id = fields.UUID(required=True)


def full_person_answer(
    person: Person, identity: Identity, roles: Sequence[RoleGrant], *, number_opens_at: datetime | None
) -> Answer:
    """Return a person with everything; every such look is logged."""
    fields = asdict(identity)
    del fields["old_phone_number"]
    fields["contacts"] = list(identity.contacts)
    return (
        person_answer(person)
        | fields
        | {
            "phone_number_opens_at": instant(number_opens_at),
            "roles": [grant_answer(grant) for grant in roles],
        }
    )


def full_person_named(
    connection: Connection,
    person: Person,
    identity: Identity,
    roles: Sequence[RoleGrant],
    *,
    number_opens_at: datetime | None,
) -> Answer:
    """Return a person with everything, and with the names of their home and of where they hold roles."""
    whole = full_person_answer(person, identity, roles, number_opens_at=number_opens_at)
    places: list[Answer] = [{"unit_id": person.home_unit_id}, *(grant_answer(grant) for grant in roles)]
    home, *held = with_unit_names(connection, places, "unit_id")
    return whole | {"home_unit_name": home["unit_name"], "roles": held}


def order_side_answer(person_id: UUID, identity: Identity) -> Answer:
    """Return what the two sides of an order in hand know of each other."""
    return {
        "person_id": str(person_id),
        "names": identity.names,
        "phone_number": identity.phone_number,
        "address": identity.address,
        "remarks": identity.remarks,
    }


def looked_after_answer(person: Person, identity: Identity, *, may_say: bool) -> Answer:
    """Return what a relative with a right sees of whom they act for: the name, and what they may say for them."""
    name: Answer = {"person_id": str(person.person_id), "names": identity.names}
    wishes = {
        "version": person.version,
        "speaks": list(person.speaks),
        "language": identity.language,
        "remarks": identity.remarks,
    }
    return name | wishes if may_say else name


def listed_person_answer(person: Person, identity: Identity | None) -> Answer:
    """Return a person as a list shows them: masked, enough to tell two apart."""
    name = identity.names["zh"] if identity else ""
    number = (identity.phone_number or "") if identity else ""
    return person_answer(person) | {"name": masked_name(name), "phone_number": masked_number(number)}


def masked_name(name: str) -> str:
    """Return the first character and stars."""
    return name[:1] + "*" * max(0, len(name) - 1)
