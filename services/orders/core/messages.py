"""What every feature tells of an order, and how it is published."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.powers import POWERS
from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from libs.db import Connection
from libs.ids import new_id
from libs.outbox import OutgoingEvent, append
from libs.programme.known_grants import ActFor
from services.orders.core.rules.order import Order

FACTS = "timebank.orders.v1"
STATE = "timebank.orders.state.v1"
TOPICS_HEARD = (
    "timebank.accounts.state.v1",
    "timebank.accounts.v1",
    "timebank.redemption.v1",
    "timebank.ledger.v1",
)
__all__ = ["POWERS", "Message", "wire"]


def publish(connection: Connection, message: Message, *, district_id: UUID, subject: UUID, at: datetime) -> None:
    """Append a fact; its stream and key are the recipient's district."""
    event = OutgoingEvent(
        event_id=new_id(),
        event_type=message.DESCRIPTOR.full_name,
        topic=FACTS,
        stream=str(district_id),
        key=str(district_id),
        subject=str(subject),
        payload=message.SerializeToString(),
        occurred_at=at,
    )
    append(connection, event)


def acted_for(done: ActFor, *, district_id: UUID) -> Message:
    """Return what was done for somebody; the words of their consent stay here."""
    return wire.ActedFor(
        use_id=str(done.use_id),
        district_id=str(district_id),
        person_id=str(done.person_id),
        actor_id=str(done.actor_id),
        grant_id=text_of(done.grant_id),
        act=done.act.value,
        subject_id=str(done.subject_id),
        minutes=done.minutes,
        consent_how=done.consent.how.value,
        consent_given_at_us=to_microseconds(done.consent.given_at),
        at_us=to_microseconds(done.at),
    )


def publish_for(connection: Connection, order: Order, message: Message, at: datetime) -> None:
    """Append a fact about an order."""
    publish(connection, message, district_id=order.district_id, subject=order.order_id, at=at)


def funding_requested(order: Order) -> Message:
    """Ask for what the help costs to be set aside."""
    return wire.FundingRequested(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        recipient_id=str(order.recipient_id),
        funding=order.funding.value,
        price_minutes=order.terms.price_minutes,
        planned_minutes=order.terms.planned_minutes,
        start_at_us=to_microseconds(order.terms.start_at),
        service_code=order.terms.service_code,
        policy_version=order.policy_version,
        requested_by=str(order.placement.by),
        payer_id=text_of(order.payer_id),
        without_redemption=order.is_late_entry,
    )


def order_published(order: Order) -> Message:
    """Say that the order may be taken."""
    start = to_microseconds(order.terms.start_at)
    return wire.OrderPublished(order_id=str(order.order_id), district_id=str(order.district_id), start_at_us=start)


def text_of(identity: UUID | None) -> str:
    return str(identity) if identity else ""
