"""Fixtures of the orders service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.db import Database
from services.orders.tests.harness import OrdersHarness
from tests.support.postgres import FreshDatabase


@pytest.fixture
def world(fresh_database: FreshDatabase) -> Iterator[OrdersHarness]:
    """Orders with its neighbours: two districts, staff, two elders (lan, mei), two volunteers (min, hua)."""
    database = Database(fresh_database("orders").app)
    neighbours = OrdersHarness(database)
    yield neighbours
    database.dispose()
