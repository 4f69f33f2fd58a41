"""What is told of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.programme.acting import ConsentHow
from services.orders.series.rules import Series, Slot


@tells(orders.SeriesDayDue, subject="order_id")
@dataclass(frozen=True, kw_only=True)
class SeriesDayDue:
    """A day of a series is to be paid by credit: redemption asks for it, as for any help."""

    order_id: UUID
    series_id: UUID
    district_id: UUID
    recipient_id: UUID
    payer_id: UUID
    service_code: str
    planned_minutes: int
    start_at: datetime
    requested_by: UUID
    acting_for: UUID | None
    consent_how: ConsentHow | None
    consent_given_at: datetime | None


def day_due(series: Series, slot: Slot, order_id: UUID) -> SeriesDayDue:
    """Return what is told of a day that is to be paid by credit."""
    return SeriesDayDue(
        order_id=order_id,
        series_id=series.series_id,
        district_id=series.district_id,
        recipient_id=series.recipient_id,
        payer_id=series.payer_id or series.recipient_id,
        service_code=series.service_code,
        planned_minutes=slot.minutes,
        start_at=slot.start_at,
        requested_by=series.asked.by,
        acting_for=series.asked.acting_for,
        consent_how=series.asked.consent.how if series.asked.consent else None,
        consent_given_at=series.asked.consent.given_at if series.asked.consent else None,
    )
