"""Builds the four services of one process from one set of variables; the only place that names them all."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy.engine import Connection

import services.accounts.bootstrap
import services.ledger.bootstrap
import services.orders.bootstrap
import services.redemption.bootstrap
from libs import settings as variables
from libs.bus import Broker, Topic
from libs.bus.kafka import KafkaBroker
from libs.bus.postgres import PostgresBroker
from libs.clock import ManualClock
from libs.db import Database
from libs.db.embedded import free_port
from libs.inbox import Consumers
from libs.logs import configure
from libs.outbox.source import OutboxSource, Source
from libs.wake import waker
from services.embedded.city.welcome import demo_people
from services.embedded.databases import BUS, Databases
from services.embedded.folder import DataFolder
from services.embedded.front_door import FrontDoor
from services.embedded.platform_app import PlatformParts, create_app
from services.embedded.readiness import Health
from services.embedded.settings import SERVICES, RunOptions
from services.embedded.settling import Flow, Settling
from services.embedded.time_travel import DuePart, Traveller
from services.web import pages

PROGRAMME_NAME = "互助时间平台"
API_POOL_MAX = 5
WORKER_POOL_MAX = 4
BOOTSTRAPS: Mapping[str, ModuleType] = {
    "accounts": services.accounts.bootstrap,
    "orders": services.orders.bootstrap,
    "ledger": services.ledger.bootstrap,
    "redemption": services.redemption.bootstrap,
}
Background = Callable[[threading.Event], object]


@dataclasses.dataclass(frozen=True)
class Part:
    """One service as the worker runs it."""

    name: str
    database: Database
    consumers: Consumers
    sources: Sequence[Source]
    topics: Sequence[Topic]
    background: Mapping[str, Background]
    wake_port: int
    next_due: Callable[[Connection, datetime], datetime | None]
    run_due: Callable[[Connection, datetime], object]


def environment_of(
    options: RunOptions, folder: DataFolder, databases: Databases, *, kafka: str | None
) -> dict[str, str]:
    """Return the variables of every service, as a deployment would set them."""
    found: dict[str, str] = {}
    for name in SERVICES:
        prefix, urls = name.upper(), databases.urls(name)
        found |= {
            f"{prefix}_DATABASE_URL": urls.app,
            f"{prefix}_OWNER_URL": urls.owner,
            f"{prefix}_OWNER_DATABASE_URL": urls.owner,
            f"{prefix}_WAKE_PORT": str(_free_datagram_port()),
            f"{prefix}_BUS_URL": databases.urls(BUS).app,
        }
        if kafka:
            found[f"{prefix}_KAFKA"] = kafka
    found |= {
        "ACCOUNTS_MASTER_KEY_FILE": str(folder.secrets / "accounts.master.key"),
        "ACCOUNTS_INDEX_KEY_FILE": str(folder.secrets / "accounts.index.key"),
        "ACCOUNTS_CODES_FOLDER": str(folder.outbox),
        "ACCOUNTS_DEMO": "1" if options.may_move_time else "0",
        "LEDGER_SIGNING_KEY_FILE": str(folder.secrets / "ledger.signing.key"),
        "LEDGER_WITNESS_FOLDER": str(folder.root / "witness"),
        "LEDGER_LOG_FOLDER": str(folder.root / "ledger-log"),
    }
    return found


class Composition:
    """The services of one process. Build it after the fork: its pools and threads are this process's own."""

    def __init__(
        self, environment: Mapping[str, str], options: RunOptions, folder: DataFolder, *, process: str
    ) -> None:
        self.environment, self.options, self.folder = environment, options, folder
        self.clock = ManualClock(folder.clock)
        pool_max = WORKER_POOL_MAX if process == "worker" else API_POOL_MAX
        self.settings: dict[str, Any] = {
            name: variables.read(name.upper(), module.Settings, environment) for name, module in BOOTSTRAPS.items()
        }
        self.databases = {
            name: Database(
                environment[f"{name.upper()}_DATABASE_URL"],
                pool_max=pool_max,
                application_name=f"{name}-{process}",
                wake=waker(int(environment[f"{name.upper()}_WAKE_PORT"])),
            )
            for name in SERVICES
        }
        configure(process)

    def broker(self) -> Broker:
        """Return the broker of this process."""
        kafka = self.environment.get("ORDERS_KAFKA")
        if kafka:
            return KafkaBroker(kafka.split(","))
        return PostgresBroker(self.environment["ORDERS_BUS_URL"], synchronous_commit=False)

    def parts(self) -> list[Part]:
        """Return every service as the worker runs it."""
        return [self._part(name) for name in SERVICES]

    def apps(self) -> dict[str, Flask]:
        """Return every service's HTTP application."""
        return {
            name: module.create_app(self.settings[name], clock=self.clock, database=self.databases[name])
            for name, module in BOOTSTRAPS.items()
        }

    def front_door(self) -> FrontDoor:
        """Return the platform's one WSGI application."""
        apps = self.apps()
        parts = PlatformParts(
            services=apps,
            health=Health(apps, self.folder),
            title=PROGRAMME_NAME,
            traveller=self.traveller() if self.options.may_move_time else None,
        )
        front = pages.Front(
            programme_name=PROGRAMME_NAME,
            services=SERVICES,
            broker=self.options.broker,
            people=lambda: demo_people(self.folder),
        )
        return FrontDoor(apps, platform=create_app(parts), pages=pages.create_app(front))

    def traveller(self) -> Traveller:
        """Return what moves the clock."""
        due = [
            DuePart(name, self.databases[name], module.next_due, module.run_due) for name, module in BOOTSTRAPS.items()
        ]
        flows = [
            Flow(name, self.databases[name], self._sources(name), list(self._consumers(name).topics))
            for name in SERVICES
        ]
        return Traveller(self.clock, due, Settling(flows), lock=self.folder.run / "clock.lock")

    def _part(self, name: str) -> Part:
        module = BOOTSTRAPS[name]
        background = getattr(module, "create_background", None)
        return Part(
            name=name,
            database=self.databases[name],
            consumers=self._consumers(name),
            sources=self._sources(name),
            topics=getattr(module, "TOPICS", None) or _topics_of(name),
            background=background(self.settings[name], self.databases[name], clock=self.clock) if background else {},
            wake_port=int(self.environment[f"{name.upper()}_WAKE_PORT"]),
            next_due=module.next_due,
            run_due=module.run_due,
        )

    def _consumers(self, name: str) -> Consumers:
        found: Consumers = BOOTSTRAPS[name].create_consumers(self.settings[name], clock=self.clock)
        return found

    def _sources(self, name: str) -> list[Source]:
        create = getattr(BOOTSTRAPS[name], "create_sources", None)
        return create() if create else [OutboxSource()]


def _topics_of(name: str) -> list[Topic]:
    return [Topic(f"timebank.{name}.v1"), Topic(f"timebank.{name}.state.v1", compacted=True)]


def _free_datagram_port() -> int:
    """Return a port to wake a relay on; a clash only means that the relay looks by itself."""
    return free_port()
