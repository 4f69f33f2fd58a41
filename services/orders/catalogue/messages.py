"""What is told of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.db import Connection
from libs.events import Cause, tells
from libs.events.telling import outgoing
from libs.outbox import OutgoingEvent, append
from services.orders.catalogue.rules import Draft
from services.orders.core.messages import STATE
from services.orders.core.rules.catalogue import Service, Tariff

CATALOGUE_CAUSE = UUID("6f2b0f3e-7a54-5d4e-9a0c-0c5b7d1f8e11")


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Who asked for a version, and who published it; nobody: it came with the platform."""

    proposed_by: UUID | None
    decided_by: UUID | None


@tells(orders.CatalogueItemPublished, subject="subject")
@dataclass(frozen=True, kw_only=True)
class CatalogueItemPublished:
    """One version of a service that can be asked for."""

    code: str
    version: int
    effective: date
    name_zh: str
    name_en: str
    service_class: str
    risk: str
    persons: int
    min_minutes: int
    max_minutes: int
    coefficient_percent: int
    funding: frozenset[str]
    certificate: str
    max_grade: str
    checklist: tuple[str, ...]
    district_id: UUID | None
    until: date | None
    tariff: Tariff
    signatures: Signatures

    @property
    def subject(self) -> str:
        """Return what names it: `code/version`."""
        return f"{self.code}/{self.version}"


def catalogue_event(
    service: Service,
    at: datetime,
    *,
    cause: UUID = CATALOGUE_CAUSE,
    proposed_by: UUID | None = None,
    decided_by: UUID | None = None,
) -> OutgoingEvent:
    """Return the state event of one version; nobody proposed those that came with the platform."""
    names = (name for name in CatalogueItemPublished.__dataclass_fields__ if name != "signatures")
    published = CatalogueItemPublished(
        **{name: getattr(service, name) for name in names},
        signatures=Signatures(proposed_by=proposed_by, decided_by=decided_by),
    )
    event = outgoing(published, topic=STATE, stream="catalogue", cause=cause, at=at)
    return replace(event, key=event.subject, version=service.version)


def tell_version(connection: Connection, context: Cause, published: Draft) -> None:
    """Publish a version that two people agreed on."""
    proposal = published.proposal
    event = catalogue_event(
        published.service,
        context.now,
        cause=context.cause,
        proposed_by=proposal.proposed_by,
        decided_by=proposal.decided_by,
    )
    append(connection, event)
