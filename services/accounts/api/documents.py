"""What answers hold, for the API document; a field that an answer lacks is left out."""

import functools
from typing import Any

from marshmallow import Schema, fields


def _id(**options: Any) -> fields.String:
    return fields.String(metadata={"format": "uuid"}, **options)


def _instant(**options: Any) -> fields.String:
    return fields.String(metadata={"format": "date-time"}, **options)


def _day(**options: Any) -> fields.String:
    return fields.String(metadata={"format": "date"}, **options)


class SignedInAnswer(Schema):
    """Tokens of a session."""

    access_token = fields.String()
    token_type = fields.String()
    expires_at = _instant()
    refresh_token = fields.String()
    person_id = _id()
    password_change_required = fields.Boolean()


class CodeSentAnswer(Schema):
    """A code was sent, if there is such a telephone."""

    expires_in_seconds = fields.Integer()


class PasswordChangedAnswer(Schema):
    """When all sessions ended."""

    changed_at = _instant()


class KeyAnswer(Schema):
    """A public key (RFC 8037)."""

    kty = fields.String()
    crv = fields.String()
    use = fields.String()
    alg = fields.String()
    kid = fields.String()
    x = fields.String()


class KeySetAnswer(Schema):
    """The public keys of tokens."""

    keys = fields.List(fields.Nested(KeyAnswer))


class UnitAnswer(Schema):
    """A unit of the organisation tree; `path` leads from the root to it."""

    unit_id = _id()
    parent_id = _id(allow_none=True)
    level = fields.String()
    path = fields.List(_id())
    district_id = _id(allow_none=True)
    name_zh = fields.String()
    name_en = fields.String()
    policy_id = _id(allow_none=True)


class PolicyAnswer(Schema):
    """A version of a district's rules."""

    policy_id = _id()
    unit_id = _id()
    effective = _day()
    preset = fields.String(allow_none=True)
    set = fields.Dict()
    parameters = fields.Dict()
    state = fields.String()
    policy_version = fields.Integer(allow_none=True)
    proposed_by = _id()
    decided_by = _id(allow_none=True)
    why = fields.String(allow_none=True)


class PresetAnswer(Schema):
    """What a city published, with where."""

    preset = fields.String()
    title = fields.Dict()
    policy = fields.Dict()
    sources = fields.Dict()
    notes = fields.List(fields.String())


class ParameterAnswer(Schema):
    """A parameter: type, bounds, default, and whose number it is."""

    name = fields.String()
    type = fields.String()
    default = fields.Raw(allow_none=True)
    unit = fields.String()
    min = fields.Integer(allow_none=True)
    max = fields.Integer(allow_none=True)
    choices = fields.List(fields.String())
    nullable = fields.Boolean()
    fixed = fields.Boolean()
    mark = fields.String()
    source = fields.String()
    zh = fields.String()
    en = fields.String()


class PlaceAnswer(Schema):
    """A place to a thousandth of a degree."""

    latitude = fields.String()
    longitude = fields.String()


class QualificationsAnswer(Schema):
    """What a volunteer has shown."""

    training = fields.Boolean()
    clean_record = fields.Boolean()
    insured_until = _day(allow_none=True)
    certificates = fields.List(fields.String())


class RoleAnswer(Schema):
    """A role held at a unit (`state` held), or what was proposed about one."""

    grant_id = _id()
    person_id = _id()
    role = fields.String()
    unit_id = _id()
    granted_by = _id()
    granted_at = _instant()
    state = fields.String()
    act = fields.String()
    proposed_by = _id()
    proposed_at = _instant()
    lapses_at = _instant()
    decided_by = _id(allow_none=True)
    decided_at = _instant(allow_none=True)
    why = fields.String()


class NumberProposalAnswer(Schema):
    """Another number for a member of staff, as proposed and decided."""

    change_id = _id()
    person_id = _id()
    phone_number = fields.String()
    state = fields.String()
    proposed_by = _id()
    proposed_at = _instant()
    lapses_at = _instant()
    decided_by = _id(allow_none=True)
    decided_at = _instant(allow_none=True)
    why = fields.String()


class NumberConfirmedAnswer(Schema):
    """The old number's word on the new one."""

    confirmed = fields.Boolean()


class SightingAnswer(Schema):
    """A member of staff saw the document that shows who somebody is."""

    sighting_id = _id()
    person_id = _id()
    document = fields.String()
    seen_by = _id()
    seen_at = _instant()


class PersonAnswer(Schema):
    """A person without name, number and address."""

    person_id = _id()
    status = fields.String()
    version = fields.Integer()
    home_unit_id = _id()
    district_id = _id(allow_none=True)
    born = _day()
    sex = fields.String()
    grade = fields.String()
    hardship = fields.List(fields.String())
    household_id = _id(allow_none=True)
    home = fields.Nested(PlaceAnswer, allow_none=True)
    has_phone = fields.Boolean()
    visit_risk = fields.String(allow_none=True)
    qualifications = fields.Nested(QualificationsAnswer)
    registered_at = _instant()
    died_on = _day(allow_none=True)


class ListedPersonAnswer(PersonAnswer):
    """A person as a list shows them: masked."""

    name = fields.String()
    phone_number = fields.String()


class FullPersonAnswer(PersonAnswer):
    """A person with everything; of a sealed or erased one the status only, of the other side of an order who it is."""

    names = fields.Dict(allow_none=True)
    phone_number = fields.String(allow_none=True)
    phone_number_opens_at = _instant(allow_none=True)
    sign_in_name = fields.String(allow_none=True)
    id_number = fields.Dict(allow_none=True)
    address = fields.String(allow_none=True)
    contacts = fields.List(fields.Dict())
    roles = fields.List(fields.Nested(RoleAnswer))
    home_unit = fields.Nested(UnitAnswer)


class RelationAnswer(Schema):
    """`relative_id` is the `kind` of `person_id`."""

    relation_id = _id()
    person_id = _id()
    relative_id = _id()
    kind = fields.String()
    verified = fields.Boolean()
    waits_for_confirmation = fields.Boolean()
    active = fields.Boolean()
    recorded_by = _id()
    confirmed_by = _id(allow_none=True)
    turned_down_by = _id(allow_none=True)
    turned_down_why = fields.String(allow_none=True)


class FindingAnswer(Schema):
    """An ability grade or hardship categories, and the person once they count."""

    assessment_id = _id()
    hardship_id = _id()
    person_id = _id()
    grade = fields.String(allow_none=True)
    categories = fields.List(fields.String())
    recorded_by = _id()
    recorded_at = _instant()
    confirmed_by = _id(allow_none=True)
    confirmed_at = _instant(allow_none=True)
    state = fields.String()
    turned_down_by = _id(allow_none=True)
    turned_down_why = fields.String(allow_none=True)
    person = fields.Nested(PersonAnswer)


class MistakeAnswer(Schema):
    """Where it stands that a death was a mistake."""

    mistake_id = _id()
    death_id = _id()
    person_id = _id()
    state = fields.String()
    code = fields.String(allow_none=True)
    why = fields.String()
    proposed_by = _id()
    proposed_at = _instant()
    lapses_at = _instant(allow_none=True)
    decided_by = _id(allow_none=True)
    decided_at = _instant(allow_none=True)
    decided_why = fields.String(allow_none=True)


class DeathAnswer(Schema):
    """A recorded death, and that it was found mistaken."""

    death_id = _id()
    person_id = _id()
    died = _day()
    state = fields.String()
    recorded_by = _id()
    recorded_at = _instant()
    lapses_at = _instant(allow_none=True)
    decided_by = _id(allow_none=True)
    decided_at = _instant(allow_none=True)
    why = fields.String(allow_none=True)
    estate_settled_at = _instant(allow_none=True)
    mistakes = fields.List(fields.Nested(MistakeAnswer))


class ActingGrantAnswer(Schema):
    """Who may act for whom."""

    grant_id = _id()
    person_id = _id()
    relative_id = _id()
    names = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    relative_names = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    acts = fields.List(fields.String())
    minutes_per_month = fields.Integer(allow_none=True)
    until = _day()
    how = fields.String()
    given_at = _instant()
    recorded_by = _id()
    active = fields.Boolean()


class ActForAnswer(Schema):
    """Something done for somebody: by whom, under which grant (null = staff), how the consent was given; no words."""

    number = fields.Integer()
    use_id = _id()
    service = fields.String()
    person_id = _id()
    actor_id = _id()
    grant_id = fields.String(allow_none=True, metadata={"format": "uuid"})
    act = fields.String()
    subject_id = _id(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    how = fields.String()
    given_at = _instant()
    at = _instant()


class GroupAnswer(Schema):
    """A group that serves together."""

    group_id = _id()
    unit_id = _id()
    name_zh = fields.String()
    name_en = fields.String()
    leader_id = _id()
    member_ids = fields.List(_id())
    registered_by = _id()
    active = fields.Boolean()


class ViewAnswer(Schema):
    """A look at somebody's personal data."""

    number = fields.Integer()
    viewed_at = _instant()
    viewer_id = _id()
    person_id = _id()
    what = fields.String()
    why = fields.String()


class ErasureAnswer(Schema):
    """Where an erasure stands."""

    erasure_id = _id()
    person_id = _id()
    state = fields.String()
    code = fields.String(allow_none=True)
    requested_at = _instant()


class ImportAnswer(Schema):
    """How far an import is, and what became of its rows."""

    import_id = _id()
    state = fields.String()
    reason = fields.String(allow_none=True)
    rows = fields.Integer(allow_none=True)
    rows_done = fields.Integer()
    accepted = fields.Integer()
    refused = fields.List(fields.Dict())
    persons = fields.List(fields.Dict())


@functools.cache
def page_answer(kind: type[Schema]) -> type[Schema]:
    """Return the schema of a page of a list."""
    name = kind.__name__.removesuffix("Answer") + "Page"
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(kind)), "next": fields.String(allow_none=True)}, name=name
    )
