"""Processes for the torture tests: `python -m tests.events.writers write|relay …`; they are killed and paused."""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.ids import new_id
from libs.outbox import OutgoingEvent, Relay, append

TOPIC = "torture.v1"
STREAMS = ("north", "south")
CONTROL = sqlalchemy.text("INSERT INTO control_outbox (writer, number) VALUES (:writer, :number)")


def event(writer: int, number: int, stream: str) -> OutgoingEvent:
    """Return the event a writer appends with its number."""
    return OutgoingEvent(
        event_id=new_id(),
        event_type="sample.v1.Happened",
        topic=TOPIC,
        stream=stream,
        key=stream,
        subject=f"w{writer}",
        payload=f"{writer}:{number}".encode(),
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def write(url: str, writer: int, seed: int, seconds: float) -> None:
    """Append in transactions that dawdle, roll back or are killed; note in each what it appended."""
    rng = random.Random(seed)
    database = Database(url, pool_max=1)
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        try:
            with database.transaction() as connection:
                number = append_some(connection, writer, number, rng)
        except ZeroDivisionError:
            continue


def append_some(connection: Connection, writer: int, number: int, rng: random.Random) -> int:
    """Append up to three events, dawdle, and sometimes roll back; return the last number used."""
    for _ in range(rng.randint(1, 3)):
        number += 1
        connection.execute(CONTROL, {"writer": writer, "number": number})
        append(connection, event(writer, number, rng.choice(STREAMS)))
        time.sleep(rng.choice((0, 0, 0.001, 0.01)))
    if rng.random() < 0.15:
        raise ZeroDivisionError
    return number


def relay(url: str, bus_url: str, lease_seconds: int) -> None:
    """Run a relay until killed."""
    Relay(Database(url), PostgresBroker(bus_url), name="torture", lease_seconds=lease_seconds).run()


if __name__ == "__main__":
    role, *rest = sys.argv[1:]
    if role == "write":
        write(rest[0], int(rest[1]), int(rest[2]), float(rest[3]))
    else:
        relay(rest[0], rest[1], int(rest[2]))
