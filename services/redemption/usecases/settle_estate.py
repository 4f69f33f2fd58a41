"""Settle what a dead person leaves: proposed by one, decided by another, posted by the ledger."""

from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import IdReusedError
from libs.outbox import append
from libs.programme.policy.store import policy_on
from libs.programme.refusals import ProposalLapsedError
from services.redemption import messages
from services.redemption.domain.errors import AlreadyDecidedError
from services.redemption.domain.estate import Estate, refuse_unless_heir
from services.redemption.domain.people import Caller, Person, Verdict
from services.redemption.store import credit_store as store, known_store as known
from services.redemption.usecases.authorise import refuse_close, refuse_unless_power, refuse_unless_second


def propose_estate(
    connection: Connection,
    caller: Caller,
    *,
    estate_id: UUID,
    person_id: UUID,
    to_person_id: UUID | None,
    why: str | None,
    now: datetime,
) -> Estate:
    """Keep a proposal to pay a dead person's credit to a relative, or to the pool when `to_person_id` is None.

    Raises:
        ForbiddenError: the caller may not propose for this person, or is close to the dead or the heir.
        HeirNotEligibleError: no verified relative of the age the policy asks for.
    """
    dead = known.person_of(connection, person_id)
    refuse_unless_power(connection, caller, "propose_estate", dead.home_unit_id)
    if store.lock_estate(connection, estate_id) is not None:
        raise IdReusedError
    heir = known.person_of(connection, to_person_id) if to_person_id else None
    refuse_close(connection, caller, dead, heir)
    _refuse_unless_heir(connection, dead=dead, heir=heir, now=now)
    estate = Estate(
        estate_id=estate_id,
        person_id=person_id,
        district_id=dead.district_id,
        to_person_id=to_person_id,
        to_district_id=heir.district_id if heir else None,
        proposed_by=caller.person_id,
        why=why,
    )
    store.add_estate(connection, estate, proposed_at=now)
    return estate


def decide_estate(connection: Connection, caller: Caller, *, estate_id: UUID, verdict: Verdict, now: datetime) -> None:
    """Ask the ledger to post what was proposed, or turn it down for good.

    Raises:
        MakerIsCheckerError: the caller proposed it.
        ForbiddenError: the caller may not decide for this person, or is close to the dead or the heir.
        AlreadyDecidedError: it was decided before.
        ProposalLapsedError: nobody decided it in time.
        HeirNotEligibleError: the heir does not fit any more.
    """
    estate = store.lock_estate(connection, estate_id)
    refuse_unless_second(caller, "decide_estate", estate.proposed_by if estate else None)
    assert estate is not None, "the second person's power is asked after the proposal was found"
    dead = known.person_of(connection, estate.person_id)
    refuse_unless_power(connection, caller, "decide_estate", dead.home_unit_id)
    heir = known.person_of(connection, estate.to_person_id) if estate.to_person_id else None
    refuse_close(connection, caller, dead, heir)
    if estate.state != "proposed":
        raise AlreadyDecidedError
    if store.has_lapsed(connection, estate_id, now):
        raise ProposalLapsedError(estate_id=estate_id)
    if verdict.ok:
        _refuse_unless_heir(connection, dead=dead, heir=heir, now=now)
        append(connection, messages.estate_settlement_requested(estate, decided_by=caller.person_id, now=now))
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
        known.relation_between(connection, person_id=dead.person_id, relative_id=heir.person_id) if heir else None
    )
    policy = policy_on(connection, dead.district_id, today)
    refuse_unless_heir(policy, dead=dead, heir=heir, relation=relation, today=today)
