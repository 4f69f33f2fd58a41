"""The schema and the server: who may do what, and what is refused."""

from __future__ import annotations

import pathlib
import shutil

import psycopg
import pytest
import sqlalchemy

from libs.db import Database
from libs.db.applied import MigrationChangedError
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres
from libs.db.migrations import ROLES, Schema, create_service_database, migrate
from tests.support.postgres import PASSWORD, SAMPLE, DatabaseFactory, FreshDatabase, running_server


def test_migrating_again_changes_nothing(fresh_database: FreshDatabase) -> None:
    urls = fresh_database("sample")

    migrate(urls.owner, SAMPLE)

    database = Database(urls.app)
    assert Schema(SAMPLE).problem(database) is None
    database.dispose()


def test_code_refuses_a_schema_older_than_itself(fresh_database: FreshDatabase, tmp_path: pathlib.Path) -> None:
    urls = fresh_database("sample")
    for file in SAMPLE.rglob("*.py"):
        target = tmp_path / file.relative_to(SAMPLE)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text())
    newer = 'from alembic import op\nrevision = "0002"\ndown_revision = "0001"\ndef upgrade(): op.execute("SELECT 1")\n'
    (tmp_path / "versions" / "0002_next.py").write_text(newer)

    database = Database(urls.app)
    before = Schema(tmp_path).problem(database)
    migrate(urls.owner, tmp_path)

    assert before == "is at 0001, this code needs 0002: run migrate first"
    assert Schema(tmp_path).problem(database) is None
    assert Schema(SAMPLE).problem(database) is None  # Rolled back, code goes on with the newer schema.
    migrate(urls.owner, SAMPLE)  # And so does its migration job: there is nothing to do.
    assert Schema(tmp_path).problem(database) is None
    database.dispose()


def test_a_migration_that_was_applied_never_changes(fresh_database: FreshDatabase, tmp_path: pathlib.Path) -> None:
    urls = fresh_database("sample")
    shutil.copytree(SAMPLE, tmp_path / "changed")
    version = next((tmp_path / "changed" / "versions").glob("0001*.py"))
    version.write_text(version.read_text() + "\n# another one\n")

    with pytest.raises(MigrationChangedError, match="is at version 0001, but migration 0001 was another one when"):
        migrate(urls.owner, tmp_path / "changed")

    migrate(urls.owner, SAMPLE)


def test_a_database_whose_migrations_nobody_noted_is_refused(fresh_database: FreshDatabase) -> None:
    urls = fresh_database("sample")
    with psycopg.connect(plain_url(urls.owner)) as connection:
        connection.execute("DROP TABLE applied_migration")

    with pytest.raises(MigrationChangedError, match="made before they were noted"):
        migrate(urls.owner, SAMPLE)


def test_code_refuses_a_database_that_nobody_migrated_and_one_that_is_away(
    database_factory: DatabaseFactory,
) -> None:
    server = database_factory.server
    create_service_database(
        server.superuser_url(), "sample", passwords=dict.fromkeys(ROLES, PASSWORD), database="sample_empty"
    )
    empty, away = (Database(database_factory.urls("sample", name).app) for name in ("sample_empty", "sample_none"))

    assert Schema(SAMPLE).problem(empty) == "is at no version, this code needs 0001: run migrate first"
    assert Schema(SAMPLE).problem(away) == "does not answer: OperationalError"
    empty.dispose()
    away.dispose()


def test_a_wrong_password_is_refused(fresh_database: FreshDatabase) -> None:
    url = fresh_database("sample").app.replace("only-for-tests", "wrong")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_the_reader_reads_and_cannot_write(fresh_database: FreshDatabase) -> None:
    reader = Database(fresh_database("sample").reader)

    with reader.reading() as connection:
        count = connection.scalar(sqlalchemy.text("SELECT count(*) FROM outbox"))
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError),
        reader.transaction() as connection,
    ):
        connection.execute(sqlalchemy.text("DELETE FROM outbox"))

    assert count == 0
    reader.dispose()


def test_the_server_comes_back_after_a_kill_with_everything_committed() -> None:
    with running_server() as server:
        with psycopg.connect(server.superuser_url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        server.kill()

        again = EmbeddedPostgres(server.folder, server.port)
        again.start()
        with psycopg.connect(again.superuser_url()) as connection:
            row = connection.execute("SELECT count(*) FROM kept").fetchone()
        again.stop()

    assert row == (1000,)
