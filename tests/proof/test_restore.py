"""pg_dump, restore, go on: whole when it is the newest copy; found and named when it is an older one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlalchemy
from psycopg import sql

from libs.db.embedded import EmbeddedPostgres
from libs.db.programs import binaries
from services.ledger.audit import verify
from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.outside import read_outside
from services.ledger.tests.support import EAST, Ledger, earned, issue, new
from services.witness.server import Server
from tests.proof.support import DISTRICT, Bench

SEALED, LATER = 20, 10
Restore = Callable[[], str]
Dump = Callable[[], Restore]


def _run(server: EmbeddedPostgres, program: str, *arguments: str) -> None:
    superuser = psycopg.conninfo.conninfo_to_dict(server.superuser_url())
    environment = os.environ | {
        "PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres",
        "PGPASSWORD": str(superuser["password"]),
    }  # fmt: skip
    command = [str(binaries() / program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def dump(ledger: Ledger, postgres_server: EmbeddedPostgres, tmp_path: Path) -> Iterator[Dump]:
    """A function that dumps the ledger as it is now; what it returns restores that, and gives its URL."""
    source = str(ledger.database.engine.url.database)
    made: list[str] = []

    def take() -> Restore:
        name, file = f"{source}_from_dump_{len(made)}", tmp_path / f"{len(made)}.dump"
        made.append(name)
        _run(postgres_server, "pg_dump", "--format=custom", f"--file={file}", source)

        def restore() -> str:
            with psycopg.connect(postgres_server.superuser_url(), autocommit=True) as connection:
                create = sql.SQL("CREATE DATABASE {} OWNER ledger_owner")
                connection.execute(create.format(sql.Identifier(name)))
            _run(postgres_server, "pg_restore", "--exit-on-error", f"--dbname={name}", str(file))
            return ledger.database.url.replace(source, name)

        return restore

    yield take
    with psycopg.connect(postgres_server.superuser_url(), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _post(url: str, rows: int) -> list[bytes]:
    ledger = Ledger(url)
    commands = [issue(earned(new()), 10) for _ in range(rows)]
    assert all(posted.is_new and posted.refusal is None for posted in ledger.post(*commands))
    ledger.database.dispose()
    return [command.request_id for command in commands]


def _gone_on(bench: Bench, url: str) -> Bench:
    witness = bench.sealer._policy.witnesses[0]
    return Bench(bench.folder, url, witness=(str(witness.key), witness.url))


def _verify(bench: Bench, url: str) -> list[Finding]:
    """Check the journal against what the witness has co-signed."""
    outside = read_outside([bench.folder / "witness" / "heads"])
    assert [one.district_id for one in outside] == [UUID(bytes=EAST)]
    return verify.run(url, verify.Terms(outside=outside, log_folder=bench.folder / "logs", processes=1)).findings


def test_the_newest_dump_is_restored_and_gone_on_with(
    ledger: Ledger, bench: Bench, dump: Dump, witness: Server
) -> None:
    before = _post(ledger.database.url, SEALED)
    bench.sealer.tick()

    url = dump()()
    _post(url, LATER)
    restored = _gone_on(bench, url)

    assert [head.size for head in restored.sealer.tick()] == [SEALED + LATER]
    assert restored.sealer.stopped == []
    assert witness.witness.head(f"{bench.log_key.name}/{DISTRICT}").size == SEALED + LATER
    assert _verify(bench, url) == []
    # What was posted before the dump is known after it: the same requests again move nothing.
    again = Ledger(url)
    with again.database.reading() as connection:
        count = sqlalchemy.text("SELECT count(*) FROM journal.entry WHERE request_id = ANY(CAST(:ids AS uuid[]))")
        assert connection.scalar(count, {"ids": [one.hex() for one in before]}) == SEALED
    again.database.dispose()
    restored.close()


def test_what_was_forbidden_is_forbidden_in_the_restored_database(ledger: Ledger, dump: Dump) -> None:
    _post(ledger.database.url, 2)

    restored = Ledger(dump()())

    for statement in ("UPDATE journal.entry SET minutes = 1", "DELETE FROM journal.entry", "TRUNCATE journal.entry"):
        with pytest.raises(sqlalchemy.exc.ProgrammingError), restored.database.transaction() as connection:
            connection.execute(sqlalchemy.text(statement))
    restored.database.dispose()


@pytest.mark.parametrize("more", [0, 5, LATER, 2 * LATER])
def test_an_older_dump_that_is_gone_on_with_is_found_and_named(
    ledger: Ledger, bench: Bench, dump: Dump, more: int
) -> None:
    _post(ledger.database.url, SEALED)
    bench.sealer.tick()
    restore = dump()
    _post(ledger.database.url, LATER)
    bench.sealer.tick()

    url = restore()
    if more:
        _post(url, more)
    found = _verify(bench, url)
    restored = _gone_on(bench, url)

    if more < LATER:
        missing = f"{SEALED + LATER} rows"
        (finding,) = [one for one in found if one.kind is Kind.JOURNAL_SHORTER]
        assert (finding.position, finding.field, finding.expected) == (SEALED + more + 1, "pos", missing)
    else:
        assert [one.field for one in found if one.kind is Kind.ROOT_DIFFERS] == [f"checkpoint of {SEALED + LATER}"]
        altered = [one.position for one in found if one.kind is Kind.ROW_ALTERED]
        assert altered == list(range(SEALED + 1, SEALED + LATER + 1))
    assert restored.sealer.tick() == []
    assert [stopped.position for stopped in restored.sealer.stopped] == [SEALED + 1]
    restored.close()
