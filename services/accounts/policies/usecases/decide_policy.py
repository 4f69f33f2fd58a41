"""Publish a proposed version of a district's rules, or turn it down."""

from uuid import UUID

from services.accounts.core.acts import Act
from services.accounts.policies.messages import policy_published
from services.accounts.policies.rules import Policy
from services.accounts.policies.store import PolicyStore


def decide_policy(act: Act, *, policy_id: UUID, ok: bool, why: str) -> Policy:
    """Decide a proposal as the second person.

    Raises:
        RecordNotFoundError: there is no such proposal.
        MakerIsCheckerError: the actor proposed it, whatever else they may do.
        OutOfScopeError, ForbiddenError: the actor may not decide rules.
        AlreadyDecidedError, ProposalLapsedError, PolicyOutdatedError, PolicyBackdatedError
    """
    policy = PolicyStore(act.connection).policy(policy_id)
    if policy.proposal.proposed_by != act.actor_id:
        act.require("decide_policy", policy.district_id)
    PolicyStore(act.connection).lock_district(policy.district_id)
    policy = PolicyStore(act.connection).policy(policy_id)
    latest = PolicyStore(act.connection).latest(policy.district_id)
    decided = policy.decide(act.verdict(ok=ok, why=why), latest=latest, today=act.today)
    PolicyStore(act.connection).save(decided)
    if decided.is_published:
        act.store.append(policy_published(decided, now=act.now))
    return decided
