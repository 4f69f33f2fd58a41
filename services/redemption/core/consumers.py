"""What core hears beside the directory: services, orders as they were placed, what was served and done for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import orders
from libs.db import Connection
from libs.db.rows import save_row
from libs.events import EventContext, forgets, hears
from libs.programme.catalogue import PLAIN_PERCENT
from libs.programme.directory import catalogue_subject
from libs.programme.known_grants import UseTold, save_use
from services.redemption.core.rules.policy import PURCHASED
from services.redemption.core.store import directory, placed_orders, service_minutes, tables as t

CATALOGUE = "timebank.orders.state.v1"
RECORDED_SETTLEMENT = 0
"""Of service that was given before the platform, or counted from a paper."""


@dataclass(frozen=True)
class CatalogueItem:
    """A version of a service, as far as it is paid for."""

    code: str
    version: int
    effective: date
    persons: int
    min_minutes: int
    max_minutes: int
    coefficient_percent: int
    funding: tuple[str, ...]
    max_grade: str
    name_zh: str
    name_en: str
    district_id: UUID | None
    until: date | None
    night_percent: int
    night_from: int
    night_until: int
    season_percent: int
    season_from: str
    season_until: str


@dataclass(frozen=True)
class OrderPlaced:
    """An order as it was placed."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID | None
    service_code: str
    planned_minutes: int
    funding: str
    state: str


@dataclass(frozen=True)
class OrderMoved:
    """An order that waits for no coordinator any more."""

    order_id: UUID


@dataclass(frozen=True)
class VolunteerHours:
    """What one volunteer served."""

    volunteer_id: UUID
    actual_minutes: int


@dataclass(frozen=True)
class HoursApproved:
    """What was served on an order."""

    order_id: UUID
    settlement: int
    funding: str
    hours: tuple[VolunteerHours, ...]


@dataclass(frozen=True)
class HoursReversed:
    """Hours that count no more."""

    order_id: UUID
    settlement: int


@dataclass(frozen=True)
class ServiceTimeRecorded:
    """Service that was given outside of orders."""

    record_id: UUID
    person_id: UUID
    minutes: int


def lacking(connection: Connection) -> Mapping[str, str]:
    """Return which states are to be read again, because an earlier release kept them without their names."""
    kind = str(orders.CatalogueItemPublished.DESCRIPTOR.full_name)
    services = {kind: CATALOGUE} if directory.lacks_names_of_services(connection) else {}
    return {**directory.DIRECTORY.lacking(connection), **services}


@hears(orders.ActedFor)
def count_use(connection: Connection, _context: EventContext, use: UseTold) -> None:
    """What was done for somebody elsewhere counts towards the grant's month here too."""
    save_use(connection, use)


@hears(orders.CatalogueItemPublished)
def save_catalogue_item(connection: Connection, _context: EventContext, service: CatalogueItem) -> None:
    """Keep a version of a service."""
    columns = {name: getattr(service, name) for name in CatalogueItem.__dataclass_fields__}
    # An earlier release told of no nights and no seasons: help cost the same at any time.
    plain = {name: columns[name] or PLAIN_PERCENT for name in ("night_percent", "season_percent")}
    save_row(connection, t.catalogue_item, columns | plain | {"funding": [*service.funding]})


@forgets(orders.CatalogueItemPublished)
def forget_catalogue_item(connection: Connection, _context: EventContext, subject: str) -> None:
    """Nobody asks for a version of a service that has gone."""
    directory.forget_service(connection, *catalogue_subject(subject))


@hears(orders.OrderPlaced)
def keep_order(connection: Connection, _context: EventContext, order: OrderPlaced) -> None:
    """Keep an order, which may wait for a review first."""
    placed = placed_orders.PlacedOrder(
        order_id=order.order_id,
        district_id=order.district_id,
        recipient_id=order.recipient_id,
        service_code=order.service_code,
        planned_minutes=order.planned_minutes,
        funding=order.funding,
        under_review=order.state == "under_review",
    )
    placed_orders.save_placed_order(connection, placed)


@hears(
    orders.OrderPublished,
    orders.FundingRequested,
    orders.OrderDeclined,
    orders.OrderCancelled,
    orders.OrderExpired,
    orders.HoursRejected,
    orders.NoShowRecorded,
)
def end_review(connection: Connection, _context: EventContext, order: OrderMoved) -> None:
    """Whatever became of it, no coordinator has to look at it first."""
    placed_orders.end_review(connection, order.order_id)


@hears(orders.HoursApproved)
def count_hours(connection: Connection, _context: EventContext, approved: HoursApproved) -> None:
    """Count minutes that volunteers served; paid work is not volunteering."""
    if approved.funding == PURCHASED:
        return
    hours = [(served.volunteer_id, served.actual_minutes) for served in approved.hours]
    service_minutes.save_service(connection, order_id=approved.order_id, settlement=approved.settlement, hours=hours)


@hears(orders.HoursReversed)
def reverse_hours(connection: Connection, _context: EventContext, hours: HoursReversed) -> None:
    """What was reversed was not served."""
    service_minutes.reverse_service(connection, order_id=hours.order_id, settlement=hours.settlement)


@hears(orders.ServiceTimeRecorded)
def count_recorded_service(connection: Connection, _context: EventContext, record: ServiceTimeRecorded) -> None:
    """Count service that was given outside of orders."""
    hours = [(record.person_id, record.minutes)]
    service_minutes.save_service(connection, order_id=record.record_id, settlement=RECORDED_SETTLEMENT, hours=hours)
