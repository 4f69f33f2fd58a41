"""Each main command loads, decides and saves: four round trips to the database, the commit included."""

from __future__ import annotations

from typing import Any

import pytest

from libs.ids import new_id
from services.redemption.tests.support import Bench, said
from tests.support.trips import counted_trips

TRIPS_MAX = 4


def trips(bench: Bench, method: str, by: str, path: str, body: dict[str, Any]) -> int:
    """Do something; return the round trips of its transaction. Who calls was looked up before, in one of its own."""
    with counted_trips(bench.database) as counted:
        answer = bench.send(method, path, by, body, Idempotency_Key=str(new_id()))
    assert answer.status_code < 300, answer.get_json()
    return max(counted)


@pytest.fixture
def people(bench: Bench) -> Bench:
    bench.person("lan", "recipient")
    bench.person("gu", "volunteer", status="deceased", age=80)
    bench.person("min", "volunteer", age=45)
    bench.relate("min", "parent", "lan")
    bench.relate("gu", "child", "min")
    bench.relate("lan", "child", "min")
    bench.grant_acting("lan", "min", minutes=600)
    bench.person("coord", "coordinator@k1", age=40)
    bench.person("check", "checker@s1", age=40)
    bench.person("admin", "district_admin@d1", age=42)
    bench.person("cadmin", "city_admin@city", age=48)
    assert bench.ask("r0", "lan").status_code == 202  # From then on this process has read the rules.
    return bench


def test_the_main_commands_go_to_the_database_four_times(people: Bench) -> None:
    lan, min_, gu = (str(people.id_of(name)) for name in ("lan", "min", "gu"))
    gift, other, entitlement, estate = (
        f"/v1/{of}/{people.id_of(of)}" for of in ("gifts", "donations", "entitlements", "estates")
    )
    for_her = {"acting_for": lan, "consent": said(), "why": "she rang"}
    under_grant = {"acting_for": lan, "consent": said("grant")}
    ask = {"recipient_id": lan, "service": "B1", "minutes": 60, "start": "2026-03-04T01:00:00+00:00"}
    yes = {"ok": True}

    counted = {
        "ask": trips(people, "PUT", "lan", f"/v1/redemptions/{people.id_of('r1')}", ask),
        "ask for a parent": trips(people, "PUT", "min", f"/v1/redemptions/{people.id_of('r2')}", ask | under_grant),
        "give": trips(people, "PUT", "min", gift, {"to": lan, "minutes": 10}),
        "give for a parent": trips(people, "PUT", "min", f"/v1/donations/{new_id()}", {"minutes": 10} | under_grant),
        "give for somebody": trips(people, "PUT", "coord", other, {"minutes": 10} | for_her),
        "decide a gift": trips(people, "POST", "check", f"{other}/decision", yes),
        "propose an entitlement": trips(people, "PUT", "admin", entitlement, {"person_id": lan, "minutes": 1800}),
        "decide an entitlement": trips(people, "POST", "cadmin", f"{entitlement}/decision", yes),
        "propose an estate": trips(people, "PUT", "admin", estate, {"person_id": gu, "to_person_id": min_}),
        "decide an estate": trips(people, "POST", "cadmin", f"{estate}/decision", yes),
    }

    assert {name: count for name, count in counted.items() if count > TRIPS_MAX} == {}
