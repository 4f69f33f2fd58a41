"""Rows to values of the domain and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from libs.programme.acting import consent_from_json
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Assignment, Funding, Order
from services.orders.core.rules.people import Place

Columns = dict[str, Any]
Found = RowMapping | Mapping[str, Any]
"""A row by the names of its columns, from SQLAlchemy or from the driver."""
_ORDER_PLAIN = (
    "order_id", "district_id", "unit_id", "recipient_id", "service_code", "catalogue_version", "planned_minutes",
    "start_at", "persons", "coefficient_percent", "price_minutes", "placed_by", "placed_at", "policy_version",
    "door_code_number", "wrong_codes", "payer_id", "acting_for", "why", "declined_code", "published_at",
    "no_taker_at", "offered_to", "offer_lapses_at", "service_policy_version", "called_back_by", "called_back_at",
    "confirmed_by", "confirmed_at", "confirm_device", "rating", "settlement", "issued_minutes", "fallback",
    "says_minutes", "pending_minutes", "decided_minutes", "decided_by", "decision_why", "second_id", "slip_number",
    "late_cancelled", "ended_at",
)  # fmt: skip
_PART_PLAIN = (
    "volunteer_id", "volunteer_district_id", "taken_at", "guardian_id", "group_id", "checked_in_at", "in_device",
    "out_device", "code_right", "metres_from_home", "checked_out_at", "was_ended", "checked_in_by", "checked_out_by",
)  # fmt: skip


def columns_of_order(order: Order) -> Columns:
    """Return an order as a row of `orders`."""
    columns: Columns = {name: getattr(order, name) for name in _ORDER_PLAIN}
    return columns | {
        "end_at": order.end_at,
        "consent": order.consent.to_json() if order.consent else None,
        "funding": order.funding.value,
        "state": order.state.value,
        "flags": sorted(order.flags),
        "approvers": list(order.approvers),
        "door_code_known_to": list(order.door_code_known_to),
        "disputed_from": order.disputed_from.value if order.disputed_from else None,
    }


def order_of_columns(row: Found, parts: Sequence[Found]) -> Order:
    """Return the order of a row of `orders` and its rows of `assignment`."""
    plain = {name: row[name] for name in _ORDER_PLAIN}
    return Order(
        **plain,
        consent=consent_from_json(row["consent"]),
        funding=Funding(row["funding"]),
        state=State(row["state"]),
        flags=frozenset(row["flags"]),
        approvers=tuple(row["approvers"]),
        door_code_known_to=tuple(row["door_code_known_to"]),
        disputed_from=State(row["disputed_from"]) if row["disputed_from"] else None,
        assignments=tuple(part_of_columns(part) for part in parts),
    )


def columns_of_part(order_id: UUID, number: int, part: Assignment) -> Columns:
    """Return a volunteer's part as a row of `assignment`."""
    columns: Columns = {name: getattr(part, name) for name in _PART_PLAIN}
    return columns | {
        "order_id": order_id,
        "number": number,
        "in_latitude_e6": part.in_place.latitude_e6 if part.in_place else None,
        "in_longitude_e6": part.in_place.longitude_e6 if part.in_place else None,
        "out_latitude_e6": part.out_place.latitude_e6 if part.out_place else None,
        "out_longitude_e6": part.out_place.longitude_e6 if part.out_place else None,
    }


def part_of_columns(row: Found) -> Assignment:
    """Return the part of a row of `assignment`."""
    plain = {name: row[name] for name in _PART_PLAIN}
    return Assignment(
        **plain,
        in_place=place_of(row["in_latitude_e6"], row["in_longitude_e6"]),
        out_place=place_of(row["out_latitude_e6"], row["out_longitude_e6"]),
    )


def place_of(latitude_e6: int | None, longitude_e6: int | None) -> Place | None:
    """Return the place, None where it is not known."""
    return None if latitude_e6 is None or longitude_e6 is None else Place(latitude_e6, longitude_e6)


Row = dict[str, Any]
Fields = dict[str, object]
