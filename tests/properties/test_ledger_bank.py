"""Many processes post to two books while posters and PostgreSQL are killed: nothing told is lost, no order broken.

Checked by versions: every acknowledged post is there once; along each wallet the order of versions agrees with real
time; every balance that was read is one the journal had.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy

from libs.db import Database
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres, free_port
from libs.ids import new_id
from services.ledger.audit import verify
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.transfers import Gift, Transfer
from services.ledger.domain.wallets import WalletClass as W, WalletKey, id_of, person_wallet
from services.ledger.store.balances import balances_of
from services.ledger.store.journal import Journal
from services.ledger.tests.stories import rules
from services.ledger.tests.support import EAST, WEST, Ledger, encode_plainly, issue
from tests.support.postgres import DatabaseFactory

POSTERS, PEOPLE, MINUTES, SECONDS = 4, 12, 500, 10.0
KILLS_AT = (2.0, 5.0)
WAIT_SECONDS_MAX = 90.0


def key(district: bytes, number: int) -> WalletKey:
    """A wallet that all posters use."""
    return person_wallet(district, id_of(district, f"bank {number}"), W.EARNED)


def post_for(url: str, seed: int, seconds: float, told: Queue[Any]) -> None:
    """Post for a while; tell (request, invoked, acknowledged) of each command whose batch was committed."""
    rnd, database, journal = random.Random(seed), Database(url, pool_max=1), Journal(encode_plainly)
    waiting: list[Any] = []
    end = time.time() + seconds
    while time.time() < end:
        waiting = waiting or [_command(rnd) for _ in range(rnd.randint(1, 20))]
        invoked = time.time_ns()
        try:
            with database.transaction() as connection:
                results = journal.post(connection, waiting, now_us=time.time_ns() // 1000)
            acknowledged = time.time_ns()
            told.put([(posted.request_id, posted.outcome, invoked, acknowledged) for posted in results])
            waiting = []
            told.put(_read(database, rnd))
        except sqlalchemy.exc.DBAPIError:
            time.sleep(0.1)  # The outcome is unknown: the same commands are sent again.


def _command(rnd: random.Random) -> Any:
    district = rnd.choice((EAST, WEST))
    giver, receiver = rnd.sample(range(PEOPLE), 2)
    request, minutes = new_id().bytes, rnd.randint(1, 60)
    if rnd.random() < 0.2:
        other = WEST if district == EAST else EAST
        to = person_wallet(other, key(other, receiver).owner_id, W.RECEIVED)
        policy = CAPLESS
        return Gift(request, district, Terms(cause=request), key(district, giver).owner_id, to, minutes, policy)
    return Transfer(request, Terms(cause=request), key(district, giver), key(district, receiver), minutes, Reason.GIFT)


CAPLESS = rules(earn={}, transfer={"gift_monthly_cap_minutes": 1 << 40})


def _read(database: Database, rnd: random.Random) -> tuple[str, WalletKey, int]:
    wallet = key(rnd.choice((EAST, WEST)), rnd.randrange(PEOPLE))
    with database.reading() as connection:
        return "read", wallet, balances_of(connection, [wallet])[wallet]


@pytest.fixture
def durable_server() -> Iterator[EmbeddedPostgres]:
    """A server that survives kill -9, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-bank-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, free_port())
    server.initialise()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_nothing_acknowledged_is_lost_whoever_is_killed(durable_server: EmbeddedPostgres) -> None:
    _, urls = DatabaseFactory(durable_server).create("ledger")
    ledger = Ledger(urls.app)
    ledger.now_us = time.time_ns() // 1000
    ledger.post(*(issue(key(district, n), MINUTES) for district in (EAST, WEST) for n in range(PEOPLE)))
    ledger.database.dispose()
    context = multiprocessing.get_context("spawn")
    told: Queue[Any] = context.Queue()
    terms = [(urls.app, number, SECONDS, told) for number in range(POSTERS)]
    posters = [context.Process(target=post_for, args=args, daemon=True) for args in terms]
    for poster in posters:
        poster.start()

    acknowledged, reads = _listen(durable_server, posters, told)

    assert len(acknowledged) > 50
    with psycopg.connect(plain_url(urls.app)) as connection:
        query = "SELECT uuid_send(request_id), outcome, count(*) FROM journal.entry GROUP BY 1, 2"
        found = {bytes(request): (outcome, number) for request, outcome, number in connection.execute(query)}
        lost = [request for request, (outcome, *_) in acknowledged.items() if found.get(request) != (outcome, 1)]
        assert lost == []
        _check_real_time(connection, acknowledged)
        _check_reads(connection, reads)
    assert verify.run(urls.app, verify.Terms(processes=1)).findings == []


def _listen(
    server: EmbeddedPostgres, posters: list[Any], told: Queue[Any]
) -> tuple[dict[bytes, tuple[int, int, int]], list[tuple[WalletKey, int]]]:
    """Collect what the posters tell, and kill: a poster, then the server twice."""
    acknowledged: dict[bytes, tuple[int, int, int]] = {}
    reads: list[tuple[WalletKey, int]] = []
    end = time.time() + WAIT_SECONDS_MAX
    kills: list[float] | None = None
    while time.time() < end and (any(poster.is_alive() for poster in posters) or not told.empty()):
        if kills is None and acknowledged:  # The processes took their time to start; now the killing may begin.
            kills = [time.time() + at for at in KILLS_AT]
        if kills and time.time() > kills[0]:
            kills.pop(0)
            if posters[-1].is_alive():
                posters[-1].kill()
            server.kill()
            server.start()
        while not told.empty():
            message = told.get()
            if isinstance(message, tuple):
                reads.append((message[1], message[2]))
                continue
            acknowledged.update({request: (outcome, began, ended) for request, outcome, began, ended in message})
    return acknowledged, reads


def _check_real_time(connection: psycopg.Connection[Any], acknowledged: dict[bytes, tuple[int, int, int]]) -> None:
    """A post acknowledged before another was asked for stands before it along every wallet that both touch."""
    rows = connection.execute("""
        SELECT wallet, version, request FROM (
            SELECT debit AS wallet, debit_version AS version, uuid_send(request_id) AS request FROM journal.entry
            WHERE outcome = 0
            UNION ALL
            SELECT credit, credit_version, uuid_send(request_id) FROM journal.entry WHERE outcome = 0
        ) x ORDER BY wallet, version""")
    latest_begin: dict[int, int] = {}
    for wallet, _, request in rows:
        if bytes(request) in acknowledged:
            _, began, ended = acknowledged[bytes(request)]
            assert ended >= latest_begin.get(wallet, 0), "acknowledged before an earlier version was even asked for"
            latest_begin[wallet] = max(latest_begin.get(wallet, 0), began)


def _check_reads(connection: psycopg.Connection[Any], reads: list[tuple[WalletKey, int]]) -> None:
    """Every balance that was read is one that the wallet had after some version."""
    had: dict[bytes, set[int]] = {}
    rows = connection.execute("""
        SELECT uuid_send(w.owner), x.after FROM journal.wallet w JOIN (
            SELECT debit AS wallet, debit_after AS after FROM journal.entry WHERE outcome = 0
            UNION ALL SELECT credit, credit_after FROM journal.entry WHERE outcome = 0) x ON x.wallet = w.wallet
        WHERE w.class = 5""")
    for owner, after in rows:
        had.setdefault(bytes(owner), set()).add(after)
    assert reads
    assert [read for wallet, read in reads if read not in had[wallet.owner_id]] == []
