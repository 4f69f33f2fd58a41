"""Fixtures of accounts' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.accounts.tests.platform import Platform, add_units, start_platform
from tests.support.postgres import DatabaseFactory, FreshDatabase


@pytest.fixture
def empty_platform(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Platform]:
    """Accounts in a demonstration, with the city and its two members of staff only."""
    platform = start_platform(fresh_database("accounts"), tmp_path)
    yield platform
    platform.database.dispose()


@pytest.fixture(scope="session")
def shared_platform(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Accounts with two districts, shared by tests that change nothing or only what is their own."""
    name, urls = database_factory.create("accounts")
    platform = start_platform(urls, tmp_path_factory.mktemp("accounts"))
    add_units(platform)
    yield platform
    platform.database.dispose()
    database_factory.drop(name)


@pytest.fixture
def platform(empty_platform: Platform) -> Platform:
    """Accounts in a demonstration, with two districts and their units."""
    add_units(empty_platform)
    return empty_platform
