"""Take an order, offered or not; give it back; offer it; decline an offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from libs.programme.policy import Policy
from services.orders.core.messages import order_taken, tell
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.deadlines import is_late_cancellation
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.occasion import Kind
from services.orders.core.rules.offers import Offer
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.rules.people import Person
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import catalogue_store, mark_store, order_store, people_store
from services.orders.core.usecases.acting_for import require_acting_for
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor, require_power
from services.orders.core.usecases.notices import say_who_comes, say_who_does_not_come, want_notice
from services.orders.core.usecases.order_changes import give_back, policy_of_order, save_change
from services.orders.core.usecases.order_facts import lock_with_facts
from services.orders.incidents import store as incidents_store
from services.orders.not_wanted import store as not_wanted_store
from services.orders.not_wanted.refusals import NotOpenToVolunteerError
from services.orders.rounds import store as rounds_store
from services.orders.serving import store
from services.orders.serving.refusals import EmergencyNotForVolunteersError, NotOfferedToYouError, OfferLapsedError
from services.orders.serving.rules.taking import (
    offer_lapses_at,
    refuse_too_many,
    refuse_unless_gates_open,
    refuse_who_may_not_serve,
)
from services.orders.serving.usecases.gates import recipients_of, taking_of
from services.orders.serving.usecases.offer_lapses import watch_lapses
from services.orders.stops import store as stops_store


def take_order(
    connection: Connection, context: CommandContext, order_id: UUID, *, guardian_id: UUID | None, group_id: UUID | None
) -> Order:
    """Give a published order to a volunteer; the first of two who ask at the same moment gets it.

    Raises:
        ForbiddenError: not a volunteer, suspended, or acting for one without the right.
        WrongOrderStateError: it is not open to be taken.
        EmergencyNotForVolunteersError: the id is an emergency's.
        RuleError: a gate of the service or the policy bars this volunteer; its code says which.
    """
    order = _lock_for_taking(connection, context, order_id)
    volunteer = _speaking_volunteer(connection, context, order_id)
    return _take(connection, context, order, volunteer, Verb.TAKE, guardian_id=guardian_id, group_id=group_id)


def accept_offer(
    connection: Connection, context: CommandContext, order_id: UUID, *, guardian_id: UUID | None, group_id: UUID | None
) -> Order:
    """Take an order that was offered to this volunteer, with all gates of taking.

    Raises:
        NotOfferedToYouError: it is offered to nobody, or to somebody else.
        OfferLapsedError: the time to accept is over.
        Refusal: as `take_order`.
    """
    order = _lock_for_taking(connection, context, order_id)
    refuse_unless_offered(context, order)
    volunteer = _speaking_volunteer(connection, context, order_id)
    refuse_lapsed_offer(context, order)
    return _take(connection, context, order, volunteer, Verb.ACCEPT, guardian_id=guardian_id, group_id=group_id)


def refuse_unless_offered(context: CommandContext, order: Order) -> None:
    """Refuse whom an order is not offered to.

    Raises:
        NotOfferedToYouError: it is offered to nobody, or to somebody else.
    """
    refuse_auditor(context)
    if order.offers.to_person(context.subject_id) is None:
        raise NotOfferedToYouError


def refuse_lapsed_offer(context: CommandContext, order: Order) -> None:
    """Refuse to accept too late.

    Raises:
        WrongOrderStateError: it is not open to be taken.
        OfferLapsedError: the time to accept is over.
    """
    refuse_unless_allowed(Verb.ACCEPT, order.state)
    offer = order.offers.to_person(context.subject_id)
    if offer is not None and context.now > offer.lapses_at:
        raise OfferLapsedError(lapsed_at=offer.lapses_at.isoformat())


def _lock_for_taking(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    volunteer_id = context.subject_id
    facts = (
        order_store.ask_lock_of_person(volunteer_id, context.caller_id, may=context.may_lock(volunteer_id)),
        catalogue_store.ask_service_of(order_id),
        mark_store.ask_no_shows(volunteer_id),
        store.ask_whether_busy(volunteer_id, order_id),
        stops_store.ask_stopped_until(volunteer_id),
        not_wanted_store.ask_who_do_not_want(volunteer_id),
    )
    # An order is a worker's to take who speaks for themselves; for another, a grant is needed.
    is_open = context.is_for_another or context.is_worker
    try:
        return lock_with_facts(connection, context, order_id, *facts, is_open=is_open)
    except OrderNotFoundError:
        if incidents_store.find_incident(connection, order_id) is not None:
            raise EmergencyNotForVolunteersError from None
        raise


def _speaking_volunteer(connection: Connection, context: CommandContext, order_id: UUID) -> Person:
    volunteer = people_store.load_person(connection, context.subject_id)
    require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=order_id)
    refuse_who_may_not_serve(volunteer)
    return volunteer


def _take(
    connection: Connection,
    context: CommandContext,
    order: Order,
    volunteer: Person,
    verb: Verb,
    *,
    guardian_id: UUID | None,
    group_id: UUID | None,
) -> Order:
    refuse_unless_open(connection, context, order, volunteer, verb, guardian_id=guardian_id, group_id=group_id)
    part = Assignment(volunteer.person_id, volunteer.district_id, context.now, guardian_id, group_id)
    taken = order.taken(verb, part)
    if taken.state is State.TAKEN:
        tell(connection, context, order_taken(taken, _on_round(connection, taken)))
        say_who_comes(connection, context, taken)
    return save_change(connection, order, taken, context.step(verb))


def _on_round(connection: Connection, order: Order) -> tuple[UUID, ...]:
    is_round = order.kind is Kind.ROUND
    return tuple(rounds_store.recipients_of_round(connection, order.order_id)) if is_round else ()


def refuse_unless_open(
    connection: Connection,
    context: CommandContext,
    order: Order,
    volunteer: Person,
    verb: Verb,
    *,
    guardian_id: UUID | None = None,
    group_id: UUID | None = None,
) -> None:
    """Refuse a volunteer whom the state of an order or a gate bars.

    Raises:
        Refusal: as `take_order`.
    """
    refuse_unless_allowed(verb, order.state)
    part = Assignment(volunteer.person_id, volunteer.district_id, context.now, guardian_id, group_id)
    busy = store.volunteer_is_busy(connection, volunteer.person_id, order.order_id)
    refuse_unless_gates_open(taking_of(connection, order, volunteer, part, now=context.now, has_other=busy))


def withdraw_from_order(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Give a taken order back; it is published anew (a seat is cancelled), and late withdrawals are marked.

    Raises:
        NotAssignedError: not the volunteer of this order.
        WrongOrderStateError: service has begun, or it is over.
    """
    order = lock_with_facts(connection, context, order_id)
    refuse_auditor(context)
    part = order.assignment_of(context.subject_id)
    volunteer = people_store.load_person(connection, context.subject_id)
    require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=order_id)
    refuse_unless_allowed(Verb.WITHDRAW, order.state)
    policy = policy_of_order(connection, order, context.now)
    if _is_marked(policy, order, part, now=context.now):
        mark_store.add_mark(connection, order_id, context.subject_id, "late_cancellation", context.now)
    say_who_does_not_come(connection, context, order, context.subject_id)
    opened = give_back(connection, context, order, context.subject_id, Verb.WITHDRAW)
    return save_change(connection, order, opened, context.step(Verb.WITHDRAW))


def _is_marked(policy: Policy, order: Order, part: Assignment, *, now: datetime) -> bool:
    """Tell whether giving it back is held against the volunteer; not a seat that came to them at the last moment."""
    start_at = order.terms.start_at
    came_late = order.kind is Kind.SEAT and is_late_cancellation(policy, start_at=start_at, now=part.taken_at)
    return is_late_cancellation(policy, start_at=start_at, now=now) and not came_late


def offer_order(connection: Connection, context: CommandContext, order_id: UUID, *, to: UUID) -> Order:
    """Offer an order to one more volunteer; it never assigns, and the order stays published.

    Raises:
        ForbiddenError: not a coordinator who reaches the recipient's unit.
        WrongOrderStateError: it is not published.
        NotOpenToVolunteerError, OffersTooManyError: as `offer_to`.
    """
    order = lock_with_facts(connection, context, order_id, power="offer_order")
    refuse_who_may_not_offer(connection, context, order)
    refuse_who_may_not_serve(people_store.load_person(connection, to))
    return offer_to(connection, context, order, to)


def offer_to(connection: Connection, context: CommandContext, order: Order, to: UUID) -> Order:
    """Offer a locked order to somebody who may serve.

    Raises:
        NotOpenToVolunteerError: the recipient does not want them.
        OffersTooManyError: enough others may still accept it.
    """
    unwilling = not_wanted_store.who_do_not_want(connection, to)
    if any(recipient.person_id in unwilling for recipient in recipients_of(connection, order)):
        raise NotOpenToVolunteerError
    policy = policy_of_order(connection, order, context.now)
    offer = Offer(to, offer_lapses_at(policy, offered_at=context.now))
    offers = order.offers.with_offer(offer, now=context.now)
    refuse_too_many(policy, offers)
    offered = replace(order.moved(Verb.OFFER), offers=offers)
    want_notice(connection, context, order, to, Purpose.OFFERED, until=offer.lapses_at)
    watch_lapses(connection, offered, after=context.now)
    return save_change(connection, order, offered, context.step(Verb.OFFER))


def refuse_who_may_not_offer(connection: Connection, context: CommandContext, order: Order) -> None:
    """Refuse to offer an order that is not published, or without the power here.

    Raises:
        ForbiddenError, WrongOrderStateError
    """
    require_power(connection, context, "offer_order", order.unit_id)
    refuse_unless_allowed(Verb.OFFER, order.state)


def decline_offer(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Say no to an offer: no mark, no reason needed.

    Raises:
        NotOfferedToYouError: there is no open offer to this volunteer.
    """
    order = lock_with_facts(connection, context, order_id)
    refuse_unless_offered(context, order)
    volunteer = people_store.load_person(connection, context.subject_id)
    require_acting_for(connection, context, volunteer, GrantedAct.SERVE, subject_id=order_id)
    declined = replace(order.moved(Verb.DECLINE_OFFER), offers=order.offers.without(context.subject_id))
    return save_change(connection, order, declined, context.step(Verb.DECLINE_OFFER))
