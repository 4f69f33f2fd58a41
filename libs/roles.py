"""The roles every service runs as: `python -m services.<name> api|consumer|relay|migrate`, and those it adds.

Each role is a process of its own that stops cleanly on SIGTERM. Those that serve no API answer /livez, /readyz and
/metrics on their port. `consumer` also runs what falls due by the clock, one replica at a time.
"""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import click
import sqlalchemy
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from libs import settings as environment
from libs.bus import Broker, BrokerError, Topic
from libs.bus.kafka_settings import KafkaSettings, certificates_of, client_options, refuse_wrong_wire
from libs.bus.postgres import PostgresBroker
from libs.clock import Clock, SystemClock, monotonic
from libs.db import Connection, Database
from libs.db.applied import MigrationChangedError
from libs.db.budget import connection_problem
from libs.db.migrations import Schema, migrate
from libs.db.watched import UnwatchedError
from libs.db.wire import authority_of, wire_problem
from libs.housekeeping import Act, Housekeeping
from libs.http.health import Probe, serve_health
from libs.http.server import AppServer, ServerSettings
from libs.inbox import Consumer, Consumers
from libs.logs import configure, get_logger
from libs.metrics.certificates import watch_certificates
from libs.outbox import Relay, Source
from libs.telling import describe
from libs.tracing import begin_tracing, refuse_wrong_tracing

TICK_SECONDS = 1.0
STOP_SECONDS_MAX = 10.0
DUE_RUNS_PER_TICK_MAX = 200
BROKER_SECONDS_MAX = 120.0
BROKER_POLL_SECONDS = 1.0
DUE_LOCK = 7_300_277


@dataclass(frozen=True, kw_only=True)
class RoleSettings(ServerSettings, KafkaSettings):
    """What every service reads from its variables, `<SERVICE>_DATABASE_URL` and so on; a service adds its own fields.

    Roles that serve no API answer on `port`, and inside only.

    Events travel over Kafka when `kafka` names its brokers (host:port, by commas), else over the database `bus_url`.
    `member` names this replica of a consumer and stays the same when the process comes back.
    `pooled`: `database_url` leads to a pool of transactions (PgBouncer), which a role that holds a session cannot use.
    """

    database_url: str
    bus_url: str | None = None
    member: str = "1"
    pool_max: int = 16
    pooled: bool = False


@dataclass(frozen=True, kw_only=True)
class MigrateSettings(KafkaSettings):
    """What the role `migrate` reads: the owner's way into the database, and the broker to declare the topics on."""

    owner_url: str
    bus_url: str | None = None


Background = Callable[[threading.Event], object]


@dataclass(frozen=True, kw_only=True)
class ServiceParts:
    """What a service's processes run, composed by its bootstrap.

    `background` are roles of its own, each a function that works until the event is set; `problems` say of some why
    they are not ready. `relay_database` is the way of a relay that has a role of its own in the database. `next_due`
    and `run_due` are what falls due by the clock, `housekeeping` what is forgotten
    now and then; `under_way` says in words what was accepted and is not done yet;
    `sources` is given by a service whose events lie elsewhere than in the outbox.
    """

    database: Database
    consumers: Consumers
    sources: Sequence[Source] | None = None
    relay_database: Database | None = None
    background: Mapping[str, Background] = field(default_factory=dict)
    problems: Mapping[str, Probe] = field(default_factory=dict)
    next_due: Callable[[Connection, datetime], datetime | None] = lambda _connection, _now: None
    run_due: Callable[[Connection, datetime], object] = lambda _connection, _now: None
    housekeeping: Sequence[Act] = ()
    under_way: Callable[[Connection], str] = lambda _connection: ""


S = TypeVar("S", bound=RoleSettings)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ServiceProgram(Generic[S]):
    """A service as a program: how to read its settings, build its application and compose its parts.

    `in_sessions` are the roles that hold a lock by their session, and so need the server itself.
    `costly` is how requests begin that are worked on by threads of their own, so that they delay no others.
    `after_migrating` is given the owner's URL of a migrated database, and refuses by UnwatchedError what lacks a right.
    """

    name: str
    settings: type[S]
    topics: Sequence[Topic]
    migrations: Path
    create_app: Callable[..., Flask]  # (settings, *, clock)
    compose: Callable[..., ServiceParts]  # (settings, *, clock)
    background: Sequence[str] = ()
    in_sessions: Sequence[str] = ("relay",)
    costly: Sequence[bytes] = ()
    after_migrating: Callable[[str], None] = lambda _owner_url: None

    def group(self) -> click.Group:
        """Return the command with one subcommand per role."""
        roles: dict[str, Callable[[], None]] = {
            "api": self._api,
            "consumer": self._consumer,
            "relay": self._relay,
            "migrate": self._migrate,
        }
        roles |= {name: lambda name=name: self._background(name) for name in self.background}  # type: ignore[misc]
        commands = [click.Command(name, callback=run, help=run.__doc__) for name, run in roles.items()]
        return click.Group(self.name, commands=commands, help=f"Run one role of {self.name}.")

    def _read(self, role: str, *, processes: Callable[[S], int] = lambda _settings: 1) -> S:
        settings, prefix = read_settings(self.name, self.settings), self.name.upper()
        configure(self.name, level=settings.log_level)
        if settings.pooled:  # How many sessions there are is the pool's to say.
            if role in self.in_sessions:
                raise click.ClickException(
                    f"{prefix}_POOLED: {role} holds a lock by its session; give it {prefix}_DATABASE_URL of the server"
                )
            return settings
        problem = connection_problem(settings.database_url, processes(settings) * settings.pool_max)
        if problem:
            raise click.ClickException(f"{prefix}_POOL_MAX times {prefix}_API_WORKERS is too much: {problem}")
        return settings

    def _api(self) -> None:
        """Serve the HTTP API."""
        settings = self._read("api", processes=lambda read: read.api_workers)

        def build() -> Flask:
            begin_tracing(self.name, settings)
            return self.create_app(settings, clock=SystemClock())

        AppServer(build, settings, costly=self.costly).run()

    def _consumer(self) -> None:
        """Apply the events of the other services, and run what falls due."""
        settings = self._read("consumer")
        begin_tracing(self.name, settings)
        parts, broker = self.compose(settings, clock=SystemClock()), broker_of(settings)
        consumer = Consumer(parts.database, broker, parts.consumers, group=self.name, member=settings.member)
        run = _Run(settings, parts.database, self.migrations, lambda: consumer.problem)
        run.start("consumer", consumer.run, stop=consumer.stop)
        run.start("due", lambda: _run_due_until(self.name, run.stopped, parts, SystemClock()))
        run.until_stopped()
        broker.close()

    def _relay(self) -> None:
        """Publish this service's events to the broker."""
        settings = self._read("relay")
        parts, broker = self.compose(settings, clock=SystemClock()), broker_of(settings)
        database = parts.relay_database or parts.database
        topics = [topic.name for topic in self.topics]
        relay = Relay(database, broker, name=self.name, sources=parts.sources, topics=topics)
        run = _Run(settings, database, self.migrations, lambda: relay.problem)
        run.start("relay", relay.run, stop=relay.stop)
        run.until_stopped()
        broker.close()

    def _migrate(self) -> None:
        """Bring the database to the newest version, declare the topics, and end."""
        configure(self.name)
        settings = read_settings(self.name, MigrateSettings)
        try:
            migrate(settings.owner_url, self.migrations)
            self.after_migrating(settings.owner_url)
        except (MigrationChangedError, UnwatchedError) as error:
            raise click.ClickException(str(error)) from error
        broker = broker_of(settings)
        _declare(broker, self.topics)
        broker.close()

    def _background(self, name: str) -> None:
        settings = self._read(name)
        parts = self.compose(settings, clock=SystemClock())
        run = _Run(settings, parts.database, self.migrations, parts.problems.get(name, lambda: None))
        run.start(name, lambda: parts.background[name](run.stopped))
        run.until_stopped()


def read_settings(prefix: str, settings: type[T]) -> T:
    """Return what a process reads from its environment, or end it with the words that say what is wrong there."""
    try:
        read = environment.read(prefix, settings)
        refuse_wrong_wires(read, prefix)
    except environment.WrongSettingError as error:
        raise click.ClickException(str(error)) from error
    return read


def refuse_wrong_wires(settings: object, prefix: str) -> None:
    """Refuse ways to databases and to Kafka that nobody secured, unless somebody said so, and ways that lead nowhere.

    Raises:
        environment.WrongSettingError: the message names the variable and says what is to be set.
    """
    for given in dataclasses.fields(settings):  # type: ignore[arg-type]  # a dataclass by contract
        url = getattr(settings, given.name)
        problem = wire_problem(url) if given.name.endswith("_url") and url else None
        if problem:
            raise environment.WrongSettingError(f"{prefix}_{given.name}".upper() + f": {problem}")
        authority = authority_of(url) if given.name.endswith("_url") and url else None
        if authority:
            watch_certificates({f"{prefix}_{given.name}".upper(): authority})
    if isinstance(settings, KafkaSettings):
        refuse_wrong_wire(settings, prefix)
        watch_certificates(certificates_of(settings, prefix))
    if isinstance(settings, ServerSettings):
        refuse_wrong_tracing(settings, prefix)


def broker_of(settings: RoleSettings | MigrateSettings) -> Broker:
    """Return the broker that the settings name.

    Raises:
        environment.MissingSettingError: they name none.
    """
    if settings.kafka:
        from libs.bus.kafka import KafkaBroker  # Costs a twentieth of a start, and only some deployments use it.

        return KafkaBroker(settings.kafka.split(","), options=partial(client_options, settings))
    if settings.bus_url:
        return PostgresBroker(settings.bus_url)
    raise environment.MissingSettingError("neither …_KAFKA nor …_BUS_URL is set")


def _declare(broker: Broker, topics: Sequence[Topic]) -> None:
    end = monotonic() + BROKER_SECONDS_MAX
    while True:
        try:
            broker.declare_topics(topics)
            return
        except (BrokerError, SQLAlchemyError) as error:
            if monotonic() > end:
                raise
            get_logger().warning("topics_not_declared", error=describe(error))
            threading.Event().wait(BROKER_POLL_SECONDS)


def _run_due_until(name: str, stopped: threading.Event, parts: ServiceParts, clock: Clock) -> None:
    housekeeping = Housekeeping(name, parts.database, parts.housekeeping)
    while not stopped.wait(TICK_SECONDS):
        housekeeping.run_when_due()
        try:
            _run_due(parts, clock)
        except SQLAlchemyError as error:
            get_logger().warning("due_run_waits", error=describe(error))


def _run_due(parts: ServiceParts, clock: Clock) -> None:
    for _ in range(DUE_RUNS_PER_TICK_MAX):
        with parts.database.transaction() as connection:
            # Whoever has the lock looks again at what is due: another replica may just have run it.
            connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DUE_LOCK})
            now = clock.now()
            due = parts.next_due(connection, now)
            if due is None or due > now:
                return
            parts.run_due(connection, now)


class _Run:
    """The threads of one role, until SIGTERM or until one of them breaks; then the process ends with 1."""

    def __init__(
        self, settings: RoleSettings, database: Database, migrations: Path, problem: Callable[[], str | None]
    ) -> None:
        self.stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._stops: list[Callable[[], None]] = []
        self._broken: list[str] = []
        schema = Schema(migrations)
        probes: dict[str, Probe] = {"database": lambda: schema.problem(database), "role": problem}
        self._health = serve_health(settings.host, settings.port, probes)

    def start(self, name: str, act: Callable[[], object], *, stop: Callable[[], None] | None = None) -> None:
        def run() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - whatever it was, the process ends and is started anew
                get_logger().error("thread_broke", thread=name, exc_info=error)
                self._broken.append(name)
                self.stopped.set()

        self._stops += [stop] if stop else []
        self._threads.append(threading.Thread(target=run, name=name, daemon=True))
        self._threads[-1].start()

    def until_stopped(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.stopped.set())
        self.stopped.wait()
        for stop in self._stops:
            stop()
        end = monotonic() + STOP_SECONDS_MAX
        for thread in self._threads:
            thread.join(max(0.0, end - monotonic()))
        self._health.shutdown()
        if self._broken:
            raise SystemExit(1)
