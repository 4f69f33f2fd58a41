"""Bring a service's database to the schema its code needs, and say when one is older.

Every service keeps `migrations/env.py` with one line, `run_migrations()`, and its versions beside it. Migrations run as
`<service>_owner`; the service itself is `<service>_app` and has the rights they grant to it table by table;
`<service>_reader` may read everything and is the operator's.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import alembic.command
import alembic.config
import alembic.context
import alembic.script
import psycopg
import sqlalchemy
from psycopg import sql

from libs.db.applied import fingerprints, note, refuse_foreign
from libs.db.database import Database, driver_url, plain_url

LOCK_TIMEOUT_SECONDS = 2
MIGRATION_LOCK = 7_300_271

ROLES = ("owner", "app", "reader")


@dataclasses.dataclass(frozen=True)
class ServiceUrls:
    """How the roles of one service reach its database."""

    owner: str
    app: str
    reader: str
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Of the roles that only this service has."""

    @classmethod
    def of(cls, url_of: Callable[[str], str], *, more: Iterable[str] = ()) -> ServiceUrls:
        """Ask for the URL of each role."""
        return cls(owner=url_of("owner"), app=url_of("app"), reader=url_of("reader"), more={r: url_of(r) for r in more})


def migrate(url: str, script_location: pathlib.Path | str, *, to: str = "head") -> None:
    """Upgrade the database to a version, one migrator at a time; one that newer code made is left as it is.

    A migration that must wait more than two seconds for a lock fails, and is tried again by the caller.

    Raises:
        MigrationChangedError: other migrations made the database; it is left as it is.
    """
    engine = sqlalchemy.create_engine(driver_url(url), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
        # A session lock: it outlives the transaction of each migration and ends with the connection.
        connection.execute(sqlalchemy.text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
        connection.commit()
        config = _config(script_location)
        config.attributes["connection"] = connection
        scripts = alembic.script.ScriptDirectory.from_config(config)
        is_newer = refuse_foreign(connection, scripts)
        connection.commit()
        if not is_newer:
            alembic.command.upgrade(config, to)
            note(connection, scripts)
        owner = connection.scalar(sqlalchemy.text("SELECT current_user"))
        app = str(owner).removesuffix("_owner") + "_app"
        connection.execute(sqlalchemy.text(f"GRANT SELECT ON alembic_version TO {app}"))
        connection.commit()
    engine.dispose()


def migrations_in(script_location: pathlib.Path | str) -> Mapping[str, str]:
    """Return the SHA-256 of each migration's file, the oldest first."""
    return fingerprints(alembic.script.ScriptDirectory.from_config(_config(script_location)))


def run_migrations() -> None:
    """Run the versions on the connection that `migrate` opened: the whole of a service's env.py."""
    connection = alembic.context.config.attributes["connection"]
    alembic.context.configure(connection=connection, transaction_per_migration=True)
    with alembic.context.begin_transaction():
        alembic.context.run_migrations()


class Schema:
    """What the migrations of a service make; asked whether a database has all of them."""

    def __init__(self, script_location: pathlib.Path | str) -> None:
        scripts = alembic.script.ScriptDirectory.from_config(_config(script_location))
        self._newest = scripts.get_current_head()
        self._older = {script.revision for script in scripts.walk_revisions()} - {self._newest}

    def problem(self, database: Database) -> str | None:
        """Say in words why code of this schema cannot work on a database; None when it can, also on a newer one."""
        try:
            with database.reading() as connection:
                applied = connection.scalar(sqlalchemy.text("SELECT version_num FROM alembic_version"))
        except sqlalchemy.exc.ProgrammingError:
            applied = None  # There is no such table, or nobody may read it: nothing was migrated here.
        except sqlalchemy.exc.SQLAlchemyError as error:
            return f"does not answer: {type(error).__name__}"
        if applied is None or applied in self._older:
            return f"is at {applied or 'no version'}, this code needs {self._newest}: run migrate first"
        return None


def create_service_database(superuser_url: str, service: str, *, passwords: dict[str, str], database: str) -> None:
    """Create the roles (or set their passwords) and the database of a service, unless they are there.

    `passwords` has one for each of owner, app and reader, and for those that only this service has.
    """
    with psycopg.connect(plain_url(superuser_url), autocommit=True) as connection:
        for role in passwords:
            _ensure_role(connection, f"{service}_{role}", passwords[role])
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not found:
            owner = sql.Identifier(f"{service}_owner")
            create = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), owner)
            connection.execute(create)
        grant_connect(connection, service, database, roles=passwords)
    _grant_reading(superuser_url, service, database)


def grant_connect(
    connection: psycopg.Connection[Any], service: str, database: str, *, roles: Iterable[str] = ROLES
) -> None:
    """Let only the service's own roles into its database."""
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in roles:
        grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        connection.execute(grant.format(name, sql.Identifier(f"{service}_{role}")))


def _grant_reading(superuser_url: str, service: str, database: str) -> None:
    target = psycopg.conninfo.make_conninfo(plain_url(superuser_url), dbname=database)
    owner, reader = (
        sql.Identifier(f"{service}_owner"),
        sql.Identifier(f"{service}_reader"),
    )
    with psycopg.connect(target, autocommit=True) as connection:
        statement = "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT ON TABLES TO {}"
        connection.execute(sql.SQL(statement).format(owner, reader))


def _ensure_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if not found:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    # The server never sees the password itself, only its SCRAM verifier.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))


def _config(script_location: pathlib.Path | str) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    return config
