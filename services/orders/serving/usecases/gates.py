"""The gates of one volunteer and one order: when it is taken, whenever something is told of either, and at the door."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from services.orders.core.rules.occasion import Kind
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, mark_store, people_store
from services.orders.core.store.facts import Ask
from services.orders.not_wanted import store as not_wanted_store
from services.orders.rounds import store as rounds_store
from services.orders.serving.rules.taking import Taking, refuse_unless_gates_open, refuse_who_may_not_serve
from services.orders.stops import store as stops_store


def ask_of_gates(volunteer_id: UUID, order_id: UUID) -> tuple[Ask, ...]:
    """Return what asks for what the gates look at, beside the people, their relations and the rules."""
    return (
        catalogue_store.ask_service_of(order_id),
        mark_store.ask_no_shows(volunteer_id),
        stops_store.ask_stopped_until(volunteer_id),
        not_wanted_store.ask_who_do_not_want(volunteer_id),
    )


def taking_of(
    connection: Connection, order: Order, volunteer: Person, part: Assignment, *, now: datetime, has_other: bool = False
) -> Taking:
    """Return everything that the gates look at for a volunteer's part of an order, as it is known now.

    A pause or a stop bars at `now`; the rules are those of that day.
    """
    who, today = volunteer.person_id, local_date(now)
    recipients = recipients_of(connection, order)
    unwilling = not_wanted_store.who_do_not_want(connection, who)
    return Taking(
        order=order,
        service=catalogue_store.service_version(connection, order.terms.service_code, order.terms.catalogue_version),
        volunteer=volunteer,
        recipients=recipients,
        relations=people_store.relations_of(connection, who),
        policy=people_store.policy_on(connection, order.district_id, today),
        home_policy=people_store.policy_on(connection, volunteer.district_id, today),
        day=local_date(order.terms.start_at),
        now=now,
        no_shows=mark_store.no_shows_of(connection, who),
        has_other=has_other,
        stopped_until=stops_store.stopped_until(connection, who),
        is_not_wanted=any(recipient.person_id in unwilling for recipient in recipients),
        guardian_id=part.guardian_id,
        group_id=part.group_id,
        group=people_store.find_group(connection, part.group_id) if part.group_id else None,
    )


def recipients_of(connection: Connection, order: Order) -> tuple[Person, ...]:
    """Return who receives an order: on a round everybody to whom it goes; nobody where a volunteer has a seat."""
    if order.recipient_id is not None:
        return (people_store.load_person(connection, order.recipient_id),)
    if order.kind is Kind.SEAT:
        return ()
    return tuple(people_store.find_people(connection, rounds_store.recipients_of_round(connection, order.order_id)))


def refuse_shut_gates(connection: Connection, order: Order, part: Assignment, *, now: datetime) -> None:
    """Refuse who has taken an order and might not take it any more.

    Raises:
        Refusal: the first gate that is shut; its code says which.
    """
    volunteer = people_store.load_person(connection, part.volunteer_id)
    refuse_who_may_not_serve(volunteer)
    refuse_unless_gates_open(taking_of(connection, order, volunteer, part, now=now))
