"""Build a service's read model anew from the topics, in a fresh database, beside the running one."""

from __future__ import annotations

import threading

from libs.bus import Broker
from libs.clock import monotonic
from libs.db import Database
from libs.ids import new_id
from libs.inbox.consumer import Consumer
from libs.inbox.events import Consumers

LOOK_SECONDS = 0.1
STOP_SECONDS_MAX = 10.0


class ReplayTooSlowError(RuntimeError):
    """The end was not reached within the time given."""


def replay_topics(
    database: Database, broker: Broker, consumers: Consumers, *, group: str, timeout_seconds: float
) -> str:
    """Apply every record kept, from the first, to a fresh database, up to the end seen at the start.

    Nothing of it is published, because no relay reads the fresh database's outbox. Returns the group it used.

    Raises:
        ReplayTooSlowError: it was not done in time.
    """
    name = f"{group}.replay-{new_id().hex}"
    consumer = Consumer(database, broker, consumers, group=name, member=name)
    thread = threading.Thread(target=consumer.run, name=name, daemon=True)
    thread.start()
    end = monotonic() + timeout_seconds
    while not consumer.is_caught_up and monotonic() < end:
        thread.join(LOOK_SECONDS)
    consumer.stop()
    thread.join(STOP_SECONDS_MAX)
    if not consumer.is_caught_up:
        raise ReplayTooSlowError(name)
    return name
