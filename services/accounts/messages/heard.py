"""What accounts hears of the others, read from protobuf."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import from_microseconds
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger_wire
from libs.contracts.timebank.orders.v1 import events_pb2 as orders_wire
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption_wire
from libs.inbox import IncomingEvent

TOPICS = ("timebank.orders.v1", "timebank.ledger.v1", "timebank.redemption.v1")
ESTATE_SETTLED = "estate_settled"


@dataclass(frozen=True)
class ErasureAnswer:
    """A service's answer; no code means that nothing stands against it."""

    erasure_id: UUID
    code: str
    last_service_on: date | None


@dataclass(frozen=True)
class TakenOrder:
    """An order that has its volunteers, and its planned end."""

    order_id: UUID
    recipient_id: UUID
    volunteer_ids: tuple[UUID, ...]
    ends_at: datetime


def erasure_answer(event: IncomingEvent) -> ErasureAnswer:
    """Read an answer of any of the three services."""
    message = _ANSWERS[event.event_type]()
    message.ParseFromString(event.payload or b"")
    last_day = getattr(message, "last_service_on", "")
    code = message.code if message.answer != "clear" else ""
    return ErasureAnswer(UUID(message.erasure_id), code, date.fromisoformat(last_day) if last_day else None)


@dataclass(frozen=True)
class WalletsAnswer:
    """The ledger's answer to a death found mistaken; no code means that the wallets are given back."""

    cause_id: UUID
    code: str


def wallets_answer(event: IncomingEvent) -> WalletsAnswer | None:
    """Read what the ledger said about somebody's wallets; None when it is about nothing of ours."""
    if event.event_type == TRANSFER_REFUSED:
        refused = ledger_wire.TransferRefused.FromString(event.payload or b"")
        return WalletsAnswer(UUID(refused.cause_id), refused.code) if refused.cause_id else None
    message = ledger_wire.WalletsUnfrozen.FromString(event.payload or b"")
    return WalletsAnswer(UUID(message.cause_id), "")


def settled_estate_of(event: IncomingEvent) -> UUID | None:
    """Read whose estate was settled by a transfer; None when it is a transfer of another kind."""
    posted = ledger_wire.TransferPosted.FromString(event.payload or b"")
    if posted.reason != ESTATE_SETTLED or not posted.debit_person_id:
        return None
    return UUID(posted.debit_person_id)


def taken_order(event: IncomingEvent) -> TakenOrder:
    """Read who goes to whom."""
    message = orders_wire.OrderTaken.FromString(event.payload or b"")
    return TakenOrder(
        order_id=UUID(message.order_id),
        recipient_id=UUID(message.recipient_id),
        volunteer_ids=tuple(UUID(volunteer_id) for volunteer_id in message.volunteer_ids),
        ends_at=from_microseconds(message.start_at_us) + timedelta(minutes=message.planned_minutes),
    )


def act_for_of(event: IncomingEvent) -> dict[str, object]:
    """Read what orders or redemption did for somebody."""
    message = _ACTS_FOR[event.event_type].FromString(event.payload or b"")
    return {
        "use_id": UUID(message.use_id),
        "service": event.event_type.split(".")[1],
        "person_id": UUID(message.person_id),
        "actor_id": UUID(message.actor_id),
        "grant_id": UUID(message.grant_id) if message.grant_id else None,
        "act": message.act,
        "subject_id": UUID(message.subject_id),
        "minutes": message.minutes,
        "how": message.consent_how,
        "given_at": from_microseconds(message.consent_given_at_us),
        "at": from_microseconds(message.at_us),
    }


def order_id_of(event: IncomingEvent) -> str:
    """Read which order ended."""
    message = _ENDS[event.event_type]()
    message.ParseFromString(event.payload or b"")
    order_id: str = message.order_id
    return order_id


def _type(kind: type[Message]) -> str:
    return str(kind.DESCRIPTOR.full_name)


_ANSWERS: dict[str, Any] = {
    _type(kind.ErasureAnswered): kind.ErasureAnswered for kind in (orders_wire, ledger_wire, redemption_wire)
}
_ENDS: dict[str, Any] = {
    _type(kind): kind
    for kind in (
        ledger_wire.HoursSettled,
        orders_wire.HoursRejected,
        orders_wire.NoShowRecorded,
        orders_wire.OrderCancelled,
        orders_wire.OrderExpired,
        orders_wire.OrderPublished,
    )
}
_ACTS_FOR: dict[str, Any] = {_type(kind.ActedFor): kind.ActedFor for kind in (orders_wire, redemption_wire)}
ACTS_FOR = tuple(_ACTS_FOR)
ERASURE_ANSWERS = {event_type.split(".")[1]: event_type for event_type in _ANSWERS}
TRANSFER_REFUSED = _type(ledger_wire.TransferRefused)
TRANSFER_POSTED = _type(ledger_wire.TransferPosted)
WALLETS_UNFROZEN = _type(ledger_wire.WalletsUnfrozen)
ORDER_TAKEN = _type(orders_wire.OrderTaken)
ORDER_ENDS = tuple(_ENDS)
