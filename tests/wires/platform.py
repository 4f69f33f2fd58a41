"""The four services over secured wires, in one process: each with its own user of Kafka and roles of its database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from libs import settings as environment
from libs.clock import ManualClock
from libs.inbox import Consumer
from libs.outbox import Relay
from libs.outbox.source import OutboxSource
from libs.roles import ServiceParts, broker_of, refuse_wrong_wires
from services.embedded.front_door import ApiDoor
from services.embedded.settling import Flow, Settling
from services.embedded.supervisor import FIRST_INSTANT
from services.embedded.time_travel import DuePart, Traveller
from services.operator.kafka_access import PROGRAMS, user_of
from tests.scenarios.client import Client, PlatformError
from tests.support.postgres import DatabaseFactory
from tests.support.secured import PASSWORD, SecuredKafka, SecuredPostgres

SETTLE_SECONDS = 90.0
JOIN_SECONDS = 10.0


class SecuredClient(Client):
    """Moves the clock that the services share."""

    traveller: Traveller

    def advance(self, instant: datetime) -> None:
        """Move time and let everything due happen."""
        if not self.traveller.advance(instant):
            raise PlatformError(f"does not settle: {self.traveller.waiting()}")
        self.instant = instant

    def settle(self, since: datetime | None = None) -> dict[str, int]:
        """Wait until nothing is under way; return the events counted since an instant."""
        if not self.traveller.settle(SETTLE_SECONDS):
            raise PlatformError(f"does not settle: {self.traveller.waiting()}")
        return self.traveller.events_since(since)


class SecuredPlatform:
    """Relays, consumers, the sealer and the APIs, until closed."""

    def __init__(self, kafka: SecuredKafka, postgres: SecuredPostgres, folder: Path) -> None:
        self._clock = ManualClock(folder / "clock")
        self._clock.set(FIRST_INSTANT)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._stops: list[Callable[[], None]] = []
        databases, given = DatabaseFactory(postgres), _of_all(folder)
        self.settings = {name: _settings(name, kafka, databases, given) for name in PROGRAMS}
        apps = {name: PROGRAMS[name].create_app(self.settings[name], clock=self._clock) for name in PROGRAMS}
        parts = {name: PROGRAMS[name].compose(self.settings[name], clock=self._clock) for name in PROGRAMS}
        for name, part in parts.items():
            self._run(name, part)
        self._server = make_server("127.0.0.1", 0, ApiDoor(apps), threaded=True, request_handler=_Quiet)
        self._start(self._server.serve_forever)
        self.client = SecuredClient(f"http://127.0.0.1:{self._server.server_port}")
        self.client.traveller = self._traveller(parts, folder)

    def close(self) -> None:
        """End every thread."""
        self._stop.set()
        for stop in self._stops:
            stop()
        self._server.shutdown()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)

    def _run(self, name: str, part: ServiceParts) -> None:
        broker, topics = broker_of(self.settings[name]), [topic.name for topic in PROGRAMS[name].topics]
        database = part.relay_database or part.database
        relay = Relay(database, broker, name=name, sources=part.sources, topics=topics)
        consumer = Consumer(part.database, broker_of(self.settings[name]), part.consumers, group=name, member="1")
        self._start(relay.run)
        self._start(consumer.run)
        for act in part.background.values():
            self._start(partial(act, self._stop))
        self._stops += [relay.stop, consumer.stop]

    def _start(self, act: Any) -> None:
        self._threads.append(threading.Thread(target=act, daemon=True))
        self._threads[-1].start()

    def _traveller(self, parts: Mapping[str, ServiceParts], folder: Path) -> Traveller:
        due = [DuePart(name, part.database, part.next_due, part.run_due) for name, part in parts.items()]
        flows = [
            Flow(name, part.database, part.sources or [OutboxSource()], list(part.consumers.topics), part.under_way)
            for name, part in parts.items()
        ]
        return Traveller(self._clock, due, Settling(flows), lock=folder / "clock.lock", wake=lambda: None)


class _Quiet(WSGIRequestHandler):
    def log(self, *args: object) -> None:
        """Say nothing."""


def _of_all(folder: Path) -> dict[str, str]:
    return {
        "ACCOUNTS_MASTER_KEY_FILE": str(folder / "accounts.master.key"),
        "ACCOUNTS_DEMO": "1",
        "ORDERS_DOOR_KEY": "door-key-of-the-tests",
        "ORDERS_SCAN_KEY": "scan-key-of-the-tests",
        "LEDGER_SIGNING_KEY_FILE": str(folder / "ledger.signing.key"),
        "LEDGER_LOG_FOLDER": str(folder / "log"),
        "LEDGER_LOG_NAME": "time.tests.local/ledger",
    }


def _settings(name: str, kafka: SecuredKafka, databases: DatabaseFactory, given: Mapping[str, str]) -> Any:
    urls, way, prefix = databases.create(name)[1], kafka.settings(user_of(name), PASSWORD), name.upper()
    variables = {
        **given,
        f"{prefix}_DATABASE_URL": urls.app,
        **{f"{prefix}_{role.upper()}_URL": url for role, url in urls.more.items()},
        f"{prefix}_KAFKA": str(way.kafka),
        f"{prefix}_KAFKA_PROTOCOL": str(way.kafka_protocol),
        f"{prefix}_KAFKA_USER": str(way.kafka_user),
        f"{prefix}_KAFKA_PASSWORD_FILE": str(way.kafka_password_file),
        f"{prefix}_KAFKA_CA_FILE": str(way.kafka_ca_file),
    }
    settings = environment.read(name, PROGRAMS[name].settings, variables)
    refuse_wrong_wires(settings, name)
    return settings
