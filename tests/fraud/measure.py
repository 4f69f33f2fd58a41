"""Report visits to the database of orders as the service would, and count what its flags and hints make of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa

from libs.db import Connection, Database
from services.orders.approving.rules.flags import with_device_flag
from services.orders.approving.usecases.flags import with_flags
from services.orders.core.store import order_store
from services.orders.core.store.tables import assignment, confirmation, orders
from services.orders.queues.store.hints import hints_of
from services.orders.tests.harness import named
from tests.fraud.behaviour import ALSO_CAUGHT_BY, CAUGHT_BY, HONEST, Spot, Visit

HINTS = frozenset({"mutual_ring", "unusual_hours", "one_desk", "round_hours"})
NAMES = (*CAUGHT_BY.values(), *ALSO_CAUGHT_BY.values())
MICRODEGREES = 1_000_000


@dataclass
class Score:
    """How often a flag or hint was right: what it should find, what of that it did, and all that it named."""

    planted: int = 0
    caught: int = 0
    named: int = 0
    rightly: int = 0

    @property
    def recall_percent(self) -> int:
        """Return how much of what was planted for it was found."""
        return self.caught * 100 // self.planted if self.planted else 0

    @property
    def precision_percent(self) -> int:
        """Return how much of what it named was some cheat's."""
        return self.rightly * 100 // self.named if self.named else 0

    def add(self, other: Score) -> None:
        """Count another seed's."""
        self.planted += other.planted
        self.caught += other.caught
        self.named += other.named
        self.rightly += other.rightly


@dataclass
class Report:
    """The scores of one or more seeds."""

    scores: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in NAMES})
    visits: int = 0
    honest: int = 0
    suspected: int = 0

    def count(self, visit: Visit, names: Iterable[str]) -> None:
        """Count what one visit was, and what was made of it."""
        raised = set(names) & set(self.scores)
        self.visits += 1
        self.honest += visit.kind == HONEST
        self.suspected += visit.kind == HONEST and bool(raised)
        for expected in {CAUGHT_BY.get(visit.kind), ALSO_CAUGHT_BY.get(visit.kind)} & set(self.scores):
            self.scores[expected].planted += 1
            self.scores[expected].caught += expected in raised
        for name in raised:
            self.scores[name].named += 1
            self.scores[name].rightly += visit.kind != HONEST

    def add(self, other: Report) -> None:
        """Count another seed's."""
        self.visits += other.visits
        self.honest += other.honest
        self.suspected += other.suspected
        for name, score in other.scores.items():
            self.scores[name].add(score)


def measure(database: Database, reported: Iterable[Visit], *, seed: int) -> Report:
    """Return what flags and hints make of visits that are reported one after the other, and looked at each evening."""
    report = Report()
    with database.transaction() as connection:
        for day, visits in groupby(reported, lambda visit: visit.left.date()):
            lines = {named(f"{seed}/{day}/{number}"): visit for number, visit in enumerate(visits)}
            flags = {order_id: _reported(connection, visit, order_id, seed) for order_id, visit in lines.items()}
            evening = max(visit.left for visit in lines.values()) + timedelta(hours=2)
            hints = hints_of(connection, list(lines), evening)
            for order_id, visit in lines.items():
                report.count(visit, flags[order_id] | {str(hint["hint"]) for hint in hints.get(order_id, [])})
    return report


def _reported(connection: Connection, visit: Visit, order_id: UUID, seed: int) -> frozenset[str]:
    """Write a visit as check-out and confirmation leave it; return its flags."""
    connection.execute(sa.insert(orders).values(**_order(visit, order_id, seed)))
    connection.execute(sa.insert(assignment).values(**_part(visit, order_id, seed)))
    order = order_store.find_order(connection, order_id)
    assert order is not None
    flagged = with_flags(connection, order)
    word = {"order_id": order_id, "confirmed_at": visit.left + timedelta(hours=1), "confirm_device": ""}
    if visit.confirmed_by:
        word |= {"confirmed_by": _who(visit.confirmed_by, seed), "confirm_device": f"{seed} {visit.confirm_phone}"}
    connection.execute(sa.insert(confirmation).values(**word))
    agreed = order_store.find_order(connection, order_id)
    assert agreed is not None
    return with_device_flag(agreed.flagged(flagged.submission.flags)).submission.flags


def _order(visit: Visit, order_id: UUID, seed: int) -> Mapping[str, object]:
    recipient_id = _who(visit.recipient, seed)
    return {
        "order_id": order_id,
        "district_id": named("d1"),
        "unit_id": named(f"{seed}/{visit.place}"),
        "recipient_id": recipient_id,
        "service_code": "B1",
        "catalogue_version": 1,
        "planned_minutes": visit.planned_minutes,
        "start_at": visit.start,
        "end_at": visit.start + timedelta(minutes=visit.planned_minutes),
        "funding": "programme",
        "persons": 1,
        "coefficient_percent": 100,
        "price_minutes": visit.planned_minutes,
        "placed_by": recipient_id,
        "placed_at": visit.start - timedelta(days=2),
        "policy_version": 1,
        "service_policy_version": 1,
        "state": "confirmed",
        "why": "",
        "declined_code": "",
        "flags": [],
        "approvers": [],
        "settlement": 0,
        "issued_minutes": 0,
        "fallback": "",
        "late_cancelled": False,
        "ended_at": visit.left,
    }


def _part(visit: Visit, order_id: UUID, seed: int) -> Mapping[str, object]:
    latitude_e6, longitude_e6 = _e6(visit.came_at)
    return {
        "order_id": order_id,
        "volunteer_id": _who(visit.volunteer, seed),
        "number": 0,
        "volunteer_district_id": named("d1"),
        "taken_at": visit.start - timedelta(days=1),
        "checked_in_at": visit.came,
        "in_latitude_e6": latitude_e6,
        "in_longitude_e6": longitude_e6,
        "in_device": f"{seed} {visit.phone}",
        "code_right": False,
        "metres_from_home": _metres(visit.came_at, visit.home),
        "checked_out_at": visit.left,
        "out_latitude_e6": latitude_e6,
        "out_longitude_e6": longitude_e6,
        "out_device": f"{seed} {visit.phone}",
        "was_ended": visit.is_forgotten,
    }


def _who(name: str, seed: int) -> UUID:
    return named(f"{seed}/{name}")


def _e6(spot: Spot) -> tuple[int, int]:
    return round(spot[0] * MICRODEGREES), round(spot[1] * MICRODEGREES)


def _metres(spot: Spot, other: Spot) -> int:
    """Return the distance of two places in one town."""
    north = (spot[0] - other[0]) * 111_195
    east = (spot[1] - other[1]) * 111_195 * 0.855
    return round(math.hypot(north, east))
