"""The composition root: the only place where redemption's parts are put together."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import Flask

from libs.bus import FACTS_KEPT_DAYS, Topic
from libs.clock import Clock
from libs.db import Connection, Database
from libs.http import Service, Verifier, create_service_app
from libs.http.waiting import Waiters
from libs.inbox import Consumers
from libs.programme.proposals import first_lapse, lapse_proposals
from libs.programme.standing import StandingDirectory
from libs.roles import ServiceParts, ServiceProgram
from libs.wake import waker
from services.redemption.consumers import consumers
from services.redemption.core.messages import TOPIC
from services.redemption.core.store import directory, waiting
from services.redemption.entitlements import api as entitlements
from services.redemption.entitlements.tables import entitlement
from services.redemption.estates import api as estates, queries as estate_queries
from services.redemption.estates.tables import estate
from services.redemption.gifts import api as gifts, queries as gift_queries
from services.redemption.gifts.tables import credit_request
from services.redemption.grants import api as grants, queries as grant_queries
from services.redemption.requests import api as redemptions, queries as redemption_queries
from services.redemption.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
TOPICS = [Topic(TOPIC, retention_days=FACTS_KEPT_DAYS)]
QUESTIONS = (redemption_queries.DECIDED, gift_queries.DECIDED, grant_queries.DECIDED, estate_queries.DECIDED)
"""Of every kind that a caller may wait for: which are decided."""

OF_TWO_PEOPLE = (credit_request, entitlement, estate)
"""Every table of acts of two people."""


def create_database(settings: Settings) -> Database:
    """Return the pool of connections of one process."""
    wake = waker(settings.wake_port) if settings.wake_port else None
    return Database(
        settings.database_url,
        pool_max=settings.pool_max,
        application_name="redemption",
        wake=wake,
        pooled=settings.pooled,
    )


def create_app(settings: Settings, *, clock: Clock, database: Database | None = None) -> Flask:
    """Return redemption's HTTP application."""
    connections = database or create_database(settings)

    def keys() -> Mapping[str, bytes]:
        with connections.reading() as connection:
            return directory.signing_keys(connection)

    def decided(ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
        with connections.reading() as connection:
            return waiting.decided(connection, QUESTIONS, ids)

    service = Service(
        name="redemption",
        database=connections,
        clock=clock,
        directory=StandingDirectory(),
        migrations=MIGRATIONS,
        parts={"waiters": Waiters(decided)},
    )
    return create_service_app(
        service=service,
        blueprints=[
            redemptions.blueprint,
            *gifts.blueprints,
            grants.blueprint,
            entitlements.blueprint,
            estates.blueprint,
        ],
        verifier=Verifier(keys),
        title="redemption: credit becomes help",
        trusted_proxies=settings.trusted_proxies,
    )


def create_consumers(_settings: Settings, *, clock: Clock) -> Consumers:
    """Return what redemption hears."""
    return consumers(clock=clock)


def next_due(connection: Connection, _now: datetime) -> datetime | None:
    """Return when the next proposal lapses that waits for a second member of staff."""
    return first_lapse(connection, OF_TWO_PEOPLE)


def run_due(connection: Connection, now: datetime) -> None:
    """End what nobody decided in time."""
    lapse_proposals(connection, OF_TWO_PEOPLE, now=now)


def compose(settings: Settings, *, clock: Clock) -> ServiceParts:
    """Return the parts that the roles of redemption run."""
    return ServiceParts(
        database=create_database(settings),
        consumers=create_consumers(settings, clock=clock),
        next_due=next_due,
        run_due=run_due,
    )


PROGRAM = ServiceProgram(
    name="redemption",
    settings=Settings,
    topics=TOPICS,
    migrations=MIGRATIONS,
    create_app=create_app,
    compose=compose,
)
