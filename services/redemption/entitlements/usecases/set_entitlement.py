"""Set a person's government-purchased minutes per month: proposed by one, decided by another."""

from uuid import UUID

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.two_people import LAPSES_AFTER, Verdict
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.facts import in_force, refuse_unless_second
from services.redemption.core.rules.people import CommandContext
from services.redemption.core.rules.who_may import refuse_close, refuse_unless_power
from services.redemption.entitlements import store
from services.redemption.entitlements.rules import Proposal, refuse_out_of_range


def propose_entitlement(
    connection: Connection,
    context: CommandContext,
    *,
    entitlement_id: UUID,
    person_id: UUID,
    minutes: int,
    why: str | None,
) -> Proposal:
    """Keep a proposal within the policy's range.

    Raises:
        ForbiddenError: the caller may not propose for this person, or is close to them.
        EntitlementOutOfRangeError: outside the policy's minutes per month.
    """
    caller, now = context.caller, context.now
    facts = store.load_entitling(connection, context, entitlement_id, person_id=person_id)
    person = facts.person.known(person_id)
    refuse_unless_power(caller, POWERS["propose_entitlement"], facts.person.path)
    refuse_close(caller.person_id, person, related=facts.close)
    if facts.proposal is not None:
        raise IdReusedError
    refuse_out_of_range(in_force(facts.policy, person.district_id), minutes)
    proposal = Proposal(
        entitlement_id=entitlement_id,
        person_id=person_id,
        district_id=person.district_id,
        minutes=minutes,
        from_month=month_of(now),
        proposed_by=caller.person_id,
        lapses_at=now + LAPSES_AFTER,
        why=why,
    )
    store.add_proposal(connection, proposal, proposed_at=now)
    return proposal


def decide_entitlement(
    connection: Connection, context: CommandContext, *, entitlement_id: UUID, verdict: Verdict
) -> None:
    """Put a proposal in force from the current month on, or turn it down for good.

    Raises:
        MakerIsCheckerError: the caller proposed it.
        ForbiddenError: the caller may not decide for this person, or is close to them.
        AlreadyDecidedError: it was decided before.
        ProposalLapsedError: nobody decided it in time.
    """
    caller, now = context.caller, context.now
    facts, power = store.load_entitling(connection, context, entitlement_id), POWERS["decide_entitlement"]
    proposal = facts.proposal
    refuse_unless_second(caller, power, proposal.proposed_by if proposal else None)
    assert proposal is not None, "the second person's power is asked after the proposal was found"
    person = facts.person.known(proposal.person_id)
    refuse_unless_power(caller, power, facts.person.path)
    refuse_close(caller.person_id, person, related=facts.close)
    proposal.as_proposal().decide(verdict)
    if verdict.ok:
        refuse_out_of_range(in_force(facts.policy, person.district_id), proposal.minutes)
    store.save_decision(
        connection,
        proposal,
        state="in_force" if verdict.ok else "turned_down",
        from_month=month_of(now) if verdict.ok else proposal.from_month,
        decided_by=caller.person_id,
        decided_at=now,
        decision_why=verdict.why or None,
    )
