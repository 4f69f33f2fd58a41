"""The shape of the service: no value grows until nobody sees what belongs together."""

from __future__ import annotations

import services.orders
from tests.support.shape import fields_of, thawed

FIELDS_MAX = 19


def test_no_value_has_twenty_fields() -> None:
    fields = fields_of(services.orders)

    assert fields["Order"] > 10
    assert {name: count for name, count in fields.items() if count > FIELDS_MAX} == {}


def test_every_value_is_frozen() -> None:
    assert thawed(services.orders) == []
