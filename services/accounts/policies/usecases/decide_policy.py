"""Publish a proposed version of a district's rules, or turn it down."""

from uuid import UUID

from libs.programme.refusals import RecordNotFoundError
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.policies.messages import tell_policy
from services.accounts.policies.rules import Policy
from services.accounts.policies.store import PolicyStore


def decide_policy(store: SealedStore, context: CommandContext, *, policy_id: UUID, ok: bool, why: str) -> Policy:
    """Decide a proposal as the second person.

    Raises:
        RecordNotFoundError: there is no such proposal.
        MakerIsCheckerError: the actor proposed it, whatever else they may do.
        OutOfScopeError, ForbiddenError: the actor may not decide rules.
        AlreadyDecidedError, ProposalLapsedError, PolicyOutdatedError, PolicyBackdatedError
    """
    facts = PolicyStore(store.connection).load(policy_id)
    if facts.policy is None:
        raise RecordNotFoundError(policy_id=policy_id)
    store.units.know(facts.units)
    if facts.policy.proposal.proposed_by != context.caller_id:
        require_power(store, context, "decide_policy", facts.policy.district_id)
    decided = facts.policy.decide(context.verdict(ok=ok, why=why), latest=facts.latest, today=context.today)
    PolicyStore(store.connection).save(decided)
    if decided.is_published:
        tell_policy(store.connection, context, decided)
    return decided
