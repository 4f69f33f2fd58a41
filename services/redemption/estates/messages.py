"""What the ledger is asked to pay."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import redemption
from libs.events import tells
from services.redemption.estates.rules import Estate


@tells(redemption.EstateSettlementRequested, subject="estate_id")
@dataclass(frozen=True)
class EstateSettlementRequested:
    """A dead person's credit is to go to a relative, or to the pool."""

    estate_id: UUID
    district_id: UUID
    person_id: UUID
    to_person_id: UUID | None
    to_district_id: UUID | None
    proposed_by: UUID
    decided_by: UUID


def estate_settlement_requested(estate: Estate, *, decided_by: UUID) -> EstateSettlementRequested:
    """Return what the ledger is asked to pay."""
    return EstateSettlementRequested(
        estate_id=estate.estate_id,
        district_id=estate.district_id,
        person_id=estate.person_id,
        to_person_id=estate.to_person_id,
        to_district_id=estate.to_district_id,
        proposed_by=estate.proposed_by,
        decided_by=decided_by,
    )
