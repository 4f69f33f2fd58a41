"""Hand over what waits for somebody; show what does, and what who left has left behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme.words import PersonStatus, WorkKind
from services.accounts.core.messages import tell
from services.accounts.core.store.store import Store
from services.accounts.core.usecases.authorise import rank_at, require_above, require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.handovers import store as handovers
from services.accounts.handovers.messages import WorkHandedOver
from services.accounts.handovers.rules import OF_ORDERS, Handover, Moved, OpenWork, refuse_unfit
from services.accounts.notices.rules import Notice, Purpose, due_at
from services.accounts.notices.store import add_notice
from services.accounts.roles.rules import GRANT_ROLE, Appointment

POWER = "hand_over"


@dataclass(frozen=True)
class NewHandover:
    """What is to go from whom to whom, at which unit and below."""

    handover_id: UUID
    from_id: UUID
    to_id: UUID
    unit_id: UUID
    kinds: frozenset[WorkKind]


def hand_over(store: Store, context: CommandContext, new: NewHandover) -> Handover:
    """Let what waits for somebody go to somebody else: by themselves, or by who stands above them or they left.

    What was signed stays signed by who did; whoever takes over decides nothing that they, or a hand of theirs, began.
    What the receiver may not have stays where it is, and is counted.

    Raises:
        ForbiddenError, OutOfScopeError: the actor may not hand over at the unit.
        PersonNotFoundError, UnitNotFoundError
        PersonNotBelowError: it is neither one's own nor that of somebody below.
        ReceiverUnfitError
        IdReusedError: another handover has this id.
    """
    require_power_somewhere(context, POWER)
    require_power(store, context, POWER, new.unit_id)
    # Whoever hands over the same person's work waits, and finds what is left.
    people = store.persons.lock_persons(sorted({new.from_id, new.to_id}))
    if new.from_id != context.caller_id:
        require_above(store, context, new.from_id)
    works_there = handovers.works_there(store.connection, new.to_id, new.unit_id)
    refuse_unfit(new.to_id, from_id=new.from_id, status=people[new.to_id].status, works_there=works_there)
    if handovers.is_taken(store.connection, new.handover_id):
        raise IdReusedError
    done = [_move_proposals(store, context, new)] if WorkKind.ROLE_PROPOSAL in new.kinds else []
    handover = Handover(
        new.handover_id,
        new.from_id,
        new.to_id,
        new.unit_id,
        tuple(sorted(new.kinds)),
        context.caller_id,
        context.now,
        tuple(done),
    )
    handovers.add(store.connection, handover)
    if new.kinds & OF_ORDERS:
        kinds = tuple(sorted(new.kinds & OF_ORDERS))
        tell(
            store.connection,
            context,
            WorkHandedOver(new.handover_id, new.from_id, new.to_id, new.unit_id, kinds, context.caller_id),
        )
    _tell_both(store, context, handover, is_giver_active=people[new.from_id].status is PersonStatus.ACTIVE)
    return handover


def open_work_of(store: Store, context: CommandContext, *, person_id: UUID, unit_id: UUID) -> list[OpenWork]:
    """Return the proposals that somebody looks after at a unit and below: to them, and to who may hand them over.

    Raises:
        ForbiddenError, OutOfScopeError, PersonNotFoundError, UnitNotFoundError, PersonNotBelowError
    """
    require_power_somewhere(context, POWER)
    require_power(store, context, POWER, unit_id)
    store.persons.person(person_id)
    if person_id != context.caller_id:
        require_above(store, context, person_id)
    return _as_work(handovers.proposals_of(store.connection, person_id, unit_id, now=context.now))


def left_behind(store: Store, context: CommandContext, *, unit_id: UUID) -> list[OpenWork]:
    """Return the proposals at a unit and below whose keeper could not make them any more.

    Raises:
        ForbiddenError, OutOfScopeError, UnitNotFoundError
    """
    require_power(store, context, POWER, unit_id)
    waiting = handovers.proposals_at(store.connection, unit_id, now=context.now)
    return _as_work(of for of in waiting if not _may_keep(store, context, of, of.keeper_id))


def candidates_for(store: Store, context: CommandContext, *, but: UUID, unit_id: UUID) -> list[UUID]:
    """Return who holds an office in the district of a unit, and may take over.

    Raises:
        ForbiddenError, OutOfScopeError, UnitNotFoundError
    """
    require_power(store, context, POWER, unit_id)
    return handovers.candidates(store.connection, but, unit_id)


def _move_proposals(store: Store, context: CommandContext, new: NewHandover) -> Moved:
    waiting = handovers.proposals_of(store.connection, new.from_id, new.unit_id, now=context.now)
    fit = [of for of in waiting if of.person_id != new.to_id and _may_keep(store, context, of, new.to_id)]
    moved = sum(handovers.give_proposal(store.connection, of, new.to_id) for of in fit)
    return Moved(WorkKind.ROLE_PROPOSAL, moved, len(waiting) - moved)


def _may_keep(store: Store, context: CommandContext, of: Appointment, keeper_id: UUID) -> bool:
    """Tell whether somebody could propose it now."""
    keeper = store.persons.find(keeper_id)
    is_active = keeper is not None and keeper.status is PersonStatus.ACTIVE
    return is_active and rank_at(store, context, GRANT_ROLE, of.unit_id, of=keeper_id) >= of.proposer_rank


def _as_work(waiting: Iterable[Appointment]) -> list[OpenWork]:
    return [
        OpenWork(
            kind=WorkKind.ROLE_PROPOSAL,
            subject_id=of.grant_id,
            holder_id=of.keeper_id,
            unit_id=of.unit_id,
            about_id=of.person_id,
            until_at=of.proposal.lapses_at,
        )
        for of in waiting
    ]


def _tell_both(store: Store, context: CommandContext, of: Handover, *, is_giver_active: bool) -> None:
    _tell_one(store, context, of, Purpose.WORK_TAKEN_OVER, of.to_id, other_id=of.from_id)
    if is_giver_active:
        _tell_one(store, context, of, Purpose.WORK_HANDED_OVER, of.from_id, other_id=of.to_id)


def _tell_one(
    store: Store, context: CommandContext, of: Handover, purpose: Purpose, person_id: UUID, *, other_id: UUID
) -> None:
    notice = Notice(
        notice_id=id_from_cause(of.handover_id, purpose),
        person_id=person_id,
        purpose=purpose,
        order_id=of.handover_id,
        start_at=context.now,
        other_id=other_id,
        useless_after=None,
        due_at=due_at(purpose, now=context.now, useless_after=None),
    )
    add_notice(store.connection, notice)
