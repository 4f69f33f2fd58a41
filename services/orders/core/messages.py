"""What every feature tells of an order, and how: facts leave in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.events import orders
from libs.db import Connection
from libs.events import Cause, publish, tells
from libs.programme.known_grants import ActFor
from libs.programme.words import Funding
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose

FACTS = "timebank.orders.v1"
STATE = "timebank.orders.state.v1"
TOPICS_HEARD = (
    "timebank.accounts.state.v1",
    "timebank.accounts.v1",
    "timebank.redemption.v1",
    "timebank.ledger.v1",
)


def tell(connection: Connection, context: Cause, event: Any, *, district_id: UUID | None = None) -> None:
    """Publish a fact in the order of the recipient's district, which is its own unless another is named."""
    stream = str(district_id or event.district_id)
    publish(connection, event, topic=FACTS, stream=stream, cause=context.cause, at=context.now)


@tells(orders.ActedFor, subject="use_id")
class ActedFor(ActFor):
    """What was done for somebody; the words of their consent stay here."""


@tells(orders.FundingRequested, subject="order_id")
@dataclass(frozen=True, kw_only=True)
class FundingRequested:
    """What the help costs is to be set aside."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID | None
    funding: Funding
    price_minutes: int
    planned_minutes: int
    start_at: datetime
    service_code: str
    policy_version: int
    requested_by: UUID
    payer_id: UUID | None
    without_redemption: bool


@tells(orders.OrderPublished, subject="order_id")
@dataclass(frozen=True)
class OrderPublished:
    """The order may be taken."""

    order_id: UUID
    district_id: UUID
    start_at: datetime


@tells(orders.OrderCancelled, subject="order_id")
@dataclass(frozen=True)
class OrderCancelled:
    """The order was given up by decision, of a person (whose words stay in orders) or for a reason with a code."""

    order_id: UUID
    district_id: UUID
    by: UUID | None
    why: str
    funding: Funding


@tells(orders.OrderTaken, subject="order_id")
@dataclass(frozen=True)
class OrderTaken:
    """Who will come."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID | None
    volunteer_ids: tuple[UUID, ...]
    start_at: datetime
    planned_minutes: int
    stop_recipient_ids: tuple[UUID, ...] = ()


@tells(orders.NoticeWanted, subject="notice_id")
@dataclass(frozen=True)
class NoticeWanted:
    """Somebody is to be told something of an order."""

    notice_id: UUID
    district_id: UUID
    person_id: UUID
    purpose: Purpose
    order_id: UUID
    start_at: datetime
    other_id: UUID | None
    useless_after: datetime | None


def funding_requested(order: Order) -> FundingRequested:
    """Return what is asked of redemption or the ledger."""
    return FundingRequested(
        order_id=order.order_id,
        district_id=order.district_id,
        recipient_id=order.recipient_id,
        funding=order.funding,
        price_minutes=order.terms.price_minutes,
        planned_minutes=order.terms.planned_minutes,
        start_at=order.terms.start_at,
        service_code=order.terms.service_code,
        policy_version=order.terms.policy_version,
        requested_by=order.placement.by,
        payer_id=order.payer_id,
        without_redemption=order.is_late_entry,
    )


def order_taken(order: Order, stop_recipient_ids: tuple[UUID, ...] = ()) -> OrderTaken:
    """Return what is told of an order for which nobody more is looked for; of a round, to whom it goes."""
    return OrderTaken(
        order.order_id,
        order.district_id,
        order.recipient_id,
        order.volunteer_ids,
        order.terms.start_at,
        order.terms.planned_minutes,
        stop_recipient_ids,
    )


def order_cancelled(order: Order, *, by: UUID | None = None, code: str = "") -> OrderCancelled:
    """Return what is told of an order that was cancelled."""
    return OrderCancelled(order.order_id, order.district_id, by, code, order.funding)
