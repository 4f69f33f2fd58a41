"""What more than one feature says and answers: persons, units, roles, the second person's word."""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from libs.http.fields import Choice, Text, page_cursor, page_limit, word_of
from libs.programme.acting import WORDS_MAX
from libs.programme.names import shown_name
from libs.programme.two_people import ProposalState
from libs.programme.words import Grade, Hardship, PersonStatus, Role, Sex, Spoken, UnitLevel, VisitRisk
from services.accounts.core.rules.persons import CERTIFICATES, Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.rules.units import Unit

TEXT_MAX = 500
Answer = dict[str, object]
Body = Mapping[str, Any]


class PageSchema(Schema):
    """Where a page begins and how long it is."""

    limit = page_limit()
    cursor = page_cursor()


def plain(value: object) -> object:
    """Return a column's value as JSON has it."""
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, UUID) else value


def plain_row(row: Any) -> Answer:
    """Return a row as JSON has it."""
    return {name: plain(value) for name, value in row._mapping.items()}


def instant(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def id_field(**options: Any) -> fields.String:
    return fields.String(metadata={"format": "uuid"}, **options)


def instant_field(**options: Any) -> fields.String:
    return fields.String(metadata={"format": "date-time"}, **options)


def day_field(**options: Any) -> fields.String:
    return fields.String(metadata={"format": "date"}, **options)


class UnitAnswer(Schema):
    """A unit of the organisation tree; `path` leads from the root to it."""

    unit_id = id_field()
    parent_id = id_field(allow_none=True)
    level = word_of(UnitLevel)
    path = fields.List(id_field())
    district_id = id_field(allow_none=True)
    name_zh = fields.String()
    name_en = fields.String()
    policy_id = id_field(allow_none=True)


class PlaceAnswer(Schema):
    """A place to a thousandth of a degree."""

    latitude = fields.String()
    longitude = fields.String()


class QualificationsAnswer(Schema):
    """What a volunteer has shown."""

    training = fields.Boolean()
    clean_record = fields.Boolean()
    insured_until = day_field(allow_none=True)
    certificates = fields.List(word_of(CERTIFICATES))


class RoleAnswer(Schema):
    """A role held at a unit (`state` held), or what was proposed about one."""

    grant_id = id_field()
    person_id = id_field()
    role = word_of(Role)
    unit_id = id_field()
    unit_name = shown_name()
    granted_by = id_field()
    granted_at = instant_field()
    lent_by_id = id_field(allow_none=True)
    state = word_of(("held", *ProposalState))
    act = word_of(("give", "end"))
    proposed_by = id_field()
    proposed_at = instant_field()
    lapses_at = instant_field()
    roles_to_decide = fields.List(word_of(Role))
    decided_by = id_field(allow_none=True)
    decided_at = instant_field(allow_none=True)
    why = fields.String()
    open_proposals = fields.Integer(metadata={"description": "what waits for their hand still, when a role ends"})


class PersonAnswer(Schema):
    """A person without name, number and address."""

    person_id = id_field()
    status = word_of(PersonStatus)
    version = fields.Integer()
    home_unit_id = id_field()
    district_id = id_field(allow_none=True)
    born = day_field()
    sex = word_of(Sex)
    grade = word_of(Grade)
    hardship = fields.List(word_of(Hardship))
    household_id = id_field(allow_none=True)
    household_verified = fields.Boolean()
    household_next = id_field(allow_none=True)
    household_next_by = id_field(allow_none=True)
    home = fields.Nested(PlaceAnswer, allow_none=True)
    has_phone = fields.Boolean()
    speaks = fields.List(word_of(Spoken))
    visit_risk = word_of(VisitRisk, allow_none=True)
    qualifications = fields.Nested(QualificationsAnswer)
    registered_at = instant_field()
    died_on = day_field(allow_none=True)


@functools.cache
def page_answer(kind: type[Schema]) -> type[Schema]:
    """Return the schema of a page of a list."""
    name = kind.__name__.removesuffix("Answer") + "Page"
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(kind)), "next": fields.String(allow_none=True)}, name=name
    )


FREE_WORDS = ("words", "reason", "why", "decided_why", "turned_down_why")
"""What somebody wrote in their own words. An answer to a command is kept to be given again, so it has none of them:
they stand in their own column, where erasure blanks them, and where there is a `GET` it shows them."""


NOT_KEPT = (*FREE_WORDS, "unit_name", "absent_name", "deputy_name")
"""Nor has it names of units, which depend on the language of who asks, or of people."""


def without_words(answer: Answer) -> Answer:
    """Return an answer as a command may keep it: without what somebody wrote."""
    return {name: value for name, value in answer.items() if name not in FREE_WORDS}


@functools.cache
def done_answer(kind: type[Schema]) -> type[Schema]:
    """Return the schema of what a command answers: a document without what somebody wrote, and without names."""
    kept = {name: of for name, of in kind._declared_fields.items() if name not in NOT_KEPT}
    return Schema.from_dict(kept, name=kind.__name__.removesuffix("Answer") + "Done")


NAME_MAX = 60
CONTACTS_MAX = 5
GROUPS_MAX = 60
GROUP_MAX = 60


class ReasonSchema(Schema):
    """An act of staff in their own right, and why: nobody else's word is asked, so it is done for nobody."""

    why = Text(WORDS_MAX, shortest=1, lines=True, allow_none=True, load_default=None)


class NothingSchema(Schema):
    """Nothing: the path says it all."""


def certificate_field() -> Choice:
    return Choice(CERTIFICATES)


class OfUnitSchema(PageSchema):
    """Of which unit and all below it."""

    unit = fields.UUID(required=True)


class OfPersonSchema(Schema):
    """Whose."""

    person = fields.UUID(required=True)


MILLI = 1000


def unit_answer(unit: Unit) -> Answer:
    """Return a unit."""
    return {
        "unit_id": str(unit.unit_id),
        "parent_id": str(unit.parent_id) if unit.parent_id else None,
        "level": unit.level,
        "path": [str(node) for node in unit.path],
        "district_id": str(unit.district_id) if unit.district_id else None,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
    }


def person_answer(person: Person) -> Answer:
    """Return a person without name, number and address."""
    qualifications = person.qualifications
    return {
        "person_id": str(person.person_id),
        "status": person.status,
        "version": person.version,
        "home_unit_id": str(person.home_unit_id),
        "district_id": str(person.district_id) if person.district_id else None,
        "born": person.born.isoformat(),
        "sex": person.sex,
        "grade": person.grade,
        "hardship": list(person.hardship),
        "household_id": id_text(person.household.household_id),
        "household_verified": person.household.is_verified,
        "household_next": id_text(person.household.next_id),
        "household_next_by": id_text(person.household.next_by),
        "home": home_answer(person),
        "has_phone": person.has_phone,
        "speaks": list(person.speaks),
        "visit_risk": person.visits.risk,
        "qualifications": {
            "training": qualifications.training,
            "clean_record": qualifications.clean_record,
            "insured_until": qualifications.insured_until.isoformat() if qualifications.insured_until else None,
            "certificates": list(qualifications.certificates),
        },
        "registered_at": instant(person.registered_at),
        "died_on": person.died_on.isoformat() if person.died_on else None,
    }


def masked_number(number: str) -> str:
    """Return the last four digits."""
    return "*" * max(0, len(number) - 4) + number[-4:] if number else ""


def grant_answer(grant: RoleGrant) -> Answer:
    """Return a role somebody holds."""
    return {
        "grant_id": str(grant.grant_id),
        "person_id": str(grant.person_id),
        "role": grant.role,
        "unit_id": str(grant.unit_id),
        "granted_by": str(grant.granted_by),
        "granted_at": instant(grant.granted_at),
        "lent_by_id": id_text(grant.lent_by_id),
        "state": "held",
    }


def id_text(value: UUID | None) -> str | None:
    return str(value) if value else None


def home_answer(person: Person) -> Answer | None:
    if person.home is None:
        return None
    latitude, longitude = person.home.latitude_millideg, person.home.longitude_millideg
    return {"latitude": degrees(latitude), "longitude": degrees(longitude)}


def degrees(millideg: int) -> str:
    sign = "-" if millideg < 0 else ""
    return f"{sign}{abs(millideg) // MILLI}.{abs(millideg) % MILLI:03d}"
