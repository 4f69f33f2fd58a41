"""Fixtures of accounts' tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from libs.ids import new_id
from libs.inbox import IncomingEvent
from services.accounts.bootstrap import compose
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


@pytest.fixture
def hear(platform: Platform) -> Callable[[Any], None]:
    """Deliver an event to accounts as its consumer does."""
    functions = compose(platform.settings, clock=platform.clock).consumers.functions

    def deliver(message: Any) -> None:
        event = IncomingEvent(
            event_id=new_id(),
            event_type=message.DESCRIPTOR.full_name,
            topic="t",
            stream="s",
            position=1,
            version=None,
            key="k",
            subject="s",
            payload=message.SerializeToString(),
            occurred_at=platform.clock.now(),
        )
        with platform.database.transaction() as connection:
            functions[event.event_type](connection, event)

    return deliver
