"""What is said and answered about districts' rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from libs.http.fields import Day, Text, choice_of, object_of, word_of
from libs.programme.names import shown_name
from libs.programme.two_people_schemas import roles_to_decide
from libs.programme.words import Role
from services.accounts.core.schemas import (
    GROUP_MAX,
    GROUPS_MAX,
    NAME_MAX,
    Answer,
    PageSchema,
    day_field,
    id_field,
    id_text,
    instant,
    instant_field,
)
from services.accounts.policies.rules import OF_PROPOSAL, Parameter, Policy, PolicyState, Preset


class PolicyAnswer(Schema):
    """A version of a district's rules."""

    policy_id = id_field()
    unit_id = id_field()
    unit_name = shown_name()
    effective = day_field()
    preset = fields.String(allow_none=True)
    set = fields.Dict()
    parameters = fields.Dict()
    state = word_of(PolicyState)
    policy_version = fields.Integer(allow_none=True)
    proposed_by = id_field()
    proposed_at = instant_field()
    lapses_at = instant_field()
    roles_to_decide = fields.List(word_of(Role))
    decided_by = id_field(allow_none=True)
    decided_at = instant_field(allow_none=True)
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
    informative = fields.Boolean()
    source = fields.String()
    zh = fields.String()
    en = fields.String()


class PolicySchema(Schema):
    """Proposed rules of a district."""

    unit_id = fields.UUID(required=True)
    effective = Day(required=True)
    preset = Text(NAME_MAX, allow_none=True, load_default=None)
    set = object_of(GROUPS_MAX, values=object_of(GROUP_MAX), load_default=dict)


class PolicyQuerySchema(PageSchema):
    """Which versions; with `on`, the one in force that day in the district of `unit`, whatever its number."""

    unit = fields.UUID(load_default=None)
    on = Day(load_default=None)
    state = choice_of(PolicyState, load_default=None)

    @validates_schema
    def a_day_is_asked_of_a_unit_and_of_nothing_else(self, query: Mapping[str, Any], **_: object) -> None:
        """Refuse what would be ignored: of a day there is one version, and only of a district."""
        if query.get("on") is None:
            return
        if query.get("unit") is None:
            raise ValidationError("of which unit?", "unit")
        for name in ("state", "cursor"):
            if query.get(name):
                raise ValidationError("of a day there is one version", name)


class CurrentPolicySchema(Schema):
    """Whose rules, and of which day (default: today)."""

    unit = fields.UUID(required=True)
    on = Day(load_default=None)


def policy_answer(policy: Policy, now: datetime) -> Answer:
    """Return a version of a district's rules."""
    of = policy.proposal
    return {
        "policy_id": str(policy.policy_id),
        "unit_id": str(policy.district_id),
        "effective": policy.effective.isoformat(),
        "preset": policy.preset,
        "set": policy.changes,
        "parameters": policy.parameters,
        "state": OF_PROPOSAL[of.state_at(now)],
        "policy_version": policy.policy_version,
        "proposed_by": str(of.proposed_by),
        "proposed_at": instant(of.proposed_at),
        "lapses_at": instant(of.lapses_at),
        "roles_to_decide": roles_to_decide("decide_policy"),
        "decided_by": id_text(of.decided_by),
        "decided_at": instant(of.decided_at),
        "why": of.why,
    }


def preset_answer(preset: Preset) -> Answer:
    """Return what a city published, with where."""
    return {
        "preset": preset.name,
        "title": dict(preset.title),
        "policy": preset.values,
        "sources": dict(preset.sources),
        "notes": list(preset.notes),
    }


def parameter_answer(parameter: Parameter) -> Answer:
    """Return what a parameter is."""
    return {
        "name": parameter.name,
        "type": parameter.type,
        "default": parameter.default,
        "unit": parameter.unit,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "choices": list(parameter.choices),
        "nullable": parameter.is_nullable,
        "fixed": parameter.is_fixed,
        "mark": parameter.mark,
        "informative": parameter.is_informative,
        "source": parameter.source,
        "zh": parameter.zh,
        "en": parameter.en,
    }
