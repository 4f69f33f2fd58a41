"""How fast approved hours that wait in a topic are settled: the ledger's own consumer, with all rules."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Protocol
from uuid import UUID

from sqlalchemy import text

from libs.bus import Broker, OutgoingRecord, Topic
from libs.bus.kafka import KafkaBroker
from libs.bus.kafka_server import KafkaCluster
from libs.bus.postgres import PostgresBroker
from libs.clock import SystemClock, from_microseconds
from libs.contracts.events import orders
from libs.db import Database
from libs.db.migrations import ServiceUrls
from libs.db.rows import save_row
from libs.ids import new_id
from libs.inbox import Consumer
from libs.outbox.envelope import pack
from libs.outbox.source import StoredEvent
from libs.programme.policy.store import policy
from services.ledger.consumers import consumers
from services.ledger.domain.holds import PlaceHold
from services.ledger.domain.postings import Terms
from services.ledger.usecases.post import Postings
from tests.load.ledger_posting import an_id, district, fund, wallet
from tests.support.kafka import JARS

MakeBroker = Callable[[], Broker]

DISTRICTS, WALLETS, BATCH = 16, 1_000, 500
TOTAL, MEMBERS = 5_000, 2
TOPIC = "timebank.orders.v1"
TYPE = str(orders.HoursApproved.DESCRIPTOR.full_name)
SETTLED = "SELECT count(*) FROM journal.answer WHERE event_type = 'timebank.ledger.v1.HoursSettled'"
ROWS = "SELECT count(*) FROM journal.entry"
HELD_MINUTES, SERVED_MINUTES, AWARD_MINUTES = 120, 115, 90
WAIT_SECONDS_MAX = 120.0
JOIN_SECONDS = 10.0
POLL_SECONDS = 0.05


class Bench(Protocol):
    """What a measurement gives."""

    scale: int
    folder: Path

    def analyze(self, name: str) -> None:
        """Have a database's statistics taken."""

    def in_turn(self, name: str, measure: Callable[[], tuple[float, int]], *, times_b1: float) -> None:
        """Measure something a few times, in turn with the yardstick, and keep its row."""

    def database(self, name: str) -> ServiceUrls:
        """A fresh database of the ledger."""

    def bus(self, name: str) -> ServiceUrls:
        """A fresh database of the embedded broker."""


def measure(bench: Bench) -> None:
    """Settle what waits in a topic of the embedded broker."""
    make_broker = partial(PostgresBroker, bench.bus("bus").app)
    settle(bench, make_broker, "embedded broker", times_b1=0.3, total=TOTAL // bench.scale)


def measure_on_kafka(bench: Bench) -> None:
    """The same from Kafka: one node of its own, on loopback."""
    cluster = KafkaCluster(bench.folder / "kafka", jars=JARS)
    cluster.start_all()
    try:
        make_broker = partial(KafkaBroker, cluster.bootstrap)
        settle(bench, make_broker, "Kafka", times_b1=0.5, total=TOTAL // bench.scale)
    finally:
        cluster.stop()


def settle(bench: Bench, make_broker: MakeBroker, name: str, *, times_b1: float, total: int) -> None:
    """Place the holds, publish the approvals, and see how long the members have to settle what is waiting then."""
    database_name = f"ledger_{name.split()[0].lower()}"
    url = bench.database(database_name).app
    database, broker = Database(url), make_broker()
    fund(url, DISTRICTS, WALLETS)
    _publish_policies(database)
    approvals = Approvals(database)
    broker.declare_topics([Topic(topic) for topic in consumers(clock=SystemClock()).topics])
    bench.analyze(database_name)

    def rate() -> tuple[float, int]:
        held, settled, rows = approvals.hold(total), _count(database, SETTLED), _count(database, ROWS)
        _publish(broker, held)
        waiting, seconds = _wait_for(database, settled + total)
        return waiting / seconds, _count(database, ROWS) - rows

    what = f"HoursApproved waiting in a topic → settled, {name}, {MEMBERS} members"
    with _members(url, make_broker):
        bench.in_turn(what, rate, times_b1=times_b1)
    database.dispose()


def _publish(broker: Broker, held: list[OutgoingRecord]) -> None:
    publisher = broker.publisher("bench")
    for start in range(0, len(held), BATCH):
        publisher.publish(held[start : start + BATCH])
    publisher.close()


def _publish_policies(database: Database) -> None:
    with database.transaction() as connection:
        for number in range(DISTRICTS):
            row = {
                "district_id": UUID(bytes=district(number)),
                "policy_version": 1,
                "effective": from_microseconds(0).date(),
                "parameters": {"earn": {"daily_cap_minutes": 480, "per_order_cap_minutes": 120}},
            }
            save_row(connection, policy, row)


class Approvals:
    """Holds credit for orders and makes the approvals of them, in the order of each district's stream."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._positions = [0] * DISTRICTS

    def hold(self, count: int) -> list[OutgoingRecord]:
        """Hold credit for so many orders more; return the approvals."""
        postings, records = Postings(SystemClock()), []
        for start in range(0, count, BATCH):
            commands = []
            for number in range(start, min(count, start + BATCH)):
                book, order = number % DISTRICTS, new_id()
                self._positions[book] += 1
                payer, volunteer = wallet(book, number % (WALLETS // 2)), wallet(book, WALLETS // 2 + number % 499)
                terms = Terms(cause=new_id().bytes, act_id=order.bytes)
                hold_id = new_id().bytes
                commands.append(PlaceHold(hold_id, district(book), terms, HELD_MINUTES, payer.owner_id, district(book)))
                records.append(_approval(book, order, self._positions[book], volunteer.owner_id))
            with self._database.transaction() as connection:
                for posted in postings.post(connection, commands):
                    posted.raise_refusal()
        return records


def _approval(book: int, order: UUID, position: int, volunteer: bytes) -> OutgoingRecord:
    """One approval; days are spread so that the day's cap is looked up, and rarely met."""
    district_id = str(UUID(bytes=district(book)))
    began = 1_772_413_200_000_000 + position % 300 * 86_400_000_000
    hours = orders.VolunteerHours(
        volunteer_id=str(UUID(bytes=volunteer)), volunteer_district_id=district_id, actual_minutes=SERVED_MINUTES,
        evidence_class="verified", checked_in_at_us=began, checked_out_at_us=began + SERVED_MINUTES * 60_000_000,
    )  # fmt: skip
    message = orders.HoursApproved(
        approval_id=str(new_id()), order_id=str(order), district_id=district_id, funding="credit",
        planned_minutes=HELD_MINUTES, coefficient_percent=100, persons=1, policy_version=1, hours=[hours],
        approver_ids=[str(UUID(bytes=an_id("coordinator")))], service_began_at_us=began, settlement=1,
    )  # fmt: skip
    stored = StoredEvent(
        topic=TOPIC, stream=district_id, position=position, event_id=new_id(), event_type=TYPE, key=district_id,
        subject=str(order), payload=message.SerializeToString(), version=None, occurred_at=from_microseconds(began),
    )  # fmt: skip
    return pack(stored, 1)


def _wait_for(database: Database, total: int) -> tuple[int, float]:
    """How many were still waiting when all were published, and the seconds until the last of them was committed."""
    began, waiting = time.perf_counter(), total - _count(database, SETTLED)
    while time.perf_counter() - began < WAIT_SECONDS_MAX:
        if _count(database, SETTLED) == total:
            return waiting, time.perf_counter() - began
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"not settled within {WAIT_SECONDS_MAX} s")


def _count(database: Database, query: str) -> int:
    with database.reading() as connection:
        return connection.scalar(text(query)) or 0


@contextmanager
def _members(url: str, make_broker: MakeBroker) -> Iterator[None]:
    """The members of the group, with time to start and to divide the partitions while there is nothing to settle."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    members = [context.Process(target=_member, args=(url, make_broker, n, stop)) for n in range(MEMBERS)]
    for member in members:
        member.start()
    try:
        time.sleep(JOIN_SECONDS)
        yield
    finally:
        stop.set()
        for member in members:
            member.join()


def _member(url: str, make_broker: MakeBroker, number: int, stop: Event) -> None:
    """One process: a member of the ledger's group, as the service runs it."""
    clock = SystemClock()
    consumer = Consumer(Database(url), make_broker(), consumers(clock=clock), group="ledger", member=f"bench-{number}")

    def stop_when_told() -> None:
        stop.wait()
        consumer.stop()

    watch = threading.Thread(target=stop_when_told)
    watch.start()
    consumer.run()
    watch.join()
