"""The composition root: the only place where the parts of orders are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID

from flask import Flask

from libs.bus import FACTS_KEPT_DAYS, Topic
from libs.clock import Clock
from libs.db import Database
from libs.http import Service, Verifier, create_service_app
from libs.http.waiting import Waiters
from libs.inbox import Consumers
from libs.programme import directory
from libs.programme.standing import StandingDirectory
from libs.roles import ServiceParts, ServiceProgram
from libs.wake import waker
from services.orders.activities import api as activities
from services.orders.approving import api as approving
from services.orders.approving.usecases import acts as approving_acts
from services.orders.catalogue import api as catalogue
from services.orders.consumers import consumers
from services.orders.core import messages
from services.orders.disputes import api as disputes
from services.orders.disputes.usecases import acts as disputes_acts
from services.orders.due import next_due, run_due
from services.orders.duty import api as duty
from services.orders.handovers import api as handovers
from services.orders.incidents import api as incidents
from services.orders.indicators import api as indicators
from services.orders.matching import api as matching
from services.orders.not_wanted import api as not_wanted
from services.orders.objections import api as objections
from services.orders.objections.usecases import acts as objections_acts
from services.orders.placing import api as placing
from services.orders.placing.store import decided as decided_orders
from services.orders.placing.usecases import acts as placing_acts
from services.orders.queues import api as queues
from services.orders.rounds import api as rounds
from services.orders.scans import api as scans
from services.orders.scans.rules import ScanKey
from services.orders.series import api as series
from services.orders.service_time import api as service_time
from services.orders.serving import api as serving
from services.orders.serving.rules.doors import DoorKey
from services.orders.serving.usecases import acts as serving_acts
from services.orders.settings import Settings, certificate_keys
from services.orders.slips import api as slips
from services.orders.stops import api as stops
from services.orders.untaken import api as untaken
from services.orders.untaken.usecases import acts as untaken_acts
from services.orders.venues import api as venues
from services.orders.visits import api as visits
from services.orders.welfare import api as welfare

MIGRATIONS = Path(__file__).parent / "migrations"
TOPICS = [Topic(messages.FACTS, retention_days=FACTS_KEPT_DAYS), Topic(messages.STATE, compacted=True)]


def create_database(settings: Settings) -> Database:
    """Return the pool of connections of one process."""
    wake = waker(settings.wake_port) if settings.wake_port else None
    return Database(
        settings.database_url,
        pool_max=settings.pool_max,
        application_name="orders",
        wake=wake,
        pooled=settings.pooled,
    )


BLUEPRINTS = (
    catalogue.catalogue,
    placing.blueprint,
    untaken.untaken,
    serving.blueprint,
    serving.door_acts,
    serving.station_codes,
    venues.venues,
    activities.activities,
    rounds.rounds,
    approving.blueprint,
    approving.approvals,
    disputes.blueprint,
    objections.objections,
    objections.of_order,
    queues.queues,
    queues.approval_queue,
    scans.scans,
    scans.of_order,
    slips.slips,
    slips.late_entries,
    service_time.service_records,
    service_time.certificates,
    series.series_blueprint,
    stops.stops,
    not_wanted.not_wanted,
    visits.visits,
    visits.visit_plans,
    handovers.open_work,
    incidents.incidents,
    duty.duty_roster,
    duty.duty_calls,
    welfare.welfare_checks,
    visits.indicators,
    indicators.indicators,
    matching.matches,
)


def create_app(settings: Settings, *, clock: Clock, database: Database | None = None) -> Flask:
    """Return the HTTP application of orders."""
    connections = database or create_database(settings)

    def keys() -> Mapping[str, bytes]:
        with connections.reading() as connection:
            return directory.signing_keys(connection)

    def decided(ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
        with connections.reading() as connection:
            return decided_orders(connection, ids)

    acts = (
        *placing_acts.ACTS,
        *serving_acts.ACTS,
        *approving_acts.ACTS,
        *disputes_acts.ACTS,
        *objections_acts.ACTS,
        *untaken_acts.ACTS,
    )
    parts = {
        "waiters": Waiters(decided),
        "door_key": DoorKey(settings.door_key.encode()),
        "scan_key": ScanKey(settings.scan_key.encode()),
        "certificate_keys": certificate_keys(settings),
        "acts": acts,
    }
    return create_service_app(
        service=Service(
            name="orders",
            database=connections,
            clock=clock,
            directory=StandingDirectory(),
            migrations=MIGRATIONS,
            parts=parts,
        ),
        blueprints=list(BLUEPRINTS),
        verifier=Verifier(keys),
        title="orders: help asked for and given",
        trusted_proxies=settings.trusted_proxies,
    )


def create_consumers(_settings: Settings, *, clock: Clock) -> Consumers:
    """Return what orders hears."""
    return consumers(clock=clock)


def compose(settings: Settings, *, clock: Clock) -> ServiceParts:
    """Return the parts that the roles of orders run."""
    return ServiceParts(
        database=create_database(settings),
        consumers=create_consumers(settings, clock=clock),
        next_due=next_due,
        run_due=run_due,
    )


PROGRAM = ServiceProgram(
    name="orders",
    settings=Settings,
    topics=TOPICS,
    migrations=MIGRATIONS,
    create_app=create_app,
    compose=compose,
    costly=(b"POST /v1/matches/plan ",),
)
__all__ = ["PROGRAM", "TOPICS", "Settings", "compose", "create_app", "create_consumers", "next_due", "run_due"]
