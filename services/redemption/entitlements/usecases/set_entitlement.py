"""Set a person's government-purchased minutes per month: proposed by one, decided by another."""

from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.policy.store import policy_on
from libs.programme.refusals import AlreadyDecidedError, ProposalLapsedError
from libs.programme.two_people import LAPSES_AFTER
from services.redemption.core.rules.calendar import month_of
from services.redemption.core.rules.people import CommandContext, Verdict
from services.redemption.core.store import directory
from services.redemption.core.usecases.authorise import refuse_close, refuse_unless_power, refuse_unless_second
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
    person = directory.person_of(connection, person_id)
    refuse_unless_power(connection, caller, "propose_entitlement", person.home_unit_id)
    refuse_close(connection, caller, person)
    if store.lock_proposal(connection, entitlement_id) is not None:
        raise IdReusedError
    refuse_out_of_range(policy_on(connection, person.district_id, local_date(now)), minutes)
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
    proposal = store.lock_proposal(connection, entitlement_id)
    refuse_unless_second(caller, "decide_entitlement", proposal.proposed_by if proposal else None)
    assert proposal is not None, "the second person's power is asked after the proposal was found"
    person = directory.person_of(connection, proposal.person_id)
    refuse_unless_power(connection, caller, "decide_entitlement", person.home_unit_id)
    refuse_close(connection, caller, person)
    if proposal.state != "proposed":
        raise AlreadyDecidedError
    if now >= proposal.lapses_at:
        raise ProposalLapsedError(entitlement_id=entitlement_id)
    if verdict.ok:
        refuse_out_of_range(policy_on(connection, person.district_id, local_date(now)), proposal.minutes)
    store.save_decision(
        connection,
        proposal,
        state="in_force" if verdict.ok else "turned_down",
        from_month=month_of(now) if verdict.ok else proposal.from_month,
        decided_by=caller.person_id,
        decided_at=now,
        decision_why=verdict.why,
    )
