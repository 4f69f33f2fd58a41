"""The composition root: the only place where the ledger's parts are put together."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from flask import Flask

from libs.bus import Topic
from libs.clock import Clock
from libs.db import Database
from libs.http import Service, Verifier, create_service_app
from libs.inbox import Consumers
from libs.outbox.source import OutboxSource, Source
from libs.programme.standing import StandingDirectory
from libs.roles import ServiceParts, ServiceProgram
from libs.tracing import traceparent_after
from libs.wake import waker
from services.ledger import messages
from services.ledger.api import closes, figures, logs, proposals, receipts, transfers, wallets
from services.ledger.consumers import consumers
from services.ledger.due import next_due, run_due
from services.ledger.proof.compose import create_sealer
from services.ledger.proof.sealer import Sealer
from services.ledger.queries.credit_figures import CreditFigures
from services.ledger.queries.supply_months import SupplyHistory
from services.ledger.settings import Settings, chosen_log_name
from services.ledger.store import known
from services.ledger.store.ddl_watch import ensure_ddl_watch
from services.ledger.store.journal_source import JournalSource
from services.ledger.usecases.poster import Poster

SEALER_POOL_MAX = 2
"""One keeps the lead, the other reads and stores."""
MIGRATIONS = Path(__file__).parent / "migrations"
# For ever: they are the copies that the journal is held against.
TOPICS = [Topic(messages.TOPIC)]

__all__ = ["PROGRAM", "Settings", "create_app", "create_consumers", "create_sources", "next_due", "run_due"]


def create_database(settings: Settings, *, pool_max: int | None = None, url: str | None = None) -> Database:
    """Return the pool of connections of one process, as the service's role or by the way of another."""
    wake = waker(settings.wake_port) if settings.wake_port else None
    return Database(
        url or settings.database_url,
        pool_max=pool_max or settings.pool_max,
        application_name="ledger",
        wake=wake,
        pooled=settings.pooled and url is None,
    )


def create_app(settings: Settings, *, clock: Clock, database: Database | None = None) -> Flask:
    """Return the ledger's HTTP application; the poster's thread starts with the first post."""
    connections = database or create_database(settings)

    def keys() -> Mapping[str, bytes]:
        with connections.reading() as connection:
            return known.signing_keys(connection)

    poster = Poster(create_database(settings, pool_max=1), clock)
    service = Service(
        name="ledger",
        database=connections,
        clock=clock,
        directory=StandingDirectory(),
        migrations=MIGRATIONS,
        parts={
            "poster": poster,
            "log_folder": settings.log_folder,
            "supply_history": SupplyHistory(),
            "credit_figures": CreditFigures(),
        },
    )
    return create_service_app(
        service=service,
        blueprints=[
            wallets.blueprint,
            figures.blueprint,
            transfers.blueprint,
            proposals.adjustments,
            proposals.reversals,
            receipts.blueprint,
            closes.blueprint,
            logs.blueprint,
        ],
        verifier=Verifier(keys),
        title="ledger: the only place where credit exists",
        trusted_proxies=settings.trusted_proxies,
    )


def create_consumers(_settings: Settings, *, clock: Clock) -> Consumers:
    """Return what the ledger hears."""
    return consumers(clock=clock)


def create_sources(*, traces_percent: int | None = None) -> list[Source]:
    """Return what the relay publishes: the journal, and the outbox for what is no row of it.

    So many rows in a hundred are told in a trace that is recorded; None where nobody records any.
    """

    def traceparent(request_id: UUID) -> str | None:
        return None if traces_percent is None else traceparent_after(request_id, percent=traces_percent)

    return [
        JournalSource(messages.TOPIC, messages.published, messages.type_without_answer, traceparent),
        OutboxSource(),
    ]


class SealerRole:
    """The ledger's role of its own; what it needs is read when it runs, for no other role has its key."""

    def __init__(self, settings: Settings, database: Database, *, clock: Clock) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._sealer: Sealer | None = None

    def run(self, stop: threading.Event) -> None:
        """Seal until told to stop."""
        self._sealer = create_sealer(
            self._database,
            clock=self._clock,
            folder=self._settings.log_folder,
            log_name=chosen_log_name(self._settings),
            seed=self._settings.signing_key_file,
            former=self._settings.former_keys_file,
            witness_policy=self._settings.witness_policy_file,
        )
        self._sealer.run(stop)

    def problem(self) -> str | None:
        """Say in words why it is not ready."""
        return self._sealer.problem if self._sealer is not None else "has not begun"


def compose(settings: Settings, clock: Clock) -> ServiceParts:
    """Return the parts that the roles of the ledger run."""
    database = create_database(settings)
    sealing = create_database(settings, pool_max=SEALER_POOL_MAX, url=settings.sealer_url)
    sealer = SealerRole(settings, sealing, clock=clock)
    return ServiceParts(
        database=database,
        background={"sealer": sealer.run},
        problems={"sealer": sealer.problem},
        consumers=create_consumers(settings, clock=clock),
        sources=create_sources(traces_percent=settings.traces_percent if settings.traces_to else None),
        relay_database=create_database(settings, pool_max=1, url=settings.relay_url) if settings.relay_url else None,
        next_due=next_due,
        run_due=run_due,
    )


PROGRAM = ServiceProgram(
    name="ledger",
    settings=Settings,
    topics=TOPICS,
    migrations=MIGRATIONS,
    create_app=lambda settings, clock: create_app(settings, clock=clock),
    compose=compose,
    background=("sealer",),
    in_sessions=("relay", "sealer"),
    after_migrating=ensure_ddl_watch,
)
