"""A city filled once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.db import Database
from tests.scale import orders
from tests.scale.city import City
from tests.scale.copying import filling
from tests.scale.rules import fill_rules
from tests.support.postgres import DatabaseFactory

CITY = City(persons=8_000, orders=12_000)


@pytest.fixture(scope="session")
def orders_of_city(database_factory: DatabaseFactory) -> Iterator[Database]:
    """Give the database of orders, filled."""
    name, urls = database_factory.create("orders")
    with filling(database_factory.server.superuser_url(name)) as connection:
        orders.fill(connection, CITY)
        fill_rules(connection, CITY)
    database = Database(urls.app)
    yield database
    database.dispose()
    database_factory.drop(name)
