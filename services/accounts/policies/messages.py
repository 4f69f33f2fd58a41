"""What the others are told of districts' rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import Cause, tells
from services.accounts.core.messages import tell_state
from services.accounts.policies.rules import Policy, Values


@tells(accounts.PolicyPublished, subject="subject")
@dataclass(frozen=True, kw_only=True)
class PolicyPublished:
    """A version of a district's rules, every parameter with its value."""

    district_id: UUID
    policy_version: int
    effective: date
    parameters: Values
    preset: str
    proposed_by: UUID
    decided_by: UUID | None

    @property
    def subject(self) -> str:
        """Return what names it: a version is a subject of its own, for compaction must keep all of a district."""
        return f"{self.district_id}/{self.policy_version}"


def tell_policy(connection: Connection, context: Cause, policy: Policy) -> None:
    """Publish a version of a district's rules."""
    assert policy.policy_version is not None
    published = PolicyPublished(
        district_id=policy.district_id,
        policy_version=policy.policy_version,
        effective=policy.effective,
        parameters=policy.parameters,
        preset=policy.preset,
        proposed_by=policy.proposal.proposed_by,
        decided_by=policy.proposal.decided_by,
    )
    tell_state(connection, context, published, of=("policy", policy.district_id), version=1)
