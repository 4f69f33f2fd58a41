"""What the others are told of districts' rules."""

import json
from datetime import datetime

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import state_event, text_of
from services.accounts.policies.rules import Policy


def policy_published(policy: Policy, *, now: datetime) -> OutgoingEvent:
    """Return a version of a district's rules, every parameter with its value."""
    assert policy.policy_version is not None
    published = wire.PolicyPublished(
        district_id=str(policy.district_id),
        policy_version=policy.policy_version,
        effective=policy.effective.isoformat(),
        parameters_json=json.dumps(policy.parameters, ensure_ascii=False, sort_keys=True),
        preset=policy.preset,
        proposed_by=str(policy.proposal.proposed_by),
        decided_by=text_of(policy.proposal.decided_by),
    )
    # A version is a subject of its own: compaction must keep all versions of a district.
    subject = f"{policy.district_id}/{policy.policy_version}"
    return state_event(published, subject_id=policy.district_id, kind="policy", version=1, now=now, subject=subject)
