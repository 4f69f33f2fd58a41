"""How fast approved hours that wait in a topic are settled: the ledger's own consumer, with all rules."""

from __future__ import annotations

import threading
import time
from typing import Protocol
from uuid import UUID

from sqlalchemy import text

from libs.bus import Broker, OutgoingRecord, Topic
from libs.bus.postgres import PostgresBroker
from libs.clock import SystemClock, from_microseconds
from libs.db import Database
from libs.db.migrations import ServiceUrls
from libs.ids import new_id
from libs.inbox import Consumer
from libs.outbox.envelope import pack
from libs.outbox.source import StoredEvent
from services.ledger.consumers import consumers
from services.ledger.domain.holds import PlaceHold
from services.ledger.domain.postings import Terms
from services.ledger.messages import orders
from services.ledger.store import known
from services.ledger.usecases.post import Postings
from tests.load.ledger_posting import an_id, district, fund, wallet

DISTRICTS, WALLETS, BATCH = 2, 2_000, 500
TOPIC = "timebank.orders.v1"
TYPE = str(orders.HoursApproved.DESCRIPTOR.full_name)
SETTLED = "SELECT count(*) FROM journal.answer WHERE event_type = 'timebank.ledger.v1.HoursSettled'"
HELD_MINUTES, SERVED_MINUTES, AWARD_MINUTES = 120, 115, 90
WAIT_SECONDS_MAX = 600.0
POLL_SECONDS = 0.05


class Bench(Protocol):
    """What a measurement gives."""

    scale: int

    def database(self, name: str) -> ServiceUrls:
        """A fresh database of the ledger."""

    def bus(self, name: str) -> ServiceUrls:
        """A fresh database of the embedded broker."""

    def add(self, name: str, value: float, unit: str, *, times_b1: float | None = None, at_most: float | None = None,
            at_least: float | None = None, written: int | None = None) -> None:  # fmt: skip
        """Keep a row."""


def measure(bench: Bench, *, kafka: list[str] | None) -> None:
    """Settle what waits in a topic of the embedded broker, and of Kafka where there is one."""
    total = 10_000 // bench.scale
    settle(bench, PostgresBroker(bench.bus("bus").app), "embedded broker", 0.3, total)
    if kafka:
        from libs.bus.kafka import KafkaBroker

        settle(bench, KafkaBroker(kafka), "Kafka", 0.5, total)


def settle(bench: Bench, broker: Broker, name: str, target: float, total: int) -> None:
    """Place the holds, publish the approvals, then let the consumer begin."""
    url = bench.database(f"ledger_{name.split()[0].lower()}").app
    database = Database(url)
    fund(url, DISTRICTS, WALLETS)
    _publish_policies(database)
    held = _place_holds(database, total)
    broker.declare_topics([Topic(topic) for topic in consumers(clock=SystemClock()).topics])
    publisher = broker.publisher("bench")
    for start in range(0, total, BATCH):
        publisher.publish(held[start : start + BATCH])
    publisher.close()
    seconds = _consume(database, broker, total)
    with database.reading() as connection:
        rows = connection.scalar(text("SELECT count(*) FROM journal.entry"))
    bench.add(
        f"HoursApproved waiting in a topic → settled, {name}", total / seconds, "/s", times_b1=target, written=rows
    )
    database.dispose()


def _publish_policies(database: Database) -> None:
    with database.transaction() as connection:
        for number in range(DISTRICTS):
            row = {
                "district_id": UUID(bytes=district(number)),
                "policy_version": 1,
                "effective": from_microseconds(0).date(),
                "parameters": {"earn": {"daily_cap_minutes": 480, "per_order_cap_minutes": 120}},
            }
            known.save_row(connection, known.policy, row)


def _place_holds(database: Database, total: int) -> list[OutgoingRecord]:
    """Hold credit for every order; return the approvals."""
    postings, records = Postings(SystemClock()), []
    positions = [0] * DISTRICTS
    for start in range(0, total, BATCH):
        commands = []
        for number in range(start, min(total, start + BATCH)):
            book, order = number % DISTRICTS, new_id()
            positions[book] += 1
            payer = wallet(book, number % (WALLETS // 2)).owner_id
            terms = Terms(cause=new_id().bytes, act_id=order.bytes)
            commands.append(PlaceHold(new_id().bytes, district(book), terms, HELD_MINUTES, payer, district(book)))
            records.append(_approval(book, order, positions[book], wallet(book, WALLETS // 2 + number % 997).owner_id))
        with database.transaction() as connection:
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
    return pack(stored)


def _consume(database: Database, broker: Broker, total: int) -> float:
    """Seconds from the consumer's start until all are settled."""
    consumer = Consumer(database, broker, consumers(clock=SystemClock()), group="ledger", member="bench")
    thread = threading.Thread(target=consumer.run)
    began = time.perf_counter()
    thread.start()
    try:
        while time.perf_counter() - began < WAIT_SECONDS_MAX:
            with database.reading() as connection:
                if connection.scalar(text(SETTLED)) == total:
                    return time.perf_counter() - began
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"not settled within {WAIT_SECONDS_MAX} s")
    finally:
        consumer.stop()
        thread.join()
