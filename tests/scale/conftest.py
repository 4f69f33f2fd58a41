"""A city filled once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from libs.db import Database
from libs.db.migrations import ServiceUrls
from tests.scale import accounts, ledger, orders, redemption
from tests.scale.city import City
from tests.scale.copying import filling
from tests.scale.rules import fill_rules
from tests.support.postgres import DatabaseFactory

CITY = City(persons=4_000, orders=8_000)
FILLERS: dict[str, ModuleType] = {"orders": orders, "ledger": ledger, "redemption": redemption, "accounts": accounts}
WITH_RULES = ("orders", "ledger", "redemption")


@pytest.fixture(scope="session")
def urls_of_city(database_factory: DatabaseFactory) -> Iterator[dict[str, ServiceUrls]]:
    """Give the URLs of the four databases, filled."""
    names, urls = [], {}
    for service, filler in FILLERS.items():
        name, urls[service] = database_factory.create(service)
        names.append(name)
        with filling(database_factory.server.superuser_url(name)) as connection:
            filler.fill(connection, CITY)
            if service in WITH_RULES:
                fill_rules(connection, CITY)
    ledger.add_all_up(urls["ledger"].app)
    yield urls
    for name in names:
        database_factory.drop(name)


@pytest.fixture(scope="session")
def databases_of_city(urls_of_city: dict[str, ServiceUrls]) -> Iterator[dict[str, Database]]:
    """Give the four databases as the services reach them."""
    databases = {service: Database(urls.app) for service, urls in urls_of_city.items()}
    yield databases
    for database in databases.values():
        database.dispose()
