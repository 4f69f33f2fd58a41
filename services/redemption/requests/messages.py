"""What is told of a request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import redemption
from libs.events import tells
from services.redemption.requests.rules.redemption import Redemption

RECORDED = "recorded"
"""What is told of a consent: its words and why are the recorder's own, and stay here."""


@tells(redemption.RedemptionRequested, subject="redemption_id")
@dataclass(frozen=True)
class RedemptionRequested:
    """Somebody who may asked for a service that exists."""

    redemption_id: UUID
    district_id: UUID
    recipient_id: UUID
    payer_id: UUID
    service_code: str
    planned_minutes: int
    start_at: datetime
    price_minutes: int
    coefficient_percent: int
    persons: int
    requested_by: UUID
    acting_for: UUID | None
    consent: str
    consent_how: str
    consent_given_at: datetime | None
    policy_version: int
    declined_code: str


def redemption_requested(asked: Redemption) -> RedemptionRequested:
    """Return what is told of a request."""
    return RedemptionRequested(
        redemption_id=asked.redemption_id,
        district_id=asked.district_id,
        recipient_id=asked.recipient_id,
        payer_id=asked.payer_id,
        service_code=asked.service_code,
        planned_minutes=asked.planned_minutes,
        start_at=asked.start_at,
        price_minutes=asked.price_minutes,
        coefficient_percent=asked.coefficient_percent,
        persons=asked.persons,
        requested_by=asked.requested_by,
        acting_for=asked.acting_for,
        consent=RECORDED if asked.consent else "",
        consent_how=asked.consent.how.value if asked.consent else "",
        consent_given_at=asked.consent.given_at if asked.consent else None,
        policy_version=asked.policy_version,
        declined_code=asked.code or "",
    )
