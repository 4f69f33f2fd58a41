"""The databases of one server: one per service and one for the broker, each with its own roles, migrated, made anew.

A platform that is emptied between scenarios keeps a migrated template of each database; emptying it is renaming.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

import libs.bus
import services
from libs.clock import monotonic
from libs.db.applied import MigrationChangedError
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres
from libs.db.migrations import ROLES, ServiceUrls, create_service_database, grant_connect, migrate
from libs.db.watched import prepare_watch
from services.embedded.folder import DataFolder
from services.embedded.settings import SERVICES, StartRefusedError
from services.ledger.settings import DATABASE_ROLES
from services.ledger.store.ddl_watch import RECORDED_BY, ensure_ddl_watch

BUS = "bus"
DATABASES = (*SERVICES, BUS)
LEAVING_SECONDS_MAX = 120
MORE_ROLES = {"ledger": DATABASE_ROLES}
LEFT_FILE = "migrated.json"
OTHER_CODE = "{error} For a new city: make run DATA=<folder>, or move {root} away."


class Databases:
    """Creates, migrates and empties the databases; tells the URLs of their roles."""

    def __init__(self, server: EmbeddedPostgres, folder: DataFolder, *, keeps_templates: bool) -> None:
        self._server = server
        self._folder = folder
        self._keeps_templates = keeps_templates

    def create(self) -> None:
        """Create what is missing and bring every database to its newest version; nothing when all is as we left it.

        Raises:
            StartRefusedError: the folder was made by code with other migrations.
        """
        wanted = {"migrations": fingerprint_of_migrations(), "roles": self._fingerprint_of_passwords()}
        if not self._left_as(wanted):
            self._create()
        if self._keeps_templates:
            self.empty()
        found = wanted | {"versions": {name: self._version(name) for name in DATABASES}}
        (self._folder.root / LEFT_FILE).write_text(json.dumps(found))

    def _left_as(self, wanted: Mapping[str, object]) -> bool:
        """Tell whether the databases are those that this code's migrations made."""
        try:
            left = json.loads((self._folder.root / LEFT_FILE).read_text())
            as_wanted = {name: left[name] for name in wanted} == wanted
            return as_wanted and left["versions"] == {name: self._version(name) for name in DATABASES}
        except (OSError, ValueError, KeyError, psycopg.Error):
            return False

    def _version(self, name: str) -> str:
        database = template_of(name) if self._keeps_templates else name
        with psycopg.connect(plain_url(self._server.superuser_url(database))) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""

    def _fingerprint_of_passwords(self) -> str:
        passwords = [password for name in DATABASES for password in self._passwords(name).values()]
        return hashlib.sha256("\n".join(passwords).encode()).hexdigest()

    def _create(self) -> None:
        for name in DATABASES:
            database = template_of(name) if self._keeps_templates else name
            create_service_database(
                self._server.superuser_url(), name, passwords=self._passwords(name), database=database
            )
            if name == "ledger":
                prepare_watch(self._server.superuser_url(database), "ledger_owner", RECORDED_BY)
            try:
                migrate(self._urls(name, database).owner, migrations_of(name))
            except MigrationChangedError as error:
                raise StartRefusedError(OTHER_CODE.format(error=error, root=self._folder.root)) from error
            if name == "ledger":
                ensure_ddl_watch(self._urls(name, database).owner)

    def empty(self) -> None:
        """Put a fresh copy of its template in the place of each database."""
        with self._superuser() as connection:
            for name in DATABASES:
                self._put_fresh(connection, name)

    def _put_fresh(self, connection: psycopg.Connection, name: str) -> None:
        """Replace one database; who is still leaving it, or its template, on a busy machine is waited for."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        clone = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy")
        parts = [sql.Identifier(part) for part in (name, template_of(name), f"{name}_owner")]
        end = monotonic() + LEAVING_SECONDS_MAX
        while True:
            try:
                self._end_sessions(connection, name)
                connection.execute(drop.format(sql.Identifier(name)))
                connection.execute(clone.format(*parts))
                break
            except psycopg.errors.ObjectInUse:
                if monotonic() > end:
                    raise
        grant_connect(connection, name, name, roles=roles_of(name))

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the databases there are."""
        return DATABASES

    def urls(self, name: str) -> ServiceUrls:
        """Return how the roles of a service (or of the broker) reach its database."""
        return self._urls(name, name)

    def _urls(self, name: str, database: str) -> ServiceUrls:
        passwords = self._passwords(name)

        def url_of(role: str) -> str:
            return self._server.url(role=f"{name}_{role}", password=passwords[role], database=database)

        return ServiceUrls.of(url_of, more=MORE_ROLES.get(name, ()))

    def _passwords(self, name: str) -> dict[str, str]:
        return {role: self._folder.password(f"{name}_{role}.password") for role in roles_of(name)}

    @contextlib.contextmanager
    def _superuser(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(plain_url(self._server.superuser_url()), autocommit=True) as connection:
            yield connection

    @staticmethod
    def _end_sessions(connection: psycopg.Connection, name: str) -> None:
        names = [name, template_of(name)]
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", [names])


def roles_of(name: str) -> tuple[str, ...]:
    """Return the roles of a service in its database."""
    return (*ROLES, *MORE_ROLES.get(name, ()))


def template_of(name: str) -> str:
    """Return the name of the migrated, empty database that a database is copied from."""
    return f"{name}_template"


def fingerprint_of_migrations() -> str:
    """Return what changes whenever a migration changes."""
    digest = hashlib.sha256()
    for name in DATABASES:
        for path in sorted(migrations_of(name).rglob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def migrations_of(name: str) -> Path:
    """Return where the migrations of a service, or of the broker, are."""
    if name == BUS:
        return Path(libs.bus.__path__[0]) / "migrations"
    return Path(services.__path__[0]) / name / "migrations"
