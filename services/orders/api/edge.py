"""What the resources share: who calls, commands, and what the caller may see of an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from flask import current_app

from libs.clock import local_date
from libs.db import Connection
from libs.http import Cursor, Service, current_actor, holds, reading, run_command
from libs.http.pages import an_id, an_instant
from libs.http.waiting import Waiters, wait_asked
from libs.programme.acting import Consent
from services.orders import queries
from services.orders.domain.doors import DoorKey
from services.orders.domain.errors import ForbiddenError, OrderNotFoundError
from services.orders.domain.evidence import FLAG_WORDS, evidence_class, evidence_of
from services.orders.domain.life_cycle import State
from services.orders.domain.order import Assignment, Order
from services.orders.domain.people import MICRODEGREES, Place
from services.orders.messages import POWERS
from services.orders.usecases.calling import Call

READ_OUT = "asked for what was read out"
Row = dict[str, Any]
BY_START = Cursor(start=an_instant, order_id=an_id)
BY_OPENING = Cursor(opened_at=an_instant, incident_id=an_id)
OrderUseCase = Callable[[Connection, Call], Order]


def now() -> datetime:
    """Return the platform's time."""
    return cast("Service", current_app.extensions["service"]).clock.now()


def writing() -> AbstractContextManager[Connection]:
    """Return a transaction for a read that notes who read."""
    return cast("Service", current_app.extensions["service"]).database.transaction()


def call_of(terms: Row) -> Call:
    """Return who calls, for whom and with which consent."""
    return Call(
        actor=current_actor(),
        now=now(),
        acting_for=terms.get("acting_for"),
        consent=terms.get("consent"),
        why=terms.get("why") or "",
    )


def call_of_reader(query: Row) -> Call:
    """Return who reads for somebody: the person asks at this moment, and the answer is what was said."""
    how = query["consent"]
    return call_of(query | {"consent": Consent(how, now(), READ_OUT) if how else None})


def order_command(use_case: OrderUseCase, terms: Row, *, command_id: UUID | None = None) -> Row:
    """Run a use case on an order once, and return the order as the caller may see it."""
    call = call_of(terms)
    return command(lambda connection: order_view(connection, use_case(connection, call)), terms, command_id=command_id)


def command(use_case: Callable[[Connection], Row], terms: Row, *, command_id: UUID | None = None) -> Row:
    """Run a use case once; the terms are what its id stands for."""
    return cast("Row", run_command(lambda connection: plain(use_case(connection)), terms=terms, command_id=command_id))


def plain(value: Any) -> Any:
    """Return a value as JSON tells it: instants in UTC with a Z, ids and days as text."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID | date) else value


def door_key() -> DoorKey:
    """Return the key that makes and compares door codes."""
    return cast("DoorKey", cast("Service", current_app.extensions["service"]).parts["door_key"])


def place_of(terms: Row) -> Place | None:
    """Return the place that the caller named, in millionths of a degree."""
    place = terms.get("place")
    return Place(_millionths(place["latitude"]), _millionths(place["longitude"])) if place else None


def place_of_text(text: str) -> Place:
    """Return the place of "latitude,longitude"."""
    latitude, longitude = (_millionths(Decimal(part)) for part in text.split(","))
    return Place(latitude, longitude)


def _millionths(degrees: Decimal) -> int:
    return int((degrees * MICRODEGREES).to_integral_value())


def reaches(connection: Connection, unit_id: UUID, *, power: str = "view_orders") -> bool:
    """Tell whether one of the caller's roles has the power and reaches the unit."""
    return holds(current_actor(), POWERS[power], queries.path_of(connection, unit_id))


def scope_of(connection: Connection, unit_id: UUID | None) -> Sequence[UUID]:
    """Return the units that a member of staff may list: those below the unit named, or below their own roles.

    Raises:
        ForbiddenError: none of the caller's roles reads orders there.
    """
    if unit_id is not None:
        if not reaches(connection, unit_id):
            raise ForbiddenError
        return queries.units_below(connection, [unit_id])
    mine = [held.unit_id for held in current_actor().roles if held.role in POWERS["view_orders"]]
    if not mine:
        raise ForbiddenError
    return queries.units_below(connection, mine)


def read_order(order_id: UUID) -> tuple[Order, Row]:
    """Return an order that the caller may see, and what of it.

    Raises:
        OrderNotFoundError: there is none, or it does not concern the caller.
    """
    with reading() as connection:
        order = queries.find_order(connection, order_id)
        if order is None or not _may_see(connection, order):
            raise OrderNotFoundError
        return order, order_view(connection, order)


def _may_see(connection: Connection, order: Order) -> bool:
    return order.state is State.PUBLISHED or concerns(connection, order) or reaches(connection, order.unit_id)


def funded(placed: Row, order_id: UUID) -> Row:
    """Return an order after waiting for the answer about its funding, as long as the caller prefers."""
    waiters = cast("Waiters", cast("Service", current_app.extensions["service"]).parts["waiters"])
    if placed["state"] != State.AWAITING_FUNDING.value or not wait_asked():
        return placed
    waiters.wait(order_id, seconds=wait_asked())
    return read_order(order_id)[1]


def concerns(connection: Connection, order: Order) -> bool:
    """Tell whether the caller takes part in an order, or is a relative with a grant of who receives or pays it.

    Having placed it is not enough: whoever placed it for somebody sees it as long as they may see that person's.
    """
    caller_id = current_actor().person_id
    if caller_id in (order.recipient_id, order.payer_id, order.offered_to, *order.volunteer_ids):
        return True
    return not seen_people(connection).isdisjoint({order.recipient_id, order.payer_id})


def seen_people(connection: Connection) -> frozenset[UUID]:
    """Return the people whose orders the caller may see as their relative with a grant."""
    return queries.seen_by(connection, current_actor().person_id, local_date(now()))


def speaks_for(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the caller is the person, or their relative with a grant."""
    return person_id == current_actor().person_id or person_id in seen_people(connection)


def may_know_of(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the caller is the person, their relative with a grant, or staff of their unit.

    What an erased person served stays under a number without a home: staff of the whole city may look.
    """
    if speaks_for(connection, person_id):
        return True
    known = queries.find_person(connection, person_id)
    homes = queries.city_units(connection) if known is None else [known.home_unit_id]
    return any(reaches(connection, home) for home in homes)


def incident_view(connection: Connection, incident: Row) -> Row:
    """Return what the caller may see of an incident: all, only that it is looked at, or nothing."""
    concerned_id = incident["person_id"]
    if reaches(connection, incident["unit_id"]) or (concerned_id and may_know_of(connection, concerned_id)):
        return cast("Row", plain(_located(incident)))
    if incident["opened_by"] != current_actor().person_id:
        return {}
    return cast("Row", plain({name: incident[name] for name in ("incident_id", "kind", "state", "opened_at")}))


def _located(incident: Row) -> Row:
    latitude_e6, longitude_e6 = incident["latitude_e6"], incident["longitude_e6"]
    degrees = {"latitude": _degrees(latitude_e6), "longitude": _degrees(longitude_e6)} if latitude_e6 else None
    hidden = ("latitude_e6", "longitude_e6")
    return {name: value for name, value in incident.items() if name not in hidden} | {"place": degrees}


def _degrees(millionths: int) -> str:
    return str(Decimal(millionths) / MICRODEGREES)


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
        "code": order.declined_code or None,
        "service": order.service_code,
        "minutes": order.planned_minutes,
        "start": order.start_at,
        "end": order.end_at,
        "funding": order.funding.value,
        "persons": order.persons,
        "unit_id": order.unit_id,
        "district_id": order.district_id,
        "published_at": order.published_at,
        "policy_version": order.service_policy_version or order.policy_version,
    }


def _private_part(connection: Connection, order: Order) -> Row:
    is_open = order.offer_lapses_at is not None and order.offer_lapses_at >= now()
    return {
        "recipient_id": order.recipient_id,
        "payer_id": order.payer_id,
        "price_minutes": order.price_minutes,
        "volunteers": [_part(connection, order, part) for part in order.assignments],
        "offered_to": order.offered_to if is_open else None,
        "offer_lapses_at": order.offer_lapses_at if is_open else None,
        "settlement": order.settlement,
        "fallback": order.fallback or None,
        "says_minutes": order.says_minutes,
        "decided_minutes": order.decided_minutes,
        "late_cancelled": order.late_cancelled,
    }


def _part(connection: Connection, order: Order, part: Assignment) -> Row:
    policy = queries.policy_of_order(connection, order)
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
    return {
        "flags": sorted(order.flags),
        "hints": [{"flag": flag, "zh": FLAG_WORDS[flag][0], "en": FLAG_WORDS[flag][1]} for flag in sorted(order.flags)],
        "placed_by": order.placed_by,
        "placed_at": order.placed_at,
        "acting_for": order.acting_for,
        "consent": order.consent.to_json() if order.consent else None,
        "why": order.why,
        "confirmed_by": order.confirmed_by,
        "rating": order.rating,
        "called_back_by": order.called_back_by,
        "approvers": list(order.approvers),
        "decided_by": order.decided_by,
        "decision_why": order.decision_why,
        "awaits_second": order.pending_minutes is not None,
        "second_id": order.second_id,
        "issued_minutes": order.issued_minutes,
        "slip_number": order.slip_number,
    }
