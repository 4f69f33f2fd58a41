"""An older copy of the journal is restored and gone on with: whoever has seen the newer one says so."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from libs.db.embedded import EmbeddedPostgres
from services.ledger.tests.support import Ledger, earned, issue, new
from services.witness.server import Server
from tests.proof.support import DISTRICT, Bench

_numbers = itertools.count(1)
Restore = Callable[[], str]


@pytest.fixture
def backup(ledger: Ledger, postgres_server: EmbeddedPostgres) -> Iterator[Restore]:
    """A backup of the ledger with 20 entries; calling it restores it, and returns the URL."""
    ledger.post(*(issue(earned(new()), 10) for _ in range(20)))
    source = str(ledger.database.engine.url.database)
    name = f"{source}_restored_{next(_numbers)}"
    ledger.database.dispose()
    with psycopg.connect(postgres_server.superuser_url(), autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER ledger_owner")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(source)))
    yield lambda: ledger.database.url.replace(source, name)
    with psycopg.connect(postgres_server.superuser_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _restored(bench: Bench, url: str, *, more: int) -> Bench:
    if more:
        ledger = Ledger(url)
        ledger.post(*(issue(earned(new()), 10) for _ in range(more)))
        ledger.database.dispose()
    witness = bench.sealer._policy.witnesses[0]
    return Bench(bench.folder, url, witness=(str(witness.key), witness.url))


@pytest.mark.parametrize(("more", "position"), [(0, 21), (5, 21), (30, 21)])
def test_the_sealer_knows_by_its_own_log_and_names_the_first_entry_that_differs(
    ledger: Ledger, bench: Bench, backup: Restore, more: int, position: int
) -> None:
    bench.sealer.tick()
    ledger.post(*(issue(earned(new()), 10) for _ in range(10)))
    bench.sealer.tick()

    restored = _restored(bench, backup(), more=more)

    assert restored.sealer.tick() == []
    (stopped,) = restored.sealer.stopped
    assert stopped.position == position
    restored.close()


@pytest.mark.parametrize(("more", "position"), [(0, 20), (5, 25), (10, 30), (30, 30)])
def test_the_witness_refuses_when_the_log_was_restored_too(
    ledger: Ledger, bench: Bench, backup: Restore, witness: Server, more: int, position: int
) -> None:
    bench.sealer.tick()
    kept = bench.folder / "kept"
    shutil.copytree(bench.folder / "logs", kept)
    ledger.post(*(issue(earned(new()), 10) for _ in range(10)))
    bench.sealer.tick()
    shutil.rmtree(bench.folder / "logs")
    shutil.copytree(kept, bench.folder / "logs")

    restored = _restored(bench, backup(), more=more)

    assert restored.sealer.tick() == []
    assert [stopped.position for stopped in restored.sealer.stopped] == [position]
    assert "witness bureau has co-signed" in restored.sealer.stopped[0].words
    assert witness.witness.head(f"{bench.log_key.name}/{DISTRICT}").size == 30
    restored.close()
