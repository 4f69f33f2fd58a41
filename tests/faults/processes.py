"""A relay or a consumer of the made-up service in a process of its own, to be killed."""

from __future__ import annotations

import signal
import sys
import threading

from libs.bus import Broker
from libs.bus.kafka import KafkaBroker
from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.inbox import Consumer, Consumers
from libs.outbox import Relay
from tests.events.world import note

SESSION_SECONDS = 6.0
DELIVERY_SECONDS = 6.0
LEASE_SECONDS = 5
GROUP = "hearer"


def broker_of(address: str) -> Broker:
    """Return the broker that an address names: a URL of PostgreSQL, or host:port by commas."""
    if address.startswith("postgresql"):
        return PostgresBroker(address)
    return KafkaBroker(address.split(","), delivery_seconds=DELIVERY_SECONDS)


def main(role: str, url: str, address: str, topic: str) -> None:
    """Run until SIGTERM, or until killed."""
    database, broker = Database(url), broker_of(address)
    running: Relay | Consumer
    if role == "relay":
        running = Relay(database, broker, name=topic, lease_seconds=LEASE_SECONDS)
    else:
        consumers = Consumers([topic], {"sample.v1.Happened": note})
        running = Consumer(database, broker, consumers, group=GROUP, member=role, session_seconds=SESSION_SECONDS)
    signal.signal(signal.SIGTERM, lambda *_: running.stop())
    thread = threading.Thread(target=running.run)
    thread.start()
    while thread.is_alive():
        thread.join(0.2)


if __name__ == "__main__":
    main(*sys.argv[1:])
