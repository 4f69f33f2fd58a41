"""What waits in the city for the word of a second person: one of everything, and things that can be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.attacks.city import City
from tests.scenarios.client import ApiCall
from tests.scenarios.world import SCAN, A, B, World
from tests.support.applying import apply

Made = tuple[str, str, dict[str, Any], str]
COMPANY = {
    "code": "B1", "name_zh": "陪伴", "name_en": "Company", "service_class": "B", "risk": "L", "persons": 1,
    "min_minutes": 30, "max_minutes": 60, "funding": ["credit"],
}  # fmt: skip


def make_pending(city: City) -> dict[str, str]:
    """Make one of each, by the first of the two built-in members of staff; return the ids of those that came to be."""
    world, made, refused = city.world, {}, []
    for name, path, body, by in _wanted(world):
        identity = world.id_of(f"pending/{name}")
        call = ApiCall(by, "PUT", path.format(identity), body)
        status, answer = world.client.send(call)
        refused += [(name, status, answer)] if status >= 300 else []
        made[name] = identity
    made["application"], made["admission"] = _apply(city), world.id_of("pending/admission")
    made["role_of_coordinator"], made["deputyship"] = _away(city)
    world.client.settle()
    assert refused == []
    made["notice"] = city.ask("GET", "/v1/me/notices", role="recipient").json()["items"][0]["notice_id"]
    return made


def _apply(city: City) -> str:
    """Let somebody apply, and the first member of staff record every step and sign."""
    world = city.world
    application_id = apply(city.url, city.outbox, number="13900000099", unit_id=world.unit_of("k1"))
    path = f"/v1/applications/{application_id}"
    document = {"kind": "resident", "number": "110101199001010015"}
    done = {"on": world.story.day("D1").isoformat()}
    for name, body in (("identity", document), ("agreement", done), ("training", done)):
        world.must(A, "POST", f"{path}/{name}", body, key=f"application {name}")
    world.must(A, "PUT", f"{path}/admissions/{world.id_of('pending/admission')}", {})
    return application_id


def _away(city: City) -> tuple[str, str]:
    """Let somebody above a coordinator name who stands in for them; return the role's id, and what waits."""
    world = city.world
    held = city.ask("GET", f"/v1/persons/{world.id_of('coord')}/roles", role="city_admin").json()["items"]
    grant_id = next(str(grant["grant_id"]) for grant in held if grant["role"] == "coordinator")
    days = {name: world.story.day("D40").isoformat() for name in ("begins_on", "ends_on")}
    body = {"grant_id": grant_id, "deputy_id": world.id_of("coord_k2"), "reason": "leave"} | days
    world.must(A, "PUT", f"/v1/deputies/{world.id_of('pending/deputyship')}", body)
    return grant_id, world.id_of("pending/deputyship")


def _wanted(world: World) -> Iterator[Made]:
    lan, minnow = world.id_of("lan"), world.id_of("min")
    home, district = world.unit_of("k1"), world.unit_of("d1")
    day = world.story.day("D9").isoformat()
    migration = {"kind": "migration", "person_id": lan, "minutes": 60, "why": "old book", "scan": SCAN}
    yield "adjustment", "/v1/adjustments/{}", migration, A
    yield "reversal", "/v1/reversals/{}", {"cause_id": world.id_of("start/lan/earned"), "why": "mistaken"}, A
    yield "policy", "/v1/policies/{}", {"unit_id": district, "effective": day}, A
    yield "catalogue", "/v1/catalogue-items/proposals/{}", {**COMPANY, "unit_id": district, "effective": day}, A
    yield "entitlement", "/v1/entitlements/{}", {"person_id": lan, "minutes": 1800}, A
    record = {"person_id": minnow, "minutes": 600, "served_on": world.story.day("D1").isoformat(), "scan": SCAN}
    yield "service_record", "/v1/service-records/{}", record, A
    yield "assessment", f"/v1/persons/{lan}/assessments/{{}}", {"grade": "mild"}, A
    yield "hardship", f"/v1/persons/{lan}/hardships/{{}}", {"categories": ["dibao"]}, A
    yield "relation", "/v1/relations/{}", {"person_id": lan, "relative_id": minnow, "kind": "child"}, A
    yield "stop", "/v1/volunteer-stops/{}", {"volunteer_id": world.id_of("tar"), "why": "drunk"}, A
    yield "visit", "/v1/visits/{}", {"person_id": lan, "how": "phone", "outcome": "seen"}, A
    yield "death", f"/v1/persons/{world.id_of('old')}/deaths/{{}}", {"died": world.story.day("D1").isoformat()}, A
    target = f"/v1/persons/{world.id_of('tar')}"
    for who in (A, B):
        yield f"seen by {who}", f"{target}/identity-sightings/{{}}", {"document": "resident"}, who
    yield "role", f"{target}/roles/{{}}", {"role": "operator", "unit_id": home}, A
    yield "number", f"{target}/phone-changes/{{}}", {"phone_number": "13900000001"}, A
    yield "slips", "/v1/slips/{}", {"unit_id": home, "from": 1, "to": 9}, A
    yield "certificate", "/v1/certificates/{}", {"person_id": minnow}, A
    yield "donation", "/v1/donations/{}", {"minutes": 10}, world.login("lan")
    yield "gift", "/v1/gifts/{}", {"to": world.id_of("ann"), "minutes": 10}, world.login("lan")
    found = {"person_id": lan, "how": "door", "outcome": "seen", "findings": ["safety"]}
    yield "welfare", "/v1/visits/{}", found, A
    yield "incident", "/v1/incidents/{}", {"kind": "urgent_call", "person_id": lan}, A
    shift = [world.story.instant(f"D30 {clock}:00").isoformat() for clock in ("08", "20")]
    duty = {"unit_id": home, "person_id": minnow, "from": shift[0], "until": shift[1]}
    yield "duty", "/v1/duty-roster/{}", duty, A
    weekly: dict[str, Any] = {"recipient_id": lan, "service": "A7", "funding": "credit", "weekdays": [2], "minutes": 60}
    yield "series", "/v1/series/{}", weekly | {"time": "07:00", "from": world.story.day("D60").isoformat()}, A
    venue = {"unit_id": home, "kind": "canteen", "name": "和园食堂", "address": "和园路 1 号", "capacity": 40}
    yield "venue", "/v1/venues/{}", venue, A
    counted = {"day": world.story.day("D2").isoformat(), "visitors": 1, "meals": 1}
    yield "count", f"/v1/venues/{world.id_of('pending/venue')}/counts/{{}}", counted, A
    planned: dict[str, Any] = {"venue_id": world.id_of("pending/venue"), "title": "包粽子", "service": "A7"}
    planned |= {"start": world.story.instant("D30 09:00").isoformat(), "minutes": 60, "seats": 20}
    yield "activity", "/v1/activities/{}", planned, A
    way: dict[str, Any] = {"unit_id": home, "service": "A7", "minutes": 60, "recipient_ids": [lan]}
    yield "round", "/v1/rounds/{}", way | {"start": world.story.instant("D30 14:00").isoformat()}, A
    group = {"unit_id": home, "name_zh": "邻里互助队", "leader_id": minnow}
    yield "group", "/v1/groups/{}", group, A
    yield "close", "/v1/period-closes/{}", {"district_id": district, "month": "2026-02"}, A
    yield "import", "/v1/imports/{}", {"rows": []}, world.login("admin")
    said = {"how": "desk", "given_at": world.story.instant("D2 15:00").isoformat(), "words": "she may do it for me"}
    granted: dict[str, Any] = {"person_id": lan, "relative_id": world.id_of("ann"), "acts": ["see", "ask"]}
    granted |= {"consent": said} | {"minutes_per_month": 600, "until": world.story.day("D30").isoformat()}
    yield "grant", "/v1/acting-grants/{}", granted, A
    yield "complaint", "/v1/complaints/{}", {"about": "suspension", "words": "why me"}, world.login("sus")
