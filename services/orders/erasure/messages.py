"""What is answered to an erasure."""

from __future__ import annotations

from datetime import date

from google.protobuf.message import Message

from libs.contracts.timebank.orders.v1 import events_pb2 as wire


def erasure_answered(*, erasure_id: str, person_id: str, code: str, last_service_on: date | None) -> Message:
    """Answer whether anything stands against ending the use of a person's data."""
    return wire.ErasureAnswered(
        erasure_id=erasure_id,
        person_id=person_id,
        answer="refused" if code else "clear",
        code=code,
        last_service_on=last_service_on.isoformat() if last_service_on else "",
    )
