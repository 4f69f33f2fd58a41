"""What entitlements hear: orders that are to be paid by purchased minutes, and orders that nobody took."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, orders
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.redemption.core.rules.policy import PURCHASED
from services.redemption.entitlements import store
from services.redemption.entitlements.usecases import purchased_help, refer_order


@dataclass(frozen=True)
class OrderEnded:
    """An order that ended, or whose hours were reversed."""

    order_id: UUID
    funding: str


@dataclass(frozen=True)
class WorkerHours:
    """What one worker worked."""

    actual_minutes: int


@dataclass(frozen=True)
class HoursApproved:
    """What was worked on an order."""

    order_id: UUID
    funding: str
    planned_minutes: int
    hours: tuple[WorkerHours, ...]


@hears(orders.FundingRequested)
def fund(connection: Connection, context: EventContext, order: purchased_help.FundingRequested) -> None:
    """Set minutes of the month aside."""
    if order.funding == PURCHASED:
        purchased_help.hold_purchased_minutes(connection, context, order)


@hears(orders.OrderDeclined, orders.OrderCancelled, orders.OrderExpired, orders.HoursRejected, orders.NoShowRecorded)
def end(connection: Connection, _context: EventContext, order: OrderEnded) -> None:
    """Free what the order held."""
    if order.funding == PURCHASED:
        purchased_help.end_purchased_help(connection, order.order_id)


@hears(orders.OrderExpired)
def refer(connection: Connection, context: EventContext, order: refer_order.OrderExpired) -> None:
    """Say where to turn when nobody took the order."""
    refer_order.refer_order(connection, context, order)


@hears(orders.HoursApproved)
def use(connection: Connection, _context: EventContext, approved: HoursApproved) -> None:
    """Take what was worked from the month."""
    if approved.funding == PURCHASED:
        purchased_help.use_purchased_minutes(
            connection,
            order_id=approved.order_id,
            planned_minutes=approved.planned_minutes,
            actual_minutes=[worked.actual_minutes for worked in approved.hours],
        )


@hears(orders.HoursReversed)
def give_back(connection: Connection, _context: EventContext, order: OrderEnded) -> None:
    """What was reversed was not used."""
    if order.funding == PURCHASED:
        purchased_help.give_back_minutes(connection, order.order_id)


@forgets(accounts.PersonState)
def forget_words(connection: Connection, _context: EventContext, subject: str) -> None:
    """Delete the words recorded about a person who has gone."""
    store.forget_words(connection, UUID(subject))
