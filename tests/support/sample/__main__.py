"""The made-up service as a program: it hears its own facts and writes them down; `counter` is a role of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy
from flask import Flask

from libs.bus import Topic
from libs.clock import Clock, from_microseconds
from libs.db import Connection, Database
from libs.http import Service, Verifier, create_service_app
from libs.inbox import Consumers, IncomingEvent
from libs.programme.standing import StandingDirectory
from libs.roles import RoleSettings, ServiceParts, ServiceProgram

TOPIC = "sample.v1"
MIGRATIONS = Path(__file__).parent / "migrations"
DUE_AT = from_microseconds(1)
COUNTED = "INSERT INTO known (subject, value) VALUES (:subject, '1') ON CONFLICT DO NOTHING"
APPLIED = """
INSERT INTO applied (stream, position, subject, event_type) VALUES (:stream, :position, :subject, :event_type)"""


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What the sample reads beyond what every service does."""

    greeting: str = "hello"


def create_app(settings: Settings, *, clock: Clock) -> Flask:
    """Return an application without resources."""
    service = Service("sample", Database(settings.database_url), clock, StandingDirectory(), MIGRATIONS)
    return create_service_app(service=service, blueprints=[], verifier=Verifier(dict), title=settings.greeting)


def compose(settings: Settings, *, clock: Clock) -> ServiceParts:
    """Return what the processes run."""
    database = Database(settings.database_url)
    return ServiceParts(
        database=database,
        consumers=Consumers([TOPIC], {"sample.v1.Happened": _write_down}),
        background={"counter": lambda stop: _count(database, stop)},
        next_due=_next_due,
        run_due=lambda connection, _now: _remember(connection, "due"),
    )


def _write_down(connection: Connection, event: IncomingEvent) -> None:
    values = {"stream": event.stream, "position": event.position, "subject": event.subject}
    connection.execute(sqlalchemy.text(APPLIED), values | {"event_type": event.event_type})


def _next_due(connection: Connection, now: datetime) -> datetime | None:
    known = connection.scalar(sqlalchemy.text("SELECT count(*) FROM known WHERE subject = 'due'"))
    return None if known else min(DUE_AT, now)


def _remember(connection: Connection, subject: str) -> None:
    connection.execute(sqlalchemy.text(COUNTED), {"subject": subject})


def _count(database: Database, stop: threading.Event) -> None:
    with database.transaction() as connection:
        _remember(connection, "counter")
    stop.wait()


PROGRAM = ServiceProgram(
    name="sample",
    settings=Settings,
    topics=[Topic(TOPIC, partitions=2)],
    migrations=MIGRATIONS,
    create_app=create_app,
    compose=compose,
    background=("counter",),
)
main = PROGRAM.group()

if __name__ == "__main__":
    main()
