"""Settle what a dead person leaves: proposed by one, decided by another, posted by the ledger."""

from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.policy.store import policy_on
from libs.programme.refusals import AlreadyDecidedError, ProposalLapsedError
from libs.programme.two_people import LAPSES_AFTER
from services.redemption.core.messages import tell
from services.redemption.core.rules.people import CommandContext, Person, Verdict
from services.redemption.core.store import directory
from services.redemption.core.usecases.authorise import refuse_close, refuse_unless_power, refuse_unless_second
from services.redemption.estates import messages, store
from services.redemption.estates.rules import Estate, refuse_unless_heir


def propose_estate(
    connection: Connection,
    context: CommandContext,
    *,
    estate_id: UUID,
    person_id: UUID,
    to_person_id: UUID | None,
    why: str | None,
) -> Estate:
    """Keep a proposal to pay a dead person's credit to a relative, or to the pool when `to_person_id` is None.

    Raises:
        ForbiddenError: the caller may not propose for this person, or is close to the dead or the heir.
        HeirNotEligibleError: no verified relative of the age the policy asks for.
    """
    caller, now = context.caller, context.now
    dead = directory.person_of(connection, person_id)
    refuse_unless_power(connection, caller, "propose_estate", dead.home_unit_id)
    if store.lock_estate(connection, estate_id) is not None:
        raise IdReusedError
    heir = directory.person_of(connection, to_person_id) if to_person_id else None
    refuse_close(connection, caller, dead, heir)
    _refuse_unless_heir(connection, dead=dead, heir=heir, now=now)
    estate = Estate(
        estate_id=estate_id,
        person_id=person_id,
        district_id=dead.district_id,
        to_person_id=to_person_id,
        to_district_id=heir.district_id if heir else None,
        proposed_by=caller.person_id,
        lapses_at=now + LAPSES_AFTER,
        why=why,
    )
    store.add_estate(connection, estate, proposed_at=now)
    return estate


def decide_estate(connection: Connection, context: CommandContext, *, estate_id: UUID, verdict: Verdict) -> None:
    """Ask the ledger to post what was proposed, or turn it down for good.

    Raises:
        MakerIsCheckerError: the caller proposed it.
        ForbiddenError: the caller may not decide for this person, or is close to the dead or the heir.
        AlreadyDecidedError: it was decided before.
        ProposalLapsedError: nobody decided it in time.
        HeirNotEligibleError: the heir does not fit any more.
    """
    caller, now = context.caller, context.now
    estate = store.lock_estate(connection, estate_id)
    refuse_unless_second(caller, "decide_estate", estate.proposed_by if estate else None)
    assert estate is not None, "the second person's power is asked after the proposal was found"
    dead = directory.person_of(connection, estate.person_id)
    refuse_unless_power(connection, caller, "decide_estate", dead.home_unit_id)
    heir = directory.person_of(connection, estate.to_person_id) if estate.to_person_id else None
    refuse_close(connection, caller, dead, heir)
    if estate.state != "proposed":
        raise AlreadyDecidedError
    if now >= estate.lapses_at:
        raise ProposalLapsedError(estate_id=estate_id)
    if verdict.ok:
        _refuse_unless_heir(connection, dead=dead, heir=heir, now=now)
        tell(connection, context, messages.estate_settlement_requested(estate, decided_by=caller.person_id))
    store.save_estate(
        connection,
        estate_id,
        state="requested" if verdict.ok else "turned_down",
        decided_by=caller.person_id,
        decided_at=now,
        decision_why=verdict.why,
    )


def _refuse_unless_heir(connection: Connection, *, dead: Person, heir: Person | None, now: datetime) -> None:
    today = local_date(now)
    relation = (
        directory.relation_between(connection, person_id=dead.person_id, relative_id=heir.person_id) if heir else None
    )
    policy = policy_on(connection, dead.district_id, today)
    refuse_unless_heir(policy, dead=dead, heir=heir, relation=relation, today=today)


def record_answer(connection: Connection, estate_id: UUID, *, state: str, code: str | None = None) -> None:
    """Keep the ledger's answer to an estate that waits; several transfers of one posting say so several times."""
    estate = store.lock_estate(connection, estate_id)
    if estate is not None and estate.state == "requested":
        store.save_estate(connection, estate_id, state=state, code=code)
