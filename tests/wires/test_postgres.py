"""A real PostgreSQL that takes TLS only: ours is believed, no other is, and plaintext is refused."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from libs.db import Database
from libs.db.driver import scalar
from tests.support.certificates import create_authority
from tests.support.postgres import DatabaseFactory
from tests.support.secured import SecuredPostgres


def test_a_service_migrates_and_works_over_tls(postgres: SecuredPostgres) -> None:
    database = Database(DatabaseFactory(postgres).create("redemption")[1].app)

    with database.transaction() as connection:
        assert scalar(connection, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").startswith("TLS")
        assert scalar(connection, "SELECT count(*) FROM credit_request") == 0
    database.dispose()


def test_a_server_of_another_authority_is_not_believed(postgres: SecuredPostgres, folder: Path) -> None:
    other = create_authority(folder, "elsewhere")
    url = postgres.superuser_url().split("?")[0] + f"?sslmode=verify-full&sslrootcert={other.file}"

    with pytest.raises(OperationalError, match="certificate verify failed"), Database(url).reading():
        pass


def test_a_server_under_another_name_is_not_believed(postgres: SecuredPostgres) -> None:
    url = postgres.superuser_url().replace("127.0.0.1", "database.example") + "&hostaddr=127.0.0.1"

    with pytest.raises(psycopg.OperationalError, match=r'does not match host name "database\.example"'):
        psycopg.connect(url)


def test_plaintext_is_refused(postgres: SecuredPostgres) -> None:
    url = postgres.superuser_url().split("?")[0] + "?sslmode=disable"

    with pytest.raises(OperationalError, match="no encryption"), Database(url).reading():
        pass
