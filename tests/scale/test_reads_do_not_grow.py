"""What a person or a clock waits for reads what it shows, and does not read the city for it."""

from __future__ import annotations

import pytest

from libs.db import Database
from tests.scale import looks
from tests.scale.conftest import CITY
from tests.scale.touched import touched_by

SMALL = frozenset({"unit", "policy", "catalogue_item", "book", "month_run"})
"""Tables that do not grow with the people: the tree, the rules, the catalogue, a book for each district."""
TOUCHED_MAX = 1_500
MORE = {"volunteers for an order": 8_000}
"""Who lives within some hundred metres, what each of 500 did before, and the gates of 50 of them."""


@pytest.mark.parametrize("name", looks.of_orders(CITY))
def test_a_read_of_orders_touches_what_it_shows(orders_of_city: Database, name: str) -> None:
    _refuse_growing(orders_of_city, looks.of_orders(CITY)[name], name)


def _refuse_growing(database: Database, look: looks.Look, name: str) -> None:
    with database.transaction() as connection:
        touched = touched_by(connection, look)

    assert touched.all > 0, "it read nothing: the city has nothing of it"
    assert set(touched.scanned) <= SMALL, f"{name} reads whole tables: {touched.scanned}"
    assert touched.rows + touched.entries <= MORE.get(name, TOUCHED_MAX)
