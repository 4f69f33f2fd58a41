"""Fixtures of the orders service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.db import Database
from services.orders.tests.neighbours import Neighbours
from tests.support.postgres import FreshDatabase


@pytest.fixture
def world(fresh_database: FreshDatabase) -> Iterator[Neighbours]:
    """Orders with its neighbours: two districts, staff, two elders (lan, mei), two volunteers (min, hua)."""
    database = Database(fresh_database("orders").app)
    neighbours = Neighbours(database)
    yield neighbours
    database.dispose()
