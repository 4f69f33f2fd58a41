"""Publish a proposed version of a district's rules, or turn it down."""

from uuid import UUID

from services.accounts.core.acts import Act
from services.accounts.policies.messages import policy_published
from services.accounts.policies.rules import Policy, PolicyState
from services.accounts.policies.store import PolicyStore


def decide_policy(act: Act, *, policy_id: UUID, ok: bool, why: str) -> Policy:
    """Decide a proposal as the second person.

    Raises:
        RecordNotFoundError: there is no such proposal.
        MakerIsCheckerError: the actor proposed it, whatever else they may do.
        OutOfScopeError, ForbiddenError: the actor may not decide rules.
        AlreadyDecidedError, PolicyOutdatedError, PolicyBackdatedError
    """
    proposal = PolicyStore(act.connection).policy(policy_id)
    if proposal.proposed_by != act.actor_id:
        act.require("decide_policy", proposal.district_id)
    PolicyStore(act.connection).lock_district(proposal.district_id)
    proposal = PolicyStore(act.connection).policy(policy_id)
    latest = PolicyStore(act.connection).latest(proposal.district_id)
    decided = proposal.decide(by=act.actor_id, ok=ok, why=why, latest=latest, today=act.today)
    PolicyStore(act.connection).save(decided)
    if decided.state is PolicyState.PUBLISHED:
        act.store.append(policy_published(decided, now=act.now))
    return decided
