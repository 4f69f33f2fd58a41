"""What is told of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.events.telling import outgoing
from libs.outbox import OutgoingEvent
from services.orders.core.messages import STATE
from services.orders.core.rules.catalogue import Service

CATALOGUE_CAUSE = UUID("6f2b0f3e-7a54-5d4e-9a0c-0c5b7d1f8e11")


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

    @property
    def subject(self) -> str:
        """Return what names it: `code/version`."""
        return f"{self.code}/{self.version}"


def catalogue_event(service: Service, at: datetime) -> OutgoingEvent:
    """Return the state event of one catalogue entry."""
    published = CatalogueItemPublished(
        **{name: getattr(service, name) for name in CatalogueItemPublished.__dataclass_fields__}
    )
    event = outgoing(published, topic=STATE, stream="catalogue", cause=CATALOGUE_CAUSE, at=at)
    return replace(event, key=event.subject, version=service.version)
