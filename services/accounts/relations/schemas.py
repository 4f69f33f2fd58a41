"""What is said and answered about relations and about who may act for whom."""

from collections.abc import Mapping
from uuid import UUID

from marshmallow import Schema, fields, validate

from libs.http.fields import Day, Truth, Whole, choice_of, shown_minutes, word_of
from libs.programme.acting import ConsentHow
from libs.programme.acting_grants import GrantedAct
from libs.programme.acting_schemas import ActingSchema, ConsentSchema
from libs.programme.words import Kinship
from services.accounts.core.schemas import Answer, day_field, id_field, id_text, instant, instant_field
from services.accounts.relations.rules.grants import ActingGrant
from services.accounts.relations.rules.relations import Relation


class RelationAnswer(Schema):
    """`relative_id` is the `kind` of `person_id`."""

    relation_id = id_field()
    person_id = id_field()
    relative_id = id_field()
    kind = word_of(Kinship)
    verified = fields.Boolean()
    waits_for_confirmation = fields.Boolean()
    active = fields.Boolean()
    recorded_by = id_field()
    confirmed_by = id_field(allow_none=True)
    turned_down_by = id_field(allow_none=True)
    turned_down_why = fields.String(allow_none=True)
    ending_by = id_field(allow_none=True)


class ActingGrantAnswer(Schema):
    """Who may act for whom."""

    grant_id = id_field()
    person_id = id_field()
    relative_id = id_field()
    acts = fields.List(word_of(GrantedAct))
    minutes_per_month = fields.Integer(allow_none=True)
    until = day_field()
    how = word_of(ConsentHow)
    given_at = instant_field()
    recorded_by = id_field()
    active = fields.Boolean()


class NamedGrantAnswer(ActingGrantAnswer):
    """Who may act for whom, with the names of both where the caller may know them."""

    names = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    relative_names = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class ActForAnswer(Schema):
    """Something done for somebody: by whom, under which grant (null = staff), how the consent was given; no words."""

    number = fields.Integer()
    use_id = id_field()
    service = fields.String()
    person_id = id_field()
    actor_id = id_field()
    grant_id = fields.String(allow_none=True, metadata={"format": "uuid"})
    act = fields.String()
    subject_id = id_field(allow_none=True)
    minutes = shown_minutes("what it gave away or planned", allow_none=True)
    how = word_of(("", *ConsentHow))
    given_at = instant_field()
    at = instant_field()


GRANT_MINUTES_MAX = 100_000


class RelationSchema(ActingSchema):
    """`relative_id` is the `kind` of `person_id`."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    kind = choice_of(Kinship, required=True)
    verified = Truth(load_default=False)


class ActingGrantSchema(Schema):
    """A person's word, heard by staff, that a relative may act for them: in what, how much a month, until when."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    consent = fields.Nested(ConsentSchema, required=True)
    acts = fields.List(choice_of(GrantedAct), required=True, validate=validate.Length(1, len(GrantedAct)))
    minutes_per_month = Whole(1, GRANT_MINUTES_MAX, allow_none=True, load_default=None)
    until = Day(required=True)


def relation_answer(relation: Relation) -> Answer:
    """Return a relation."""
    return {
        "relation_id": str(relation.relation_id),
        "person_id": str(relation.person_id),
        "relative_id": str(relation.relative_id),
        "kind": relation.kind,
        "verified": relation.verified,
        "waits_for_confirmation": relation.asks_verification and relation.is_active and not relation.verified,
        "active": relation.is_active,
        "recorded_by": str(relation.recorded_by),
        "confirmed_by": id_text(relation.confirmed_by),
        "turned_down_by": id_text(relation.turned_down_by),
        "turned_down_why": relation.turned_down_why or None,
        "ending_by": id_text(relation.ending_by),
    }


def acting_grant_answer(grant: ActingGrant, names: Mapping[UUID, Mapping[str, str]] | None = None) -> Answer:
    """Return who may act for whom, in what, how much and until when; with names where the caller may know them."""
    shown = (
        {}
        if names is None
        else {"names": names.get(grant.person_id)} | {"relative_names": names.get(grant.relative_id)}
    )
    return shown | {
        "grant_id": str(grant.grant_id),
        "person_id": str(grant.person_id),
        "relative_id": str(grant.relative_id),
        "acts": list(grant.acts),
        "minutes_per_month": grant.minutes_per_month,
        "until": grant.until.isoformat(),
        "how": grant.consent.how,
        "given_at": instant(grant.consent.given_at),
        "recorded_by": str(grant.recorded_by),
        "active": grant.is_active,
    }
