"""What the ledger is asked to post."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import redemption
from libs.events import tells
from services.redemption.grants.rules import GrantRun


@dataclass(frozen=True)
class GrantLine:
    """One person's grant."""

    person_id: UUID
    amount_minutes: int


@tells(redemption.GrantScheduled, subject="grant_run_id")
@dataclass(frozen=True)
class GrantScheduled:
    """This month's grants, all or none."""

    grant_run_id: UUID
    district_id: UUID
    month: str
    lines: tuple[GrantLine, ...]
    requested_by: UUID
    policy_version: int


def grant_scheduled(run: GrantRun) -> GrantScheduled:
    """Return what the ledger is asked to post."""
    return GrantScheduled(
        grant_run_id=run.grant_run_id,
        district_id=run.district_id,
        month=run.month.isoformat()[:7],
        lines=tuple(GrantLine(person_id, run.amount_minutes) for person_id in run.person_ids),
        requested_by=run.requested_by,
        policy_version=run.policy_version,
    )
