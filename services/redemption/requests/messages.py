"""What is told of a request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import redemption as kinds
from libs.events import tells
from libs.programme.acting import ConsentHow
from services.redemption.requests.rules.redemption import Redemption

RECORDED = "recorded"
"""What is told of a consent: its words and why are the recorder's own, and stay here."""


@tells(kinds.RedemptionRequested, subject="redemption_id")
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
    consent_how: ConsentHow | None
    consent_given_at: datetime | None
    policy_version: int
    declined_code: str
    catalogue_version: int


def redemption_requested(redemption: Redemption) -> RedemptionRequested:
    """Return what is told of a request."""
    consent = redemption.asked.consent
    return RedemptionRequested(
        redemption_id=redemption.redemption_id,
        district_id=redemption.district_id,
        recipient_id=redemption.recipient_id,
        payer_id=redemption.payer_id,
        service_code=redemption.terms.service_code,
        planned_minutes=redemption.terms.planned_minutes,
        start_at=redemption.terms.start_at,
        price_minutes=redemption.terms.price_minutes,
        coefficient_percent=redemption.terms.coefficient_percent,
        persons=redemption.terms.persons,
        requested_by=redemption.asked.by,
        acting_for=redemption.asked.acting_for,
        consent=RECORDED if consent else "",
        consent_how=consent.how if consent else None,
        consent_given_at=consent.given_at if consent else None,
        policy_version=redemption.policy_version,
        declined_code=redemption.code or "",
        catalogue_version=redemption.terms.catalogue_version,
    )
