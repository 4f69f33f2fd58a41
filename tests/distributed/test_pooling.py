"""Behind a pool of transactions everything does what it does before the server itself, on two sessions for all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from libs.db import Connection, Database, collect, savepoint, sessions
from libs.db.database import plain_url
from libs.db.driver import driver_connection, pipelined, run
from libs.db.sessions import UnpreparedPoolError, connect_query, session_settings
from services.accounts.bootstrap import create_app
from services.accounts.tests.platform import must, start_platform
from tests.architecture.tree import ROOT
from tests.support.pgbouncer import PROGRAM, bouncing
from tests.support.pooler import Pooler, pooling
from tests.support.postgres import FreshDatabase

SESSIONS = 2
AT_ONCE = 8
SKIPPED = "PgBouncer is not installed: its tests did not run"
PREPARED = connect_query(session_settings())


@pytest.fixture
def pool(fresh_database: FreshDatabase) -> Iterator[tuple[Pooler, str]]:
    with pooling(fresh_database("sample").app, sessions=SESSIONS, connect_query=PREPARED) as given:
        yield given


@pytest.fixture(params=["ours", "PgBouncer"])
def pooled_url(request: pytest.FixtureRequest, fresh_database: FreshDatabase) -> Iterator[str]:
    """Our own pool, and PgBouncer itself (`make pooler` installs it; CI always has it), 1.18 or newer."""
    if request.param == "ours":
        yield request.getfixturevalue("pool")[1]
        return
    if PROGRAM is None:
        assert os.environ.get("CI") != "true", f"{SKIPPED}: make pooler"
        pytest.skip(f"{SKIPPED}: make pooler")
    url, folder = fresh_database("sample").app, Path(tempfile.mkdtemp(prefix="timebank-pgbouncer-"))
    with bouncing(url, folder, sessions=SESSIONS, connect_query=PREPARED) as through:
        yield through
    shutil.rmtree(folder)


@pytest.fixture
def database(pooled_url: str) -> Iterator[Database]:
    database = Database(pooled_url, pool_max=AT_ONCE, pooled=True)
    yield database
    database.dispose()


def test_each_transaction_may_have_another_session_and_many_share_few(database: Database) -> None:
    def look(_: int) -> int:
        with database.transaction() as connection:
            return int(connection.scalar(sqlalchemy.text("SELECT pg_backend_pid() FROM pg_sleep(0.01)")) or 0)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        sessions = set(threads.map(look, range(40)))

    assert len(sessions) == SESSIONS


def test_what_writes_copies_and_sends_at_once_does_so_again_and_again(database: Database) -> None:
    """More often than the driver waits before it prepares a statement, on sessions that know of none."""
    for number in range(12):
        with database.transaction() as connection:
            run(connection, "SELECT pg_advisory_xact_lock(%(number)s)", {"number": number})
            with savepoint(connection), pipelined(connection):
                first = run(connection, "SELECT %(number)s::int", {"number": number})
                second = run(connection, "SELECT current_setting('transaction_read_only')")
            assert (first.fetchone(), second.fetchone()) == ((number,), ("off",))
            with driver_connection(connection).cursor().copy("COPY (SELECT generate_series(1, 5)) TO STDOUT") as copy:
                assert len(list(copy)) == 5
            collect(connection, _count, number)
        with database.reading() as connection:
            assert run(connection, "SELECT current_setting('default_transaction_read_only')").fetchone() == ("on",)
            with pytest.raises(sqlalchemy.exc.DBAPIError, match="read-only"):
                run(connection, "DELETE FROM outbox")


def _count(connection: Connection, entries: list[int]) -> None:
    run(connection, "SELECT %(count)s::int", {"count": len(entries)})


def test_a_pool_that_does_not_set_its_sessions_is_refused_with_what_it_must_send(fresh_database: FreshDatabase) -> None:
    with pooling(fresh_database("sample").app, sessions=1, connect_query="SET jit = off") as (_, url):
        database = Database(url, pooled=True)
        with pytest.raises(UnpreparedPoolError, match="SET default_transaction_read_only = on"), database.reading():
            pass
        database.dispose()


def test_without_the_setting_a_pool_is_of_no_use(pool: tuple[Pooler, str]) -> None:
    database = Database(pool[1])
    with pytest.raises(sqlalchemy.exc.OperationalError, match="unsupported startup parameter"), database.reading():
        pass
    database.dispose()


def test_people_are_registered_and_signed_in_side_by_side_behind_a_pool(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    urls = fresh_database("accounts")
    before = start_platform(urls, tmp_path)
    with pooling(urls.app, sessions=SESSIONS, connect_query=PREPARED) as (pooler, url):
        settings = replace(before.settings, database_url=url, pooled=True, pool_max=AT_ONCE)
        database = Database(url, pool_max=AT_ONCE, pooled=True)
        platform = replace(before, app=create_app(settings, clock=before.clock, database=database), database=database)
        harness = platform.a

        def add(number: int) -> int:
            unit = f"01890a5d-ac96-774b-bcce-b302099a{number:04}"
            terms = {"level": "district", "parent_id": platform.units["city"], "name_zh": f"第{number}区"}
            must(harness.put(f"/v1/organisation-units/{unit}", terms))
            return len(must(harness.get("/v1/organisation-units"))["items"])

        with ThreadPoolExecutor(AT_ONCE) as threads:
            counts = list(threads.map(add, range(24)))

        assert max(counts) == 25
        assert pooler.served > 48
        database.dispose()
    before.database.dispose()
    with psycopg.connect(plain_url(urls.app)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox WHERE event_type LIKE '%OrgUnitState'").fetchone() == (
            25,
        )


@pytest.mark.parametrize(("service", "role"), [("orders", "relay"), ("ledger", "sealer")])
def test_a_role_that_holds_a_session_refuses_a_pool(service: str, role: str) -> None:
    variables = {f"{service.upper()}_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none?sslmode=disable"}
    command = [sys.executable, "-m", f"services.{service}", role]

    ended = subprocess.run(
        command, cwd=ROOT, env=variables | {f"{service.upper()}_POOLED": "1"}, capture_output=True, check=False
    )

    assert ended.returncode == 1
    assert f"{service.upper()}_POOLED: {role} holds a lock by its session" in ended.stderr.decode()


def test_the_roles_can_be_set_in_place_of_the_pool(
    fresh_database: FreshDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Pooler of CloudNativePG has no `connect_query`."""
    urls = fresh_database("sample")
    sessions.main(["sample_app"])
    statements = [line for line in capsys.readouterr().out.splitlines() if line]

    assert len(statements) == len(session_settings())
    with psycopg.connect(plain_url(urls.app), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    try:
        with pooling(urls.app, sessions=1, connect_query="") as (_, url):
            database = Database(url, pooled=True)
            with database.transaction() as connection:
                assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
            database.dispose()
    finally:
        with psycopg.connect(plain_url(urls.app), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER ROLE sample_app RESET ALL")
