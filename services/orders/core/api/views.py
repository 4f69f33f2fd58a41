"""What the caller may see of an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.http import current_actor, reading
from libs.programme import directory
from libs.translation import in_both
from services.orders.core.api.edge import command, now, plain, reaches
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.evidence import FLAG_WORDS, evidence_class, evidence_of
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.store import order_store, people_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.core.usecases.order_changes import read_no_more

OrderUseCase = Callable[[Connection, CommandContext], Order]


def order_command(use_case: OrderUseCase, terms: Row, *, command_id: UUID | None = None) -> Row:
    """Run a use case on an order once, and return the order as the caller may see it."""

    def run(connection: Connection, context: CommandContext) -> Row:
        read_no_more(connection)
        return order_view(connection, use_case(connection, context))

    return command(run, terms, command_id=command_id)


def read_order(order_id: UUID) -> tuple[Order, Row]:
    """Return an order that the caller may see, and what of it.

    Raises:
        OrderNotFoundError: there is none, or it does not concern the caller.
    """
    with reading() as connection:
        order = order_store.find_order(connection, order_id)
        if order is None or not _may_see(connection, order):
            raise OrderNotFoundError
        return order, order_view(connection, order)


def _may_see(connection: Connection, order: Order) -> bool:
    return order.state is State.PUBLISHED or concerns(connection, order) or reaches(connection, order.unit_id)


def concerns(connection: Connection, order: Order) -> bool:
    """Tell whether the caller takes part in an order, or is a relative with a grant of who receives or pays it.

    Having placed it is not enough: whoever placed it for somebody sees it as long as they may see that person's.
    """
    caller_id = current_actor().person_id
    if caller_id in (order.recipient_id, order.payer_id, order.offer.to, *order.volunteer_ids):
        return True
    return not seen_people(connection).isdisjoint({order.recipient_id, order.payer_id})


def seen_people(connection: Connection) -> frozenset[UUID]:
    """Return the people whose orders the caller may see as their relative with a grant."""
    return people_store.seen_by(connection, current_actor().person_id, local_date(now()))


def speaks_for(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the caller is the person, or their relative with a grant."""
    return person_id == current_actor().person_id or person_id in seen_people(connection)


def may_know_of(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the caller is the person, their relative with a grant, or staff of their unit.

    What an erased person served stays under a number without a home: staff of the whole city may look.
    """
    if speaks_for(connection, person_id):
        return True
    person = people_store.find_person(connection, person_id)
    homes = directory.city_units(connection) if person is None else [person.home_unit_id]
    return any(reaches(connection, home) for home in homes)


def order_view(connection: Connection, order: Order) -> Row:
    """Return what the caller may see of an order."""
    is_staff = reaches(connection, order.unit_id)
    view = _public_part(order) | {"volunteers": [], "offered_to": None, "offer_lapses_at": None}
    if is_staff or concerns(connection, order):
        view |= _private_part(connection, order)
    if is_staff:
        view |= _staff_part(order)
    return cast("Row", plain(view))


def _public_part(order: Order) -> Row:
    return {
        "order_id": order.order_id,
        "state": order.state.value,
        "code": order.ending.declined_code or None,
        "service": order.terms.service_code,
        "minutes": order.terms.planned_minutes,
        "start": order.terms.start_at,
        "end": order.terms.end_at,
        "funding": order.funding.value,
        "persons": order.terms.persons,
        "unit_id": order.unit_id,
        "district_id": order.district_id,
        "published_at": order.publication.published_at,
        "policy_version": order.submission.policy_version or order.policy_version,
    }


def _private_part(connection: Connection, order: Order) -> Row:
    is_open = order.offer.lapses_at is not None and order.offer.lapses_at >= now()
    return {
        "recipient_id": order.recipient_id,
        "payer_id": order.payer_id,
        "price_minutes": order.terms.price_minutes,
        "volunteers": [_part(connection, order, part) for part in order.assignments],
        "offered_to": order.offer.to if is_open else None,
        "offer_lapses_at": order.offer.lapses_at if is_open else None,
        "settlement": order.approval.settlement,
        "fallback": order.ending.fallback or None,
        "says_minutes": order.dispute.says_minutes,
        "decided_minutes": order.approval.decided_minutes,
        "late_cancelled": order.ending.late_cancelled,
    }


def _part(connection: Connection, order: Order, part: Assignment) -> Row:
    policy = order_store.policy_of_order(connection, order)
    return {
        "person_id": part.volunteer_id,
        "taken_at": part.taken_at,
        "checked_in_at": part.checked_in_at,
        "checked_out_at": part.checked_out_at,
        "actual_minutes": part.actual_minutes,
        "counted_minutes": order.counted_minutes(part),
        "evidence": sorted(evidence_of(policy, order, part)) if part.checked_in_at else [],
        "evidence_class": evidence_class(policy, order, part) if part.checked_out_at else None,
        "group": part.group_id,
        "guardian": part.guardian_id,
    }


def _staff_part(order: Order) -> Row:
    flags = sorted(order.submission.flags)
    return {
        "flags": flags,
        "hints": [{"flag": flag, **in_both(FLAG_WORDS[flag], module=__name__)} for flag in flags],
        "placed_by": order.placement.by,
        "placed_at": order.placement.at,
        "acting_for": order.placement.acting_for,
        "consent": order.placement.consent.to_json() if order.placement.consent else None,
        "why": order.placement.why,
        "confirmed_by": order.confirmation.by,
        "rating": order.confirmation.rating,
        "called_back_by": order.submission.called_back_by,
        "approvers": list(order.approval.approvers),
        "decided_by": order.dispute.decided_by,
        "decision_why": order.dispute.why,
        "awaits_second": order.dispute.awaits_second(now()),
        "second_id": order.dispute.waiting.second_id if order.dispute.waiting else None,
        "issued_minutes": order.approval.issued_minutes,
        "slip_number": order.placement.slip_number,
    }
