"""What funding hears: orders that are to be paid by credit, and the ledger's answers."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import ledger, orders
from libs.db import Connection
from libs.events import EventContext, hears
from services.redemption.core.rules.policy import CREDIT
from services.redemption.funding.usecases import ask_for_hold, end_help, record_hold, settle


@dataclass(frozen=True)
class OrderEnded:
    """An order that ended without being paid; `code` only of a declined one."""

    order_id: UUID
    funding: str
    code: str = ""


@dataclass(frozen=True)
class HoldAnswered:
    """The ledger's answer about a hold; `code` only of a refusal."""

    hold_id: UUID
    funding: str = CREDIT
    code: str = ""


@dataclass(frozen=True)
class HoursSettled:
    """What a settlement took from the payer."""

    order_id: UUID
    funding: str
    settlement: int
    paid_minutes: int = 0


@hears(orders.FundingRequested)
def fund(connection: Connection, context: EventContext, order: ask_for_hold.FundingRequested) -> None:
    """Ask the ledger for a hold."""
    if order.funding == CREDIT:
        ask_for_hold.ask_for_hold(connection, context, order)


@hears(orders.OrderDeclined)
def decline(connection: Connection, context: EventContext, order: OrderEnded) -> None:
    """The order is not published."""
    if order.funding == CREDIT:
        end_help.end_credit_help(connection, context, order.order_id, why="declined", declined_code=order.code)


@hears(orders.OrderCancelled)
def cancel(connection: Connection, context: EventContext, order: OrderEnded) -> None:
    """Nobody wants the help any more."""
    _end(connection, context, order, why="cancelled")


@hears(orders.OrderExpired)
def expire(connection: Connection, context: EventContext, order: OrderEnded) -> None:
    """Nobody took the order."""
    _end(connection, context, order, why="expired")


@hears(orders.HoursRejected)
def reject(connection: Connection, context: EventContext, order: OrderEnded) -> None:
    """What was reported is not accepted."""
    _end(connection, context, order, why="rejected")


@hears(orders.NoShowRecorded)
def record_no_show(connection: Connection, context: EventContext, order: OrderEnded) -> None:
    """Somebody did not come."""
    _end(connection, context, order, why="no_show")


def _end(connection: Connection, context: EventContext, order: OrderEnded, *, why: str) -> None:
    if order.funding == CREDIT:
        end_help.end_credit_help(connection, context, order.order_id, why=why)


@hears(ledger.HoldPlaced)
def hold_placed(connection: Connection, context: EventContext, hold: HoldAnswered) -> None:
    """The price is set aside."""
    if hold.funding == CREDIT:
        record_hold.record_hold_placed(connection, context, hold.hold_id)


@hears(ledger.HoldRefused)
def hold_refused(connection: Connection, context: EventContext, hold: HoldAnswered) -> None:
    """There is not enough."""
    if hold.funding == CREDIT:
        record_hold.record_hold_refused(connection, context, hold.hold_id, code=hold.code)


@hears(ledger.HoldReleased)
def hold_released(connection: Connection, context: EventContext, hold: HoldAnswered) -> None:
    """The credit is free again."""
    record_hold.record_hold_released(connection, context, hold.hold_id)


@hears(ledger.HoursSettled)
def hours_settled(connection: Connection, context: EventContext, settled: HoursSettled) -> None:
    """The help is paid."""
    if settled.funding == CREDIT:
        settle.record_settled(
            connection,
            context,
            settled.order_id,
            settlement=settled.settlement,
            paid_minutes=settled.paid_minutes,
        )


@hears(orders.HoursReversed)
def hours_reversed(connection: Connection, _context: EventContext, hours: HoursSettled) -> None:
    """What was paid is given back."""
    if hours.funding == CREDIT:
        settle.reverse_settled(connection, hours.order_id, settlement=hours.settlement)
