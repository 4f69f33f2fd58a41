"""Ledger and redemption give way to a later release, a replica at a time and under load: nothing is refused or lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
import urllib3

from libs.db.database import plain_url
from libs.ids import new_id
from services.accounts.bootstrap import HARNESS_IDS
from tests.architecture.tree import ROOT
from tests.distributed.rolling import ANSWER_SECONDS_MAX, Endpoints, Load, Replicas, in_words
from tests.distributed.test_roles_of_services import _declare_topics_of_the_others, _until
from tests.distributed.test_rolling import Desk, released, token_of, variables as accounts_and_orders
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.manifests
__all__ = ["accounts_and_orders", "released"]
MINUTES = 1800
UNPUBLISHED = """
    SELECT count(*) FROM journal.entry e JOIN journal.book b USING (book)
    LEFT JOIN outbox_published p ON p.topic = 'timebank.ledger.v1' AND p.stream = b.district_id::text
    WHERE e.pos > coalesce(p.published_pos, 0)"""


@pytest.fixture
def variables(accounts_and_orders: dict[str, str], fresh_database: FreshDatabase) -> dict[str, str]:
    bus = accounts_and_orders["ACCOUNTS_BUS_URL"]
    _declare_topics_of_the_others(bus, "none")
    ledger, redemption = fresh_database("ledger"), fresh_database("redemption")
    return accounts_and_orders | {
        "LEDGER_DATABASE_URL": ledger.app,
        "LEDGER_RELAY_URL": ledger.more["relay"],
        "LEDGER_BUS_URL": bus,
        "REDEMPTION_DATABASE_URL": redemption.app,
        "REDEMPTION_BUS_URL": bus,
    }


@pytest.fixture
def replicas(variables: dict[str, str]) -> Iterator[Replicas]:
    started = Replicas(variables)
    yield started
    started.close()


class _Office:
    """Two people bring credit into a pool, one proposing and one deciding; between, entitlements are proposed."""

    def __init__(self, ledger: Endpoints, redemption: Endpoints, tokens: tuple[str, str], desk: Desk) -> None:
        self._ledger, self._redemption, self._tokens = ledger, redemption, tokens
        self._people = itertools.cycle(desk.registered)
        self._district = desk.district
        self._lock = threading.Lock()
        self.posted, self.entitled = 0, 0

    def adopt_rules(self, accounts: Endpoints) -> None:
        """Give the district its first rules, without which nothing can be asked for."""
        policy = f"/v1/policies/{new_id()}"
        terms = {"unit_id": str(self._district), "effective": "2026-01-01", "preset": "default", "set": {}}
        assert self._send(accounts, "PUT", policy, terms, by=0) in (200, 201)
        assert self._send(accounts, "POST", f"{policy}/decision", {"ok": True}, by=1) in (200, 201)

    def act(self, number: int) -> int:
        """Send one request, or two that belong together; return the last one's status."""
        if number % 2:
            return self._entitle()
        proposal = f"/v1/adjustments/{new_id()}"
        terms = {"kind": "pool_funding", "district_id": str(self._district), "minutes": 10}
        proposed = self._send(self._ledger, "PUT", proposal, terms, by=0)
        if proposed not in (200, 201):
            return proposed
        decided = self._send(self._ledger, "POST", f"{proposal}/decision", {"ok": True}, by=1)
        with self._lock:
            self.posted += decided in (200, 201)
        return decided

    def _entitle(self) -> int:
        with self._lock:
            person_id = next(self._people)
        terms = {"person_id": person_id, "minutes": MINUTES}
        status = self._send(self._redemption, "PUT", f"/v1/entitlements/{new_id()}", terms, by=0)
        with self._lock:
            self.entitled += status in (200, 201)
        return status

    def _send(self, endpoints: Endpoints, method: str, path: str, terms: Mapping[str, object], *, by: int) -> int:
        answer = urllib3.request(
            method,
            endpoints.choose() + path,
            headers={"Authorization": f"Bearer {self._tokens[by]}", "Idempotency-Key": str(new_id())},
            timeout=ANSWER_SECONDS_MAX,
            retries=False,
            json=terms,
        )
        return int(answer.status)


def test_no_request_is_refused_and_no_row_lost_while_ledger_and_redemption_are_replaced(
    released: Path, variables: dict[str, str], replicas: Replicas
) -> None:
    accounts = Endpoints()
    first = replicas.start(ROOT, "accounts", "api")
    _until(first.is_ready)  # It makes its keys at its first start.
    accounts.add(first)
    desk = Desk(accounts, token_of(variables, HARNESS_IDS[0]))
    desk.add_units()
    for number in range(0, 8, 2):
        assert desk.act(number) == 201
    former = {
        (name, role): replicas.start(released, name, role)
        for name in ("ledger", "redemption")
        for role in ("api", "consumer", "relay")
    }
    for replica in (replicas.start(ROOT, "accounts", "relay"), *former.values()):
        _until(replica.is_ready)
    for name in ("ledger", "redemption"):
        _until(lambda name=name: _people(variables[f"{name.upper()}_DATABASE_URL"]) >= set(desk.registered))  # type: ignore[misc]
    endpoints = {name: Endpoints() for name in ("ledger", "redemption")}
    for name, at in endpoints.items():
        at.add(former[name, "api"])
    tokens = token_of(variables, HARNESS_IDS[0]), token_of(variables, HARNESS_IDS[1])
    office = _Office(endpoints["ledger"], endpoints["redemption"], tokens, desk)
    office.adopt_rules(accounts)
    _until(lambda: _count(variables["REDEMPTION_DATABASE_URL"], "SELECT count(*) FROM policy") == 1)

    codes = []
    with Load(office.act) as load:
        _until(lambda: office.posted > 10)
        before = len(load.seconds)
        for name, at in endpoints.items():
            successor = replicas.start(ROOT, name, "api")
            _until(successor.is_ready)
            at.add(successor)
            codes.append(at.retire(former[name, "api"]))
            for role in ("consumer", "relay"):
                codes.append(former[name, role].end())
                _until(replicas.start(ROOT, name, role).is_ready)
        during = len(load.seconds)
        _until(lambda: len(load.seconds) > during + 20)

    print(in_words(load.seconds, before, during))
    assert load.broken == []
    assert set(load.statuses) <= {200, 201}
    assert codes == [0] * 6
    ledger = variables["LEDGER_DATABASE_URL"]
    assert _count(ledger, "SELECT count(*) FROM journal.entry WHERE outcome = 0") == office.posted
    _until(lambda: _count(ledger, UNPUBLISHED) == 0)
    assert _count(variables["REDEMPTION_DATABASE_URL"], "SELECT count(*) FROM entitlement") == office.entitled


def _people(url: str) -> set[str]:
    with psycopg.connect(plain_url(url)) as connection:
        return {str(person_id) for (person_id,) in connection.execute("SELECT person_id FROM person")}


def _count(url: str, query: str) -> int:
    with psycopg.connect(plain_url(url)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
