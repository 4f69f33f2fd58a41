"""Fixtures of the tests of second factors."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.accounts.bootstrap import create_app
from services.accounts.sign_in.tables import counted_try
from services.accounts.sign_in.tests.second_factors import Staff, new_coordinator
from services.accounts.tests.platform import Platform, add_units, start_platform
from tests.support.postgres import DatabaseFactory


@pytest.fixture(scope="module")
def offering(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Accounts where staff need no second factor, which sends codes and notices; each test has people of its own."""
    folder = tmp_path_factory.mktemp("accounts")
    name, urls = database_factory.create("accounts")
    started = start_platform(urls, folder)
    settings = replace(started.settings, codes_folder=folder / "codes")
    app = create_app(settings, clock=started.clock, database=started.database)
    sending = replace(started, settings=settings, app=app)
    add_units(sending)
    yield sending
    sending.database.dispose()
    database_factory.drop(name)


@pytest.fixture
def tan(offering: Platform) -> Staff:
    """A coordinator with a telephone, who has no second factor yet."""
    return new_coordinator(offering)


@pytest.fixture(autouse=True)
def tries_begin_anew(request: pytest.FixtureRequest) -> None:
    """What tests before this one tried, from the same address, makes nobody wait."""
    if "offering" in request.fixturenames:
        offering: Platform = request.getfixturevalue("offering")
        with offering.database.transaction() as connection:
            connection.execute(counted_try.delete())
