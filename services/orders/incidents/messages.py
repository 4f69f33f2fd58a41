"""What is told of an incident."""

from __future__ import annotations

from uuid import UUID

from google.protobuf.message import Message

from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from services.orders.core.messages import text_of


def incident_opened(
    *, incident_id: UUID, district_id: UUID, kind: str, person_id: UUID | None, order_id: UUID | None
) -> Message:
    """Say that people must look at once."""
    return wire.IncidentOpened(
        incident_id=str(incident_id),
        district_id=str(district_id),
        kind=kind,
        person_id=text_of(person_id),
        order_id=text_of(order_id),
    )


def incident_closed(*, incident_id: UUID, district_id: UUID, outcome: str, by: UUID) -> Message:
    """Say how an incident ended."""
    return wire.IncidentClosed(incident_id=str(incident_id), district_id=str(district_id), outcome=outcome, by=str(by))
