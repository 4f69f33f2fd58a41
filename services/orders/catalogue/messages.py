"""What is told of the catalogue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent
from services.orders.core.messages import STATE
from services.orders.core.rules.catalogue import Service

CATALOGUE_CAUSE = UUID("6f2b0f3e-7a54-5d4e-9a0c-0c5b7d1f8e11")


def catalogue_event(service: Service, at: datetime) -> OutgoingEvent:
    """Return the state event of one catalogue entry."""
    subject = f"{service.code}/{service.version}"
    message = wire.CatalogueItemPublished(
        code=service.code,
        version=service.version,
        effective=service.effective.isoformat(),
        name_zh=service.name_zh,
        name_en=service.name_en,
        service_class=service.service_class,
        risk=service.risk,
        persons=service.persons,
        min_minutes=service.min_minutes,
        max_minutes=service.max_minutes,
        coefficient_percent=service.coefficient_percent,
        funding=sorted(service.funding),
        certificate=service.certificate,
        max_grade=service.max_grade,
    )
    return OutgoingEvent(
        event_id=id_from_cause(CATALOGUE_CAUSE, subject),
        event_type=message.DESCRIPTOR.full_name,
        topic=STATE,
        stream="catalogue",
        key=subject,
        subject=subject,
        payload=message.SerializeToString(),
        occurred_at=at,
        version=service.version,
    )
