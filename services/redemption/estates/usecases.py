"""Settle what a dead person leaves: proposed by one, decided by another, posted by the ledger."""

from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme.refusals import PersonNotFoundError
from libs.programme.two_people import LAPSES_AFTER, Verdict
from services.redemption.core.messages import tell
from services.redemption.core.rules.facts import in_force, refuse_unless_second
from services.redemption.core.rules.people import CommandContext, Person
from services.redemption.core.rules.who_may import refuse_close, refuse_unless_power
from services.redemption.estates import messages, store
from services.redemption.estates.rules import Estate, EstateFacts, refuse_unless_heir


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
    facts = store.load_estate(connection, context, estate_id, person_id=person_id, heir_id=to_person_id)
    dead = facts.dead.known(person_id)
    refuse_unless_power(caller, POWERS["propose_estate"], facts.dead.path)
    if facts.estate is not None:
        raise IdReusedError
    heir = _known_heir(facts, to_person_id)
    refuse_close(caller.person_id, dead, heir, related=facts.close)
    _refuse_unless_heir(facts, dead=dead, heir=heir, now=now)
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
    facts, power = store.load_estate(connection, context, estate_id), POWERS["decide_estate"]
    estate = facts.estate
    refuse_unless_second(caller, power, estate.proposed_by if estate else None)
    assert estate is not None, "the second person's power is asked after the proposal was found"
    dead = facts.dead.known(estate.person_id)
    refuse_unless_power(caller, power, facts.dead.path)
    heir = _known_heir(facts, estate.to_person_id)
    refuse_close(caller.person_id, dead, heir, related=facts.close)
    estate.as_proposal().decide(verdict)
    if verdict.ok:
        _refuse_unless_heir(facts, dead=dead, heir=heir, now=now)
        tell(connection, context, messages.estate_settlement_requested(estate, decided_by=caller.person_id))
    store.save_verdict(
        connection,
        estate_id,
        state="requested" if verdict.ok else "turned_down",
        decided_by=caller.person_id,
        decided_at=now,
        decision_why=verdict.why or None,
    )


def _known_heir(facts: EstateFacts, heir_id: UUID | None) -> Person | None:
    if heir_id is not None and facts.heir is None:
        raise PersonNotFoundError(person_id=heir_id)
    return facts.heir if heir_id is not None else None


def _refuse_unless_heir(facts: EstateFacts, *, dead: Person, heir: Person | None, now: datetime) -> None:
    policy = in_force(facts.policy, dead.district_id)
    refuse_unless_heir(policy, dead=dead, heir=heir, relation=facts.relation, today=local_date(now))


def record_answer(connection: Connection, estate_id: UUID, *, state: str, code: str | None = None) -> None:
    """Keep the ledger's answer to an estate that waits; several transfers of one posting say so several times."""
    estate = store.lock_estate(connection, estate_id)
    if estate is not None and estate.state == "requested":
        store.save_estate(connection, estate_id, state=state, code=code)
