"""What a person or a clock waits for reads what it shows, and does not read the city for it."""

from __future__ import annotations

import pytest

from libs.db import Database
from tests.scale import looks
from tests.scale.conftest import CITY
from tests.scale.touched import touched_by

SMALL = frozenset(
    {
        "unit",
        "policy",
        "catalogue_item",
        "book",
        "month_run",
        "role_proposal",
        "finding",
        "summed",
        "month_sum",
        "counting",
    }
)
"""Tables that do not grow with the people: the tree, the rules, the catalogue, a book for each district and its sums
by month."""
TOUCHED_MAX = 3_000
MORE = {"volunteers for an order": 8_000}
"""Who lives within some hundred metres, what each of 500 did before, and the gates of 50 of them."""
OF = {
    "orders": looks.of_orders(CITY),
    "ledger": looks.of_ledger(CITY),
    "redemption": looks.of_redemption(CITY),
    "accounts": looks.of_accounts(CITY),
}
EVERY = [(service, name) for service, reads in OF.items() for name in reads]


@pytest.mark.parametrize(("service", "name"), EVERY)
def test_a_read_touches_what_it_shows(databases_of_city: dict[str, Database], service: str, name: str) -> None:
    with databases_of_city[service].transaction() as connection:
        touched = touched_by(connection, OF[service][name])

    growing = {table: rows for table, rows in touched.scanned.items() if table not in SMALL}
    assert growing == {}
    assert touched.rows + touched.entries <= MORE.get(name, TOUCHED_MAX)
