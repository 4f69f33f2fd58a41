"""Rows to values of the domain and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from libs.programme.acting import consent_from_json
from libs.programme.two_people import Proposal
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.occasion import Occasion
from services.orders.core.rules.offers import Offers
from services.orders.core.rules.order import (
    Approval,
    Assignment,
    Confirmation,
    Decision,
    Dispute,
    Door,
    Ending,
    Order,
    Placement,
    Submission,
    Terms,
)
from services.orders.core.rules.people import Place
from services.orders.core.rules.publication import Publication

Columns = dict[str, Any]
Found = RowMapping | Mapping[str, Any]
"""A row by the names of its columns, from SQLAlchemy or from the driver."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


# Of each value of an order: its attributes, and the columns that hold them; no two tables have a column in common.
_OF_ORDER = ("order_id", "district_id", "unit_id", "recipient_id", "funding", "payer_id", "state")
_VALUES: Mapping[str, tuple[type[Any], Mapping[str, str]]] = {
    "terms": (
        Terms,
        _same(
            "service_code", "catalogue_version", "policy_version", "planned_minutes", "start_at", "persons",
            "coefficient_percent", "price_minutes",
        ),
    ),
    "placement": (
        Placement,
        {"by": "placed_by", "at": "placed_at"} | _same("acting_for", "consent", "why", "slip_number", "corrects"),
    ),
    "publication": (Publication, _same("published_at", "no_taker_at", "asked_at", "wait_until")),
    "offers": (Offers, {"to": "offers_to", "lapse_at": "offers_lapse_at"}),
    "submission": (
        Submission,
        {"policy_version": "service_policy_version"} | _same("ended_at", "flags", "called_back_by", "called_back_at"),
    ),
    "approval": (Approval, _same("approvers", "settlement", "issued_minutes", "decided_minutes")),
    "ending": (Ending, _same("declined_code", "fallback", "late_cancelled")),
    "occasion": (Occasion, _same("venue_id", "activity_id")),
}  # fmt: skip
# Values with a life of their own have a table of their own, and no row while they are empty.
_OWN_VALUES: Mapping[str, tuple[type[Any], Mapping[str, str]]] = {
    "door": (Door, {"code_number": "door_code_number", "known_to": "door_code_known_to"} | _same("wrong_codes")),
    "confirmation": (
        Confirmation, {"by": "confirmed_by", "at": "confirmed_at", "device": "confirm_device"} | _same("rating")
    ),
    "dispute": (
        Dispute,
        {"from_state": "disputed_from", "why": "decision_why"} | _same("says_minutes", "decided_by"),
    ),
}  # fmt: skip
_READS: Mapping[str, Callable[[Any], Any]] = {
    "funding": Funding,
    "state": State,
    "consent": consent_from_json,
    "flags": frozenset,
    "approvers": tuple,
    "offers_to": tuple,
    "offers_lapse_at": tuple,
    "door_code_known_to": tuple,
    "disputed_from": lambda name: State(name) if name else None,
}
_WRITES: Mapping[str, Callable[[Any], Any]] = {
    "funding": str,
    "state": str,
    "consent": lambda consent: consent.to_json() if consent else None,
    "flags": sorted,
    "approvers": list,
    "offers_to": list,
    "offers_lapse_at": list,
    "door_code_known_to": list,
    "disputed_from": lambda state: state.value if state else None,
}
_PART_PLAIN = (
    "volunteer_id", "volunteer_district_id", "taken_at", "guardian_id", "group_id", "checked_in_at", "in_device",
    "out_device", "code_right", "metres_from_home", "checked_out_at", "was_ended", "checked_in_by", "checked_out_by",
    "in_key", "out_key",
)  # fmt: skip


def columns_of_order(order: Order) -> Columns:
    """Return an order as a row of `orders`."""
    columns = {name: _written(name, getattr(order, name)) for name in _OF_ORDER}
    for value, (_, names) in _VALUES.items():
        columns |= _columns(getattr(order, value), names)
    return columns | {"end_at": order.terms.end_at}


def own_columns_of_order(order: Order) -> dict[str, Columns]:
    """Return the rows of the values that have a table of their own, by its name."""
    return {name: _columns(getattr(order, name), names) for name, (_, names) in _OWN_VALUES.items()}


def empty_own_columns() -> dict[str, Columns]:
    """Return what stands for the values that have a table of their own while they are empty."""
    return {name: _columns(kind(), names) for name, (kind, names) in _OWN_VALUES.items()}


def order_of_columns(row: Found, parts: Sequence[Found]) -> Order:
    """Return the order of a row of `orders` with its own values, and its rows of `assignment`."""
    plain = {name: _read(name, row[name]) for name in _OF_ORDER}
    values = {value: kind(**_attributes(row, names)) for value, (kind, names) in _VALUES.items()}
    for value, (kind, names) in _OWN_VALUES.items():
        is_empty = all(row[column] is None for column in names.values())
        values[value] = kind() if is_empty else kind(**_attributes(row, names))
    values["dispute"] = replace(values["dispute"], waiting=_decision_of_columns(row))
    return Order(**plain, **values, assignments=tuple(part_of_columns(part) for part in parts))


def _decision_of_columns(row: Found) -> Decision | None:
    if row["waiting_decision_id"] is None:
        return None
    proposed = {name: row[f"waiting_{name}"] for name in ("proposed_by", "proposed_at", "lapses_at")}
    proposal = Proposal(row["waiting_decision_id"], **proposed)
    return Decision(row["waiting_minutes"], row["waiting_second_id"], proposal)


def _attributes(row: Found, names: Mapping[str, str]) -> Columns:
    return {attribute: _read(column, row[column]) for attribute, column in names.items()}


def _columns(value: object, names: Mapping[str, str]) -> Columns:
    return {column: _written(column, getattr(value, attribute)) for attribute, column in names.items()}


def _read(column: str, value: Any) -> Any:
    return _READS[column](value) if column in _READS else value


def _written(column: str, value: Any) -> Any:
    return _WRITES[column](value) if column in _WRITES else value


def columns_of_part(order_id: UUID, number: int, part: Assignment) -> Columns:
    """Return a volunteer's part as a row of `assignment`."""
    columns: Columns = {name: getattr(part, name) for name in _PART_PLAIN}
    return columns | {
        "order_id": order_id,
        "number": number,
        "ticked": None if part.ticked is None else list(part.ticked),
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
        ticked=None if row["ticked"] is None else tuple(row["ticked"]),
        in_place=place_of(row["in_latitude_e6"], row["in_longitude_e6"]),
        out_place=place_of(row["out_latitude_e6"], row["out_longitude_e6"]),
    )


def place_of(latitude_e6: int | None, longitude_e6: int | None) -> Place | None:
    """Return the place, None where it is not known."""
    return None if latitude_e6 is None or longitude_e6 is None else Place(latitude_e6, longitude_e6)


Row = dict[str, Any]
Fields = dict[str, object]
