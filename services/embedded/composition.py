"""Builds the four services of one process from one set of variables; the only place that names them all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy
from flask import Flask

import services.accounts.bootstrap as accounts
import services.ledger.bootstrap as ledger
import services.orders.bootstrap as orders
import services.redemption.bootstrap as redemption
from libs import settings as variables
from libs.bus import Broker, Topic
from libs.bus.postgres import PostgresBroker
from libs.bus.postgres_group import IDLE_POLL_SECONDS
from libs.clock import ManualClock
from libs.db import Database
from libs.http.health import health_app
from libs.logs import configure
from libs.outbox.source import OutboxSource
from libs.roles import ServiceParts, ServiceProgram
from libs.tlog.notes import create_signer
from libs.wake import waker
from services.embedded.databases import BUS, Databases
from services.embedded.folder import DataFolder
from services.embedded.front_door import ApiDoor, FrontDoor
from services.embedded.platform_app import PlatformParts, create_app
from services.embedded.readiness import Health
from services.embedded.settings import DEMO_DESK_PHONE, SERVICES, RunOptions
from services.embedded.settling import Flow, Settling
from services.embedded.time_travel import DuePart, Traveller
from services.embedded.welcome import demo_people
from services.embedded.witnessing import witness_environment
from services.web.app import create_app as create_pages
from services.web.clients.transport import WsgiTransport
from services.web.pages.desk.planning import COSTLY
from services.web.parts import About, WebParts

PROGRAMME_NAME = "互助时间平台"
CERTIFICATE_NAME = "timebank.local/certificates"
POOL_MAX = {"api": 5, "worker": 4, "city": 5, "building": 4}
BUILDING = ("city", "building")
IMPORTERS = ("importer",)
PROGRAMS: Mapping[str, ServiceProgram[Any]] = {
    "accounts": accounts.PROGRAM,
    "orders": orders.PROGRAM,
    "ledger": ledger.PROGRAM,
    "redemption": redemption.PROGRAM,
}
APPS: Mapping[str, Callable[..., Flask]] = {
    "accounts": accounts.create_app,
    "orders": orders.create_app,
    "ledger": ledger.create_app,
    "redemption": redemption.create_app,
}


@dataclasses.dataclass(frozen=True)
class Part:
    """One service as the worker runs it."""

    name: str
    service: ServiceParts
    topics: list[Topic]


def environment_of(
    options: RunOptions,
    folder: DataFolder,
    databases: Databases,
    *,
    kafka: str | None,
    wake_ports: Mapping[str, int],
) -> dict[str, str]:
    """Return the variables of every service, as a deployment would set them."""
    found: dict[str, str] = {}
    for name in SERVICES:
        prefix, urls = name.upper(), databases.urls(name)
        found |= {
            f"{prefix}_DATABASE_URL": urls.app,
            f"{prefix}_OWNER_URL": urls.owner,
            f"{prefix}_OWNER_DATABASE_URL": urls.owner,
            f"{prefix}_WAKE_PORT": str(wake_ports[name]),
            f"{prefix}_BUS_URL": databases.urls(BUS).app,
            f"{prefix}_TRUSTED_PROXIES": options.trusted_proxies,
        }
        found |= {f"{prefix}_{role.upper()}_URL": url for role, url in urls.more.items()}
        if kafka:
            found[f"{prefix}_KAFKA"] = kafka
    found |= {
        "ACCOUNTS_MASTER_KEY_FILE": str(folder.secrets / "accounts.master.key"),
        "ACCOUNTS_INDEX_KEY_FILE": str(folder.secrets / "accounts.index.key"),
        "ORDERS_DOOR_KEY": folder.password("orders.door.key"),
        "ORDERS_SCAN_KEY": folder.password("orders.scan.key"),
        **_certificate_environment(folder),
        "ACCOUNTS_CODES_FOLDER": str(folder.outbox),
        "ACCOUNTS_DEMO": "1" if options.may_move_time else "0",
    }
    if options.second_factor:
        found["ACCOUNTS_SECOND_FACTOR_REQUIRED"] = "1" if options.second_factor == "required" else "0"
    return found | witness_environment(folder)


def _certificate_environment(folder: DataFolder) -> dict[str, str]:
    """Return the variables of the key that signs certificates; it is made where there is none."""
    seed = folder.secrets / "orders.certificate.key"
    create_signer(seed)
    return {
        "ORDERS_CERTIFICATE_NAME": CERTIFICATE_NAME,
        "ORDERS_CERTIFICATE_KEY_FILE": str(seed),
        "ORDERS_CERTIFICATE_FORMER_KEYS_FILE": str(folder.secrets / "orders.certificate.former.keys"),
    }


class Composition:
    """The services of one process. Build it after the fork: its pools and threads are this process's own."""

    def __init__(
        self, environment: Mapping[str, str], options: RunOptions, folder: DataFolder, *, process: str
    ) -> None:
        pools = {f"{name.upper()}_POOL_MAX": str(POOL_MAX[process]) for name in SERVICES}
        self._environment, self._options, self._folder = {**environment, **pools}, options, folder
        self._process = process
        self.clock = ManualClock(folder.clock)
        self._settings: dict[str, Any] = {
            name: variables.read(name, program.settings, self._environment) for name, program in PROGRAMS.items()
        }
        self._databases = {name: self._database(name) for name in SERVICES}
        configure(process, level="WARNING" if process == "city" else "INFO")

    def dispose(self) -> None:
        """Close every connection; the pools open new ones when they are used again."""
        for database in self._databases.values():
            database.dispose()

    def flush(self) -> None:
        """Make everything durable that this process committed without waiting for the disk."""
        with self._databases["accounts"].transaction() as connection:
            connection.execute(sqlalchemy.text("SET LOCAL synchronous_commit = on"))
            connection.execute(sqlalchemy.text("SELECT pg_current_xact_id()"))

    def broker(self) -> Broker:
        """Return the broker of this process."""
        kafka = self._environment.get("ACCOUNTS_KAFKA")
        if kafka:
            from libs.bus.kafka import KafkaBroker  # Costs a twentieth of a start, and few embedded platforms use it.

            return KafkaBroker(kafka.split(","))
        # One write-ahead log holds the broker's records and the services' positions, so they are lost together or not.
        # Who publishes and who hears are threads of this process, and wake each other.
        return PostgresBroker(
            self._environment["ACCOUNTS_BUS_URL"], synchronous_commit=False, busy_poll_seconds=IDLE_POLL_SECONDS
        )

    def parts(self) -> list[Part]:
        """Return every service as the worker runs it; while the city is made, nothing is sealed yet."""
        return [Part(name, self._compose(name), list(program.topics)) for name, program in PROGRAMS.items()]

    def apps(self) -> dict[str, Flask]:
        """Return every service's HTTP application."""
        return {
            name: create(self._settings[name], clock=self.clock, database=self._databases[name])
            for name, create in APPS.items()
        }

    def front_door(self) -> FrontDoor:
        """Return the platform's one WSGI application."""
        apps = self.apps()
        parts = PlatformParts(
            services=apps,
            health=Health(apps, self._folder),
            title=PROGRAMME_NAME,
            traveller=self.traveller() if self._options.may_move_time else None,
        )
        api = ApiDoor(apps)
        return FrontDoor(
            apps,
            api=api,
            platform=create_app(parts),
            pages=create_pages(self._web_parts(api)),
            inside=health_app(parts.health.report),
        )

    def _web_parts(self, api: ApiDoor) -> WebParts:
        """Return what the pages need: they ask the same API as any app, within this process."""
        shown = About(services=SERVICES, broker=self._options.broker, people=lambda: demo_people(self._folder))
        return WebParts(
            api=WsgiTransport(api),
            sessions_file=self._folder.root / "web" / "sessions.sqlite",
            secret=self._folder.password("web.secret").encode(),
            clock=self.clock,
            programme_name=PROGRAMME_NAME,
            desk_phone=self._options.desk_phone or (DEMO_DESK_PHONE if self._options.may_move_time else ""),
            secure_cookies=self._options.secure_cookies,
            trusted_proxies=self._options.trusted_proxies,
            about=shown if self._options.may_move_time else None,
        )

    @staticmethod
    def costly() -> list[bytes]:
        """Return how the requests of all services begin that are worked on by threads of their own."""
        return [*(begin for program in PROGRAMS.values() for begin in program.costly), *COSTLY]

    def traveller(self) -> Traveller:
        """Return what moves the clock."""
        composed = {name: self._compose(name) for name in SERVICES}
        due = [DuePart(name, self._databases[name], part.next_due, part.run_due) for name, part in composed.items()]
        flows = [
            Flow(
                name,
                self._databases[name],
                part.sources or [OutboxSource()],
                list(part.consumers.topics),
                part.under_way,
            )
            for name, part in composed.items()
        ]
        return Traveller(
            self.clock, due, Settling(flows), lock=self._folder.run / "clock.lock", wake=self._waker(*SERVICES)
        )

    def tokens(self) -> Callable[[UUID], str]:
        """Return what signs tokens for the invented people of the demo city."""
        return accounts.create_token_source(self._settings["accounts"], database=self._databases["accounts"])

    @staticmethod
    def founders() -> tuple[UUID, UUID]:
        """Return the two built-in members of staff who make the demo city's first units and rules."""
        first, second = accounts.HARNESS_IDS
        return first, second

    @staticmethod
    def city_id() -> UUID:
        """Return the unit that every other belongs to."""
        return accounts.CITY_ID

    def _database(self, name: str) -> Database:
        return Database(
            self._environment[f"{name.upper()}_DATABASE_URL"],
            pool_max=POOL_MAX[self._process],
            application_name=f"{name}-{self._process}",
            # The city's builder lets the relays collect several commands' events; it wakes them when it waits for all.
            wake=None if self._process == "city" else self._waker(name),
            # Who makes the demo city notes how far it is after a synchronous commit, which makes all before it durable.
            synchronous_commit=self._process not in BUILDING,
        )

    def _waker(self, *names: str) -> Callable[[], None]:
        return waker(*(int(self._environment[f"{name.upper()}_WAKE_PORT"]) for name in names))

    def _compose(self, name: str) -> ServiceParts:
        """Return a service's parts on this process's one pool; nothing is sealed while the city is made."""
        parts = PROGRAMS[name].compose(self._settings[name], clock=self.clock)
        background = {n: act for n, act in parts.background.items() if self._process not in BUILDING or n in IMPORTERS}
        return dataclasses.replace(parts, database=self._databases[name], background=background)
