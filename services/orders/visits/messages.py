"""What is told of a visit."""

from __future__ import annotations

from uuid import UUID

from google.protobuf.message import Message

from libs.contracts.timebank.orders.v1 import events_pb2 as wire


def visit_recorded(*, visit_id: UUID, district_id: UUID, person_id: UUID, how: str, outcome: str, by: UUID) -> Message:
    """Say that somebody looked after a person on the visit list."""
    return wire.VisitRecorded(
        visit_id=str(visit_id),
        district_id=str(district_id),
        person_id=str(person_id),
        how=how,
        outcome=outcome,
        by=str(by),
    )
