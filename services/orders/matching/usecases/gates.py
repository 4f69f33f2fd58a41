"""The gates of taking, asked for many volunteers: each who may not help is counted under the gate that bars them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import Refusal
from libs.translation import in_chinese
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person
from services.orders.core.store import mark_store, people_store
from services.orders.core.store.facts import Ask
from services.orders.not_wanted import store as not_wanted_store
from services.orders.serving import store as serving_store
from services.orders.serving.rules.taking import Taking, refuse_unless_gates_open, refuse_who_may_not_serve
from services.orders.stops import store as stops_store


@dataclass(frozen=True)
class Barred:
    """A gate that is shut for some of those that were looked at, volunteers or orders, in words."""

    code: str
    zh: str
    en: str
    count: int


class GateCount:
    """How many each gate bars, as they are looked at one after the other."""

    def __init__(self) -> None:
        self.barred = Counter[type[Refusal]]()

    def in_words(self) -> list[Barred]:
        """Return each gate that bars somebody, the one that bars most first."""
        return [
            Barred(gate.code, in_chinese(gate.english, module=gate.home), gate.english, count)
            for gate, count in self.barred.most_common()
        ]


@dataclass(frozen=True)
class Asking:
    """An order for which somebody is looked for: its recipients, its service, and when."""

    order: Order
    service: Service
    recipients: tuple[Person, ...]
    now: datetime


def ask_of(volunteer_id: UUID) -> tuple[Ask, ...]:
    """Return what asks for what the gates look at, whichever the order."""
    return (
        people_store.ask_relations(volunteer_id),
        mark_store.ask_no_shows(volunteer_id),
        stops_store.ask_stopped_until(volunteer_id),
        not_wanted_store.ask_who_do_not_want(volunteer_id),
    )


def lets_pass(connection: Connection, asking: Asking, volunteer: Person, gates: GateCount, *, is_busy: bool) -> bool:
    """Tell whether every gate lets a volunteer take an order; the one that does not is counted."""
    refusal = shut_gate(connection, asking, volunteer, is_busy=is_busy)
    if refusal is not None:
        gates.barred[type(refusal)] += 1
    return refusal is None


def shut_gate(connection: Connection, asking: Asking, volunteer: Person, *, is_busy: bool) -> Refusal | None:
    """Return the first gate that bars a volunteer from taking an order, None where none does."""
    try:
        refuse_who_may_not_serve(volunteer)
        refuse_unless_gates_open(_taking(connection, asking, volunteer, is_busy=is_busy))
    except Refusal as refusal:
        return refusal
    return None


def is_busy(connection: Connection, order: Order, volunteer_id: UUID) -> bool:
    """Tell whether a volunteer has taken an order at the same time."""
    return serving_store.volunteer_is_busy(connection, volunteer_id, order.order_id)


def _taking(connection: Connection, asking: Asking, volunteer: Person, *, is_busy: bool) -> Taking:
    order, today, who = asking.order, local_date(asking.now), volunteer.person_id
    unwilling = not_wanted_store.who_do_not_want(connection, who)
    return Taking(
        order=order,
        service=asking.service,
        volunteer=volunteer,
        recipients=asking.recipients,
        relations=people_store.relations_of(connection, who),
        policy=people_store.policy_on(connection, order.district_id, today),
        home_policy=people_store.policy_on(connection, volunteer.district_id, today),
        day=local_date(order.terms.start_at),
        now=asking.now,
        no_shows=mark_store.no_shows_of(connection, who),
        has_other=is_busy,
        stopped_until=stops_store.stopped_until(connection, who),
        is_not_wanted=any(recipient.person_id in unwilling for recipient in asking.recipients),
    )
