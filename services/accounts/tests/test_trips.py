"""Each main command loads, decides and saves: a few round trips to the database, the commit included."""

from __future__ import annotations

import pytest

from libs.ids import new_id
from services.accounts.tests.platform import Caller, Document, Platform
from tests.support.trips import counted_trips

TRIPS_MAX = 4
MORE = {"confirm a death": 8}
"""It ends the person's sessions, the steps of those that were beginning, devices and grants, however many."""


def _trips(platform: Platform, caller: Caller, act: str, body: Document) -> int:
    """Do something; return the round trips of its transaction. Who calls was looked up before, in one of its own."""
    method, path = act.split(" ")
    with counted_trips(platform.database) as counted:
        answer = platform.client.open(path, method=method, json=body, headers=caller._headers(new_id()))
    assert answer.status_code < 300, answer.get_json()
    return max(counted)


@pytest.fixture
def people(platform: Platform) -> dict[str, str]:
    """An elder and her daughter, whose document two have seen."""
    people = {name: platform.register(name, roles=["recipient"]) for name in ("兰", "敏", "刚")}
    for seer in (platform.a, platform.b):
        seer.put(f"/v1/persons/{people['敏']}/identity-sightings/{new_id()}", {"document": "resident"})
    return people


def test_the_main_commands_go_to_the_database_four_times(platform: Platform, people: dict[str, str]) -> None:
    a, b, lan, min_ = platform.a, platform.b, people["兰"], people["敏"]
    finding, relation, grant, death, complaint, policy = (str(new_id()) for _ in range(6))
    role = {"role": "coordinator", "unit_id": platform.units["k1"]}
    kin = {"person_id": lan, "relative_id": min_, "kind": "child", "verified": True}
    rules = {"unit_id": platform.units["d1"], "effective": "2026-03-02", "set": {}}
    yes = {"ok": True}

    counted = {
        "record a grade": _trips(platform, a, f"PUT /v1/persons/{lan}/assessments/{finding}", {"grade": "mild"}),
        "confirm a grade": _trips(platform, b, f"POST /v1/assessments/{finding}/confirmation", yes),
        "record a relation": _trips(platform, a, f"PUT /v1/relations/{relation}", kin),
        "confirm a relation": _trips(platform, b, f"POST /v1/relations/{relation}/confirmation", yes),
        "record a grant": _trips(platform, a, f"PUT /v1/acting-grants/{new_id()}", platform.grant(lan, min_)),
        "propose a role": _trips(platform, a, f"PUT /v1/persons/{min_}/roles/{grant}", role),
        "decide a role": _trips(platform, b, f"POST /v1/persons/{min_}/roles/{grant}/decision", yes),
        "propose rules": _trips(platform, a, f"PUT /v1/policies/{policy}", rules),
        "decide rules": _trips(platform, b, f"POST /v1/policies/{policy}/decision", yes),
        "complain": _trips(platform, platform.sign_in("兰"), f"PUT /v1/complaints/{complaint}", COMPLAINT),
        "answer a complaint": _trips(platform, b, f"POST /v1/complaints/{complaint}/answer", ANSWER),
        "suspend": _trips(platform, a, f"POST /v1/persons/{lan}/suspension", {"why": "x"}),
        "record a death": _trips(platform, a, f"PUT /v1/persons/{lan}/deaths/{death}", {"died": "2026-02-01"}),
        "confirm a death": _trips(platform, b, f"POST /v1/deaths/{death}/confirmation", yes),
    }

    assert {name: trips for name, trips in counted.items() if trips > MORE.get(name, TRIPS_MAX)} == {}


COMPLAINT = {"about": "treatment", "words": "…"}
ANSWER = {"upheld": False, "reason": "…"}
