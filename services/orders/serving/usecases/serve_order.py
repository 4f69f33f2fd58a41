"""Check in at the door, check out, and what the clock does when nobody does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.events import Cause
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from services.orders.approving.store.history import ask_history
from services.orders.approving.usecases.flags import with_flags
from services.orders.core.messages import tell
from services.orders.core.rules.deadlines import AUTO_CHECK_OUT, acts_believed_until, silence_at
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Place
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import catalogue_store, deadline_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.facts import Ask
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.acting_for import refuse_unless_acting_for, require_acting_for
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor
from services.orders.core.usecases.notices import want_notice
from services.orders.core.usecases.order_changes import lock_order_due, policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.serving import messages, store
from services.orders.serving.refusals import CheckInTooEarlyError, ChecklistPointError, DoorCodeWrongError
from services.orders.serving.rules.acts import CLOCK_SKEW_MAX, awaits_devices
from services.orders.serving.rules.doors import DoorKey, lock_of, refuse_locked
from services.orders.serving.usecases.gates import ask_of_gates, refuse_shut_gates
from services.orders.venues import store as venues_store

CODE_READ = timedelta(days=1)
"""How long whoever read a venue's code counts as one who may have brought it along."""


@dataclass(frozen=True)
class Shown:
    """What a volunteer shows at the door, and says on leaving."""

    code: str | None = None
    place: Place | None = None
    device: str = ""
    ticked: tuple[int, ...] | None = None


def check_in(connection: Connection, context: CommandContext, order_id: UUID, shown: Shown, key: DoorKey) -> Order:
    """Start a volunteer's service, with what proves it.

    Raises:
        NotAssignedError: not the volunteer of this order.
        WrongOrderStateError: it is not taken, or this volunteer has checked in.
        CheckInTooEarlyError, DoorCodeWrongError, DoorCodeLockedError: as their names say.
        Refusal: a gate has shut since it was taken; its code says which.
    """
    order = _lock_for_volunteer(connection, context, order_id, *ask_of_gates(context.subject_id, order_id))
    refuse_unless_at_the_door(connection, context, order, at=context.now)
    refuse_shut_gates(connection, order, order.assignment_of(context.subject_id), now=context.now)
    return begin_service(connection, context, order, shown, key, at=context.now)


def begin_service(
    connection: Connection,
    context: CommandContext,
    order: Order,
    shown: Shown,
    key: DoorKey,
    *,
    at: datetime,
    device_key: str | None = None,
) -> Order:
    """Start a volunteer's service on a locked order, judged as at an instant: now, or when a device signed it.

    Raises:
        WrongOrderStateError, CheckInTooEarlyError, DoorCodeWrongError, DoorCodeLockedError: as `check_in`.
    """
    policy = refuse_unless_at_the_door(connection, context, order, at=at)
    if shown.code is not None:
        # A device's clock may be as far behind ours as it may be ahead.
        behind = CLOCK_SKEW_MAX if device_key is not None else timedelta()
        _open_door(connection, order, shown.code, key, at=at, clock_behind=behind)
    _tell_who_acted(connection, context, order.order_id)
    part = replace(
        order.assignment_of(context.subject_id),
        checked_in_at=at,
        checked_in_by=context.caller_id,
        in_place=shown.place,
        in_device=shown.device,
        in_key=device_key,
        code_right=shown.code is not None,
        metres_from_home=_metres_from_home(connection, order, shown.place),
    )
    started = _with_readers(connection, order, at=at).checked_in(part, policy_version=policy.version)
    tell(
        connection,
        context,
        messages.ServiceStarted(order.order_id, order.district_id, part.volunteer_id, part.checked_in_at),
    )
    return save_change(connection, order, started, context.step(Verb.CHECK_IN))


def _with_readers(connection: Connection, order: Order, *, at: datetime) -> Order:
    """Return the order with those known who were told the code of its venue lately, and so could bring it along."""
    if order.occasion.venue_id is None:
        return order
    for person_id in venues_store.readers_of(connection, order.occasion.venue_id, since=at - CODE_READ):
        order = order.with_door_code_told(person_id)
    return order


def refuse_unless_at_the_door(connection: Connection, context: CommandContext, order: Order, *, at: datetime) -> Policy:
    """Return the rules of the day of an instant, after refusing to check in out of turn at it.

    Raises:
        NotAssignedError: not the volunteer of this order.
        WrongOrderStateError: it is not taken, or this volunteer has checked in.
        CheckInTooEarlyError: as its name says.
    """
    refuse_unless_allowed(Verb.CHECK_IN, order.state)
    policy = people_store.policy_on(connection, order.district_id, local_date(at))
    opens_at = order.terms.start_at - timedelta(minutes=policy.check_in.early_minutes)
    if at < opens_at:
        raise CheckInTooEarlyError(opens_at=opens_at.isoformat())
    order.refuse_checked_in(context.subject_id)
    return policy


def _open_door(
    connection: Connection, order: Order, said: str, key: DoorKey, *, at: datetime, clock_behind: timedelta
) -> None:
    """Refuse a wrong code. It counts although refused: whoever tries next, even at the same moment, finds it counted.

    Raises:
        DoorCodeWrongError, DoorCodeLockedError: as their names say.
    """
    refuse_locked(order)
    if not key.opens(lock_of(order), said, at=at, clock_behind=clock_behind):
        store.count_wrong_code(connection, order)
        raise DoorCodeWrongError


def _lock_for_volunteer(connection: Connection, context: CommandContext, order_id: UUID, *asks: Ask) -> Order:
    order = lock_with_facts(connection, context, order_id, *asks)
    refuse_auditor(context)
    order.assignment_of(context.subject_id)
    if context.acting_for is not None:
        volunteer = people_store.load_person(connection, context.subject_id)
        refuse_unless_acting_for(connection, context, volunteer, GrantedAct.SERVE)
    return order


def _tell_who_acted(connection: Connection, context: CommandContext, order_id: UUID) -> None:
    """Tell what is done for a volunteer: after the door code, of which a wrong one leaves nothing but its count."""
    if context.acting_for is not None:
        volunteer = people_store.load_person(connection, context.subject_id)
        require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=order_id)


def _metres_from_home(connection: Connection, order: Order, place: Place | None) -> int | None:
    where = _where(connection, order)
    return where.metres_to(place) if place is not None and where is not None else None


def _where(connection: Connection, order: Order) -> Place | None:
    """Return where an order begins: at the recipient's home, or at a venue."""
    if order.recipient_id is not None:
        return people_store.load_person(connection, order.recipient_id).home
    venue_id = order.occasion.venue_id
    return None if venue_id is None else venues_store.find_venue(connection, venue_id).place


def check_out(connection: Connection, context: CommandContext, order_id: UUID, left: Shown) -> Order:
    """End a volunteer's service; when all have ended, the risk flags are set.

    Raises:
        NotAssignedError: not the volunteer of this order.
        WrongOrderStateError: this volunteer is not at work.
        ChecklistPointError: the list of the service has no such point.
    """
    history = ask_history(order_id, context.subject_id, context.now)
    order = _lock_for_volunteer(connection, context, order_id, history)
    _tell_who_acted(connection, context, order_id)
    _refuse_unknown_points(connection, order, left)
    return end_service(connection, context, order, left, at=context.now)


def _refuse_unknown_points(connection: Connection, order: Order, left: Shown) -> None:
    """Refuse ticks that the list of the order's own version of the service does not have."""
    if not left.ticked:
        return
    service = catalogue_store.service_version(connection, order.terms.service_code, order.terms.catalogue_version)
    if left.ticked[-1] >= len(service.checklist):
        raise ChecklistPointError(points=len(service.checklist))


def end_service(
    connection: Connection,
    context: CommandContext,
    order: Order,
    shown: Shown,
    *,
    at: datetime,
    device_key: str | None = None,
) -> Order:
    """End a volunteer's service on a locked order, as at an instant: now, or when a device signed it.

    Raises:
        WrongOrderStateError: this volunteer is not at work.
    """
    part = replace(
        order.assignment_of(context.subject_id),
        checked_out_at=at,
        checked_out_by=context.caller_id,
        out_place=shown.place,
        out_device=shown.device,
        out_key=device_key,
        ticked=shown.ticked,
    )
    ended = order.checked_out(part, at=context.now)
    tell(connection, context, messages.service_finished(ended, part))
    if ended.state is not State.IN_SERVICE:
        _ask_for_word(connection, context, ended)
        ended = with_flags(connection, ended)
    return save_change(connection, order, ended, context.step(Verb.CHECK_OUT))


def end_forgotten_service(connection: Connection, deadline: Deadline) -> None:
    """End, with the planned end, a service that not all checked out of.

    Where a device of one signed without a network, those of the others are awaited as long as they are believed.
    """
    order = lock_order_due(connection, deadline, State.IN_SERVICE)
    if order is None:
        return
    last = acts_believed_until(policy_of_order(connection, order, deadline.at), end_at=order.terms.end_at)
    if awaits_devices(order) and deadline.at < last:
        deadline_store.add_deadline(connection, Deadline(order.order_id, AUTO_CHECK_OUT, last))
        return
    ended = order.ended_by_clock(at=deadline.at)
    for part in ended.assignments:
        if part.was_ended:
            tell(connection, deadline.of(part.volunteer_id), messages.service_finished(ended, part))
    _ask_for_word(connection, deadline, ended)
    flagged = with_flags(connection, ended)
    save_change(connection, order, flagged, Step(Verb.CHECK_OUT, deadline.at))


def _ask_for_word(connection: Connection, context: Cause, order: Order) -> None:
    """Ask that the recipient is asked how it was, while their silence does not count yet."""
    until = silence_at(policy_of_order(connection, order, context.now), awaited_from=context.now)
    want_notice(connection, context, order, order.recipient_id, Purpose.WORD_WANTED, until=until)
