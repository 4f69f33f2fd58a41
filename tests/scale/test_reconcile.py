"""The services are compared by streams laid side by side: what differs is named, and no city's ids are held."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator

import psycopg
import pytest

from libs.db.database import plain_url
from libs.db.migrations import ServiceUrls
from services.operator import reconcile as reconciling
from services.operator.reconcile import reconcile
from tests.scale.city import NOW
from tests.scale.conftest import CITY

HELD_BYTES_MAX = 600_000
"""What four streams and their connections hold; the ids alone of the city's 8,000 orders are as much, each time."""
Change = Callable[[str, str], None]


@pytest.fixture
def readers(urls_of_city: dict[str, ServiceUrls]) -> dict[str, str]:
    """How the operator reaches the databases."""
    return {service: urls.reader for service, urls in urls_of_city.items()}


@pytest.fixture
def change(urls_of_city: dict[str, ServiceUrls]) -> Iterator[Change]:
    """Let one service believe something else, until the test ends."""
    opened = []

    def run(service: str, statement: str) -> None:
        url = plain_url(urls_of_city[service].owner)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def planted(service: str, statement: str) -> None:
        table = statement.split()[1]
        run(service, f"CREATE TABLE kept AS SELECT * FROM {table}")
        opened.append((service, table))
        run(service, statement)

    yield planted
    for service, table in opened:
        same = f"kept.order_id = {table}.order_id"
        run(service, f"UPDATE {table} SET state = kept.state, settlement = kept.settlement FROM kept WHERE {same}")
        run(service, "DROP TABLE kept")


def test_a_city_whose_services_agree_is_compared_in_little_memory(
    readers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "ROWS_AT_ONCE", 50)
    assert reconcile(readers, now=NOW) == []
    gc.collect()
    tracemalloc.start()
    try:
        assert reconcile(readers, now=NOW) == []
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < HELD_BYTES_MAX


def test_what_one_service_believes_alone_is_named_by_its_id_and_the_rest_is_only_bounded(
    readers: dict[str, str], change: Change
) -> None:
    settled = [n for n in range(CITY.orders) if CITY.state_of(n) == "settled"]
    wrong = [CITY.order_ids[n] for n in settled[100:130]]
    change(
        "orders", f"UPDATE orders SET state = 'cancelled', settlement = 0 WHERE order_id = ANY('{{{','.join(wrong)}}}')"
    )

    differences = reconcile(readers, now=NOW)

    assert {difference.check for difference in differences} == {"settlements in once approved"}
    assert len(differences) == reconciling.NAMED_PER_CHECK_MAX
    assert {difference.subject for difference in differences} <= set(wrong)
