"""Pytest fixtures with real PostgreSQL: one server per session, one fresh database per test that asks.

    def test_something(fresh_database):
        database = Database(fresh_database("orders").app)

A service's migrations run once per session, into a template that each fresh database is cloned from.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow

from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres, free_port
from libs.db.migrations import (
    ServiceUrls,
    create_service_database,
    grant_connect,
    migrate,
)
from libs.db.watched import prepare_watch
from services.embedded.databases import MORE_ROLES, roles_of
from services.ledger.store.ddl_watch import RECORDED_BY

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "150",
    "scram_iterations": "1",
}
SAMPLE = ROOT / "tests" / "support" / "sample" / "migrations"
PASSWORD = "only-for-tests"

FreshDatabase = Callable[..., ServiceUrls]


class DatabaseFactory:
    """Makes databases of services on one server."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self._templates: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._session: psycopg.Connection[TupleRow] | None = None

    def create(self, service: str, *, migrations: pathlib.Path | None = None) -> tuple[str, ServiceUrls]:
        """Clone a migrated database of the service; return its name and its URLs."""
        with self._lock:
            template = self._templates.get(service) or self._create_template(service, migrations)
            name = f"{service}_{next(self._numbers)}"
            clone = "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY wal_log"
            owner = sql.Identifier(f"{service}_owner")
            connection = self._superuser()
            connection.execute(sql.SQL(clone).format(sql.Identifier(name), sql.Identifier(template), owner))
            grant_connect(connection, service, name, roles=roles_of(service))
        return name, self.urls(service, name)

    def drop(self, name: str) -> None:
        """Drop a database and end its sessions."""
        with self._lock:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            self._superuser().execute(drop)

    def _superuser(self) -> psycopg.Connection[TupleRow]:
        """Return a session that is kept from one database to the next, or another where a test has ended it."""
        if self._session is not None:
            with contextlib.suppress(psycopg.Error):
                self._session.execute("SELECT 1")
                return self._session
            self._session.close()
        self._session = psycopg.connect(self.server.superuser_url(), autocommit=True)
        return self._session

    def urls(self, service: str, database: str) -> ServiceUrls:
        """Return the URLs of the service's roles in a database of this server."""
        more = MORE_ROLES.get(service, ())
        return ServiceUrls.of(
            lambda role: self.server.url(role=f"{service}_{role}", password=PASSWORD, database=database), more=more
        )

    def _create_template(self, service: str, migrations: pathlib.Path | None) -> str:
        name = f"{service}_template{next(self._numbers)}"
        passwords = dict.fromkeys(roles_of(service), PASSWORD)
        create_service_database(self.server.superuser_url(), service, passwords=passwords, database=name)
        if service == "ledger":
            prepare_watch(self.server.superuser_url(name), "ledger_owner", RECORDED_BY)
        migrate(self.urls(service, name).owner, migrations or _migrations_of(service))
        self._templates[service] = name
        return name


def _migrations_of(service: str) -> pathlib.Path:
    if service == "sample":
        return SAMPLE
    if service == "bus":
        return ROOT / "libs" / "bus" / "migrations"
    return ROOT / "services" / service / "migrations"


@contextlib.contextmanager
def running_server(
    settings: dict[str, str] | None = None,
) -> Iterator[EmbeddedPostgres]:
    """Run a server in a folder of its own, which the unprivileged user can reach, and remove both."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="timebank-pg-"))
    os.chmod(folder, 0o755)
    server = EmbeddedPostgres(folder, free_port(), settings=settings)
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One server for the session, fast and not durable; fault tests start their own."""
    with running_server(FAST_SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def database_factory(postgres_server: EmbeddedPostgres) -> DatabaseFactory:
    """Makes databases that live longer than one test."""
    return DatabaseFactory(postgres_server)


@pytest.fixture
def fresh_database(database_factory: DatabaseFactory) -> Iterator[FreshDatabase]:
    """Give a function: service name -> URLs of a new, migrated, empty database, dropped after the test."""
    names: list[str] = []

    def create(service: str, *, migrations: pathlib.Path | None = None) -> ServiceUrls:
        name, urls = database_factory.create(service, migrations=migrations)
        names.append(name)
        return urls

    yield create
    for name in names:
        database_factory.drop(name)


__all__ = ["DatabaseFactory", "FreshDatabase", "plain_url", "running_server"]
