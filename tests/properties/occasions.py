"""What one person alone may try with houses, rounds, the catalogue, objections and whoever stands in for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from libs.ids import id_from_cause

Act = tuple[str, str, dict[str, Any] | bytes]
OCCASIONS = ("seat", "round")
"""Hours of an activity and of a round: nobody receives them."""
KINDS = {"venues": "venue", "activities": "activity", "rounds": "round"}
PLACE = {"latitude": "31.230000", "longitude": "121.470000"}
ALONE = {"why": "alone"}
OK = {"ok": True}


def at_houses(
    id_of: Callable[[str], str], where_and_when: tuple[str, str], me: str, recipient_id: str
) -> Iterator[Act]:
    """Yield what there is to do at a house and on a round, until somebody would sign the hours."""
    unit_id, start = where_and_when
    venue, activity, way = (f"/v1/{kind}/{id_of(one)}" for kind, one in KINDS.items())
    yield "PUT", venue, {"unit_id": unit_id, "kind": "canteen", "name": "独食堂", "address": "独路", "capacity": 9}
    plan = {"venue_id": id_of("venue"), "title": "独", "service": "A7", "start": start, "minutes": 60, "seats": 1}
    yield "PUT", activity, plan
    yield "PUT", f"{activity}/sign-ups/{id_of('seat')}", {}
    people = {"unit_id": unit_id, "recipient_ids": [recipient_id]}
    yield "PUT", way, people | {"service": "A7", "start": start, "minutes": 60}
    yield "POST", f"/v1/orders/{id_of('round')}/assignment", {}
    for name in OCCASIONS:
        yield "POST", f"/v1/orders/{id_of(name)}/check-in", {"place": PLACE}
    stop_id = id_from_cause(UUID(id_of("round")), "stop", recipient_id)
    yield "POST", f"{way}/stops/{stop_id}/tick", {"outcome": "done"}
    for name in OCCASIONS:
        yield "POST", f"/v1/orders/{id_of(name)}/check-out", {"place": PLACE}
    yield from signatures(id_of, OCCASIONS)
    count = f"{venue}/counts/{id_of('count')}"
    yield "PUT", count, {"day": start[:10], "visitors": 9, "meals": 9}
    yield "POST", f"{count}/correction", {"visitors": 8, "meals": 8} | ALONE
    yield "POST", f"{activity}/closing", {}
    yield "POST", f"{activity}/withdrawal", {}
    yield "POST", f"{activity}/cancellation", ALONE
    yield "POST", f"{venue}/closing", {}
    yield "POST", f"/v1/not-wanted/{recipient_id}", {"volunteer_id": me}
    yield "POST", f"/v1/not-wanted/{recipient_id}/lifting", {"volunteer_id": me}


def signatures(id_of: Callable[[str], str], orders: Iterable[str]) -> Iterator[Act]:
    """Yield what would make credit of hours."""
    for name in orders:
        yield "POST", f"/v1/orders/{id_of(name)}/approval", {}
        yield "POST", f"/v1/orders/{id_of(name)}/second-check", OK


def objections(id_of: Callable[[str], str], orders: Iterable[str], me: str) -> Iterator[Act]:
    """Yield more minutes said against what was signed, and granted, by one and the same."""
    for name in (*orders, *OCCASIONS):
        order_id, objection_id = id_of(name), id_of(f"objection {name}")
        words = {"says_minutes": 120, "words": "alone"}
        yield "PUT", f"/v1/orders/{order_id}/objections/{objection_id}", words
        answer = {"upheld": True, "minutes": 120, "second": me, "by_programme": True}
        yield "POST", f"/v1/objections/{objection_id}/answer", answer | ALONE


def incident_acts(id_of: Callable[[str], str], person_id: str) -> Iterator[Act]:
    """Yield an incident told, answered, looked after and closed by one and the same."""
    incident_id = id_of("incident")
    incident = f"/v1/incidents/{incident_id}"
    yield "PUT", incident, {"kind": "urgent_call", "person_id": person_id}
    yield "POST", f"/v1/duty-calls/{incident_id}/acknowledgement", {}
    yield "POST", f"/v1/welfare-checks/{incident_id}/acknowledgement", {"number": 1}
    yield "POST", f"{incident}/step-outcome", {"number": 1, "outcome": "reached_well"}
    yield "POST", f"{incident}/closing", {"outcome": "well"}


def untaken_acts(order: str, later: str) -> Iterator[Act]:
    """Yield every answer to help that nobody takes, up to the market's."""
    yield "POST", f"{order}/waiting", {"until": later}
    yield "POST", f"{order}/time", {"start": later}
    yield "POST", f"{order}/referral", {}
    yield "POST", f"{order}/referral/provider", {"provider": "alone", "contact": "alone", "comes": later}
    yield "POST", f"{order}/referral/outcome", {"outcome": "served"}


def catalogue_acts(id_of: Callable[[str], str], district_id: str, day: str) -> Iterator[Act]:
    """Yield a minute that is to count thrice."""
    version = {
        "unit_id": district_id, "effective": day, "code": "A7", "name_zh": "独", "name_en": "Alone",
        "service_class": "A", "risk": "L", "persons": 1, "min_minutes": 30, "max_minutes": 240,
        "coefficient_percent": 300, "funding": ["credit", "programme"],
    }  # fmt: skip
    proposal = f"/v1/catalogue-items/proposals/{id_of('version')}"
    yield "PUT", proposal, version
    yield "POST", f"{proposal}/decision", OK


def deputy_acts(id_of: Callable[[str], str], grant_id: str, who: tuple[str, str, str], day: str) -> Iterator[Act]:
    """Yield one's own role lent to somebody who holds none, accepted by oneself, and what waits for oneself given."""
    me, deputy_id, unit_id = who
    deputy = f"/v1/deputies/{id_of('deputy')}"
    days = {"begins_on": day, "ends_on": day, "reason": "leave"}
    yield "PUT", deputy, days | {"grant_id": grant_id, "deputy_id": deputy_id}
    yield "POST", f"{deputy}/decision", OK
    yield "DELETE", deputy, {}
    yield "PUT", f"/v1/handovers/{id_of('handover')}", {"from_id": me, "to_id": deputy_id, "unit_id": unit_id}
