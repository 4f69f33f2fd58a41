"""What is told of service time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from google.protobuf.message import Message

from libs.contracts.timebank.orders.v1 import events_pb2 as wire


def service_time_recorded(
    *,
    record_id: UUID,
    district_id: UUID,
    person_id: UUID,
    minutes: int,
    served_on: date,
    proposed_by: UUID,
    decided_by: UUID,
) -> Message:
    """Say that an older record of service was taken over by two people."""
    return wire.ServiceTimeRecorded(
        record_id=str(record_id),
        district_id=str(district_id),
        person_id=str(person_id),
        minutes=minutes,
        served_on=served_on.isoformat(),
        proposed_by=str(proposed_by),
        decided_by=str(decided_by),
    )
