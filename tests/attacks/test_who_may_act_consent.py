"""Consent is how, when and in which words: no command of any service takes less, and none has a form of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError, fields

from libs.programme.acting_schemas import ConsentSchema
from tests.support.apis import request_schemas

NOW = "2026-03-02T09:00:00+08:00"
COMMANDS_MIN = 15
BAD: tuple[object, ...] = (
    "x",
    "phone",
    True,
    ["phone"],
    {"how": "phone"},
    {"how": "phone", "words": "She said yes to me"},
    {"how": "x", "given_at": NOW, "words": "She said yes to me"},
    {"how": "phone", "given_at": "today", "words": "She said yes to me"},
    {"how": "phone", "given_at": NOW[:19], "words": "She said yes to me"},
    {"how": "phone", "given_at": "0001-01-01T00:00:00Z", "words": "She said yes to me"},
    {"how": "phone", "given_at": NOW, "words": ""},
    {"how": "phone", "given_at": NOW, "words": "She\x00said yes to me"},
    {"how": "phone", "given_at": NOW, "words": "yes " * 200},
    {"how": "phone", "given_at": NOW, "words": "She said yes to me", "checked": True},
)


FOR_SOMEBODY = {
    "accounts: POST /v1/persons/{}/details",
    "accounts: POST /v1/persons/{}/erasure",
    "accounts: POST /v1/persons/{}/phone-number/confirmation",
    "accounts: PUT /v1/complaints/{}",
    "accounts: PUT /v1/persons/{}",
    "accounts: PUT /v1/relations/{}",
    "orders: POST /v1/activities/{}/withdrawal",
    "orders: POST /v1/not-wanted/{}",
    "orders: POST /v1/not-wanted/{}/lifting",
    "orders: POST /v1/orders/{}/assignment",
    "orders: POST /v1/orders/{}/cancellation",
    "orders: POST /v1/orders/{}/check-in",
    "orders: POST /v1/orders/{}/check-out",
    "orders: POST /v1/orders/{}/confirmation",
    "orders: POST /v1/orders/{}/dispute",
    "orders: POST /v1/orders/{}/door-code",
    "orders: POST /v1/orders/{}/no-show",
    "orders: POST /v1/orders/{}/offers/acceptance",
    "orders: POST /v1/orders/{}/offers/refusal",
    "orders: POST /v1/orders/{}/referral",
    "orders: POST /v1/orders/{}/referral/outcome",
    "orders: POST /v1/orders/{}/time",
    "orders: POST /v1/orders/{}/waiting",
    "orders: POST /v1/orders/{}/withdrawal",
    "orders: POST /v1/rounds/{}/stops/{}/tick",
    "orders: POST /v1/series/{}/change",
    "orders: POST /v1/series/{}/preview",
    "orders: PUT /v1/activities/{}/sign-ups/{}",
    "orders: PUT /v1/certificates/{}",
    "orders: PUT /v1/incidents/{}",
    "orders: PUT /v1/orders/{}",
    "orders: PUT /v1/orders/{}/objections/{}",
    "orders: PUT /v1/series/{}",
    "redemption: PUT /v1/donations/{}",
    "redemption: PUT /v1/exchanges/{}",
    "redemption: PUT /v1/gifts/{}",
    "redemption: PUT /v1/redemptions/{}",
}
"""Every command that staff, or a relative with a grant, may give for somebody; the others do not know the field."""


def _acting(apis: dict[str, Flask]) -> Iterator[tuple[str, str, Schema]]:
    """Yield what the operations read that may be done for somebody."""
    for app in apis.values():
        yield from (found for found in request_schemas(app) if "acting_for" in found[2].fields)


def test_what_may_be_done_for_somebody_is_written_down_and_all_else_refuses_it(apis: dict[str, Flask]) -> None:
    bodies = {
        re.sub("<[^>]*>", "{}", f"{name}: {operation}"): schema
        for name, app in apis.items()
        for operation, where, schema in request_schemas(app)
        if where == "json"
    }

    assert {operation for operation, schema in bodies.items() if "acting_for" in schema.fields} == FOR_SOMEBODY
    assert {operation for operation, schema in bodies.items() if _takes_somebody(schema)} == FOR_SOMEBODY


def _takes_somebody(schema: Schema) -> bool:
    told = schema.validate({"acting_for": str(UUID(int=7))})
    return told.get("acting_for") != ["Unknown field."]


def test_every_command_that_acts_for_somebody_takes_the_one_form_of_consent(apis: dict[str, Flask]) -> None:
    forms = {operation: schema.fields["consent"] for operation, where, schema in _acting(apis) if where != "query"}

    own = {
        operation
        for operation, field in forms.items()
        if not (isinstance(field, fields.Nested) and isinstance(field.schema, ConsentSchema))
    }
    assert own == set()
    assert len(forms) >= COMMANDS_MIN


@pytest.mark.parametrize("consent", BAD, ids=str)
def test_what_is_no_consent_is_refused_by_every_command(apis: dict[str, Flask], consent: object) -> None:
    taken = [
        operation
        for operation, where, schema in _acting(apis)
        if _takes(schema, consent) and not (where == "query" and consent == "phone")
    ]

    assert taken == []


def _takes(schema: Schema, consent: object) -> bool:
    try:
        schema.fields["consent"].deserialize(consent)
    except ValidationError:
        return False
    return True
