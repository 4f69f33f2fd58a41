"""Fixtures of redemption's tests: one database and application for all, emptied before each test."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from libs.db.database import driver_url
from services.redemption.tests.support import Bench, fresh_bench, make_bench
from tests.support.postgres import DatabaseFactory

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


@pytest.fixture(scope="session")
def shared_bench(database_factory: DatabaseFactory) -> Iterator[tuple[Bench, sa.Engine]]:
    """Redemption's application, and its owner's way into the database."""
    _, urls = database_factory.create("redemption")
    owner = sa.create_engine(driver_url(urls.owner), poolclass=sa.NullPool)
    made = make_bench(urls.app)
    yield made, owner
    made.database.dispose()


@pytest.fixture
def bench(shared_bench: tuple[Bench, sa.Engine]) -> Bench:
    """Redemption that has heard of the world and of nobody in it."""
    made, owner = shared_bench
    with owner.begin() as connection:
        names = ", ".join(connection.execute(sa.text(_TABLES)).scalars())
        connection.execute(sa.text(f"TRUNCATE {names}"))
    fresh = fresh_bench(made)
    fresh.world()
    return fresh
