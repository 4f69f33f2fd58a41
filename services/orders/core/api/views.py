"""What the caller may see of an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from marshmallow import missing

from libs.clock import local_date
from libs.db import Connection
from libs.http import current_actor
from libs.programme import directory
from libs.programme.policy import Policy
from libs.programme.policy.store import policy_of_version, read_versions
from libs.programme.words import EvidenceClass
from libs.translation import in_both
from services.orders.core.api.edge import command, now, reaches
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.evidence import FLAG_WORDS, EvidenceKind, evidence_class, evidence_of
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.offers import Offer
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.schemas import OrderSchema, Sight, done_schema
from services.orders.core.store import order_store, people_store, unit_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.core.usecases.order_changes import read_no_more

OrderUseCase = Callable[[Connection, CommandContext], Order]


def order_command(use_case: OrderUseCase, terms: Row, *, command_id: UUID | None = None) -> Row:
    """Run a use case on an order once, and return the order as the caller may see it."""

    def run(connection: Connection, context: CommandContext) -> Row:
        read_no_more(connection)
        view = order_view(connection, use_case(connection, context))
        return cast("Row", done_schema(OrderSchema)().dump(view))

    return command(run, terms, command_id=command_id)


def read_order(connection: Connection, order_id: UUID) -> OrderView:
    """Return an order that the caller may see, as they see it.

    Raises:
        OrderNotFoundError: there is none, or it does not concern the caller.
    """
    order = order_store.find_order(connection, order_id)
    view = order_view(connection, order) if order is not None else None
    if view is None or (view.sight is Sight.EVERYBODY and view.order.state is not State.PUBLISHED):
        raise OrderNotFoundError
    return view


@dataclass(frozen=True)
class PartView:
    """A volunteer's part of an order, with what proves it."""

    person_id: UUID
    taken_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    actual_minutes: int
    counted_minutes: int
    evidence: Sequence[EvidenceKind]
    evidence_class: EvidenceClass | None
    group: UUID | None
    guardian: UUID | None
    ticked: Sequence[int] | None


@dataclass(frozen=True)
class OrderView:
    """An order as one caller sees it at an instant; `OrderSchema` says which group sees what of it."""

    order: Order
    sight: Sight
    at: datetime
    policy: Policy | None
    """The rules that bind it, where one of its parts has begun."""
    distance_m: Any = missing
    acts: Any = missing
    service_name: Any = missing
    unit_name: Any = missing
    falls_due: Any = missing
    falls_due_at: Any = missing
    checklist: Any = missing
    reserve_yuan: Any = missing

    @property
    def code(self) -> str | None:
        """Return why it was declined."""
        return self.order.ending.declined_code or None

    @property
    def policy_version(self) -> int:
        """Return the version of the rules that bind it."""
        return self.order.bound_by

    @property
    def persons_taken(self) -> int:
        """Return how many have taken it."""
        return len(self.order.assignments)

    @property
    def volunteers(self) -> list[PartView]:
        """Return the parts of those who took it."""
        return [_part(self.policy, self.order, part) for part in self.order.assignments]

    @property
    def offer(self) -> Offer | None:
        """Return the open offer to the caller, else the last that is open."""
        mine = [offer for offer in self.offers if offer.to == current_actor().person_id]
        return next(iter(mine or reversed(self.offers)), None)

    @property
    def offered_to(self) -> UUID | None:
        """Return to whom it is offered: to the caller, else the last."""
        return self.offer.to if self.offer else None

    @property
    def offer_lapses_at(self) -> datetime | None:
        """Return until when that offer may be accepted."""
        return self.offer.lapses_at if self.offer else None

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Return the offers that are open, the last one last."""
        return self.order.offers.open_at(self.at)

    @property
    def fallback(self) -> str | None:
        """Return what help is looked for instead."""
        return self.order.ending.fallback or None

    @property
    def flags(self) -> list[str]:
        """Return what makes one look twice."""
        return sorted(self.order.submission.flags)

    @property
    def flag_words(self) -> list[Row]:
        """Return the flags in words."""
        return [{"flag": flag, **in_both(FLAG_WORDS[flag], module=__name__)} for flag in self.flags]

    @property
    def consent(self) -> Row | None:
        """Return the consent of whom it was placed for."""
        consent = self.order.placement.consent
        return consent.to_json() if consent else None

    @property
    def awaits_second(self) -> bool:
        """Tell whether a decision waits for its second person."""
        return self.order.dispute.awaits_second(self.at)

    @property
    def second_id(self) -> UUID | None:
        """Return whom a decision waits for."""
        waiting = self.order.dispute.waiting
        return waiting.second_id if waiting else None


def _part(policy: Policy | None, order: Order, part: Assignment) -> PartView:
    return PartView(
        person_id=part.volunteer_id,
        taken_at=part.taken_at,
        checked_in_at=part.checked_in_at,
        checked_out_at=part.checked_out_at,
        actual_minutes=part.actual_minutes,
        counted_minutes=order.counted_minutes(part),
        evidence=sorted(evidence_of(policy, order, part)) if policy and part.checked_in_at else (),
        evidence_class=evidence_class(policy, order, part) if policy and part.checked_out_at else None,
        group=part.group_id,
        guardian=part.guardian_id,
        ticked=part.ticked,
    )


def order_view(connection: Connection, order: Order) -> OrderView:
    """Return an order as the caller sees it."""
    return order_views(connection, [order])[0]


def order_views(connection: Connection, orders: Iterable[Order]) -> list[OrderView]:
    """Return orders as the caller sees them; what decides it is read once, however many there are."""
    orders, at = list(orders), now()
    unit_store.read_paths(connection, {order.unit_id for order in orders})
    begun = {(order.district_id, order.bound_by) for order in orders if order.began_at is not None}
    read_versions(connection, begun)
    return [OrderView(order, sight_of(connection, order), at, _policy(connection, order)) for order in orders]


def _policy(connection: Connection, order: Order) -> Policy | None:
    return None if order.began_at is None else policy_of_version(connection, order.district_id, order.bound_by)


def sight_of(connection: Connection, order: Order) -> Sight:
    """Return how much of an order the caller sees: staff in scope all, those whom it concerns their part."""
    if reaches(connection, order.unit_id):
        return Sight.STAFF
    return Sight.CONCERNED if concerns(connection, order) else Sight.EVERYBODY


def concerns(connection: Connection, order: Order) -> bool:
    """Tell whether the caller takes part in an order, or is a relative with a grant of who receives or pays it.

    Having placed it is not enough: whoever placed it for somebody sees it as long as they may see that person's.
    """
    caller_id = current_actor().person_id
    if caller_id in (order.recipient_id, order.payer_id, *order.offers.to, *order.volunteer_ids):
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
