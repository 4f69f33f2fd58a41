"""What waits for a second person is listed to the staff of its unit, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from libs.ids import new_id
from services.accounts.tests.platform import Caller, Platform, must, refused

LISTS = ("/v1/findings", "/v1/relations/waiting", "/v1/phone-changes")


def _waiting(caller: Caller, path: str, unit: str, **more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = must(caller.get(path, unit=unit, **more))["items"]
    return rows


def test_a_finding_waits_until_it_is_decided_or_lapses(platform: Platform) -> None:
    lan, grade, hardship = platform.register("兰"), str(new_id()), str(new_id())
    must(platform.a.put(f"/v1/persons/{lan}/assessments/{grade}", {"grade": "mild"}))
    must(platform.a.put(f"/v1/persons/{lan}/hardships/{hardship}", {"categories": ["dibao"]}))
    unit = platform.units["d1"]

    assert {row["finding_id"] for row in _waiting(platform.a, "/v1/findings", unit)} == {grade, hardship}
    only = _waiting(platform.a, "/v1/findings", unit, kind="hardship")
    assert [(row["finding_id"], row["categories"]) for row in only] == [(hardship, ["dibao"])]

    must(platform.b.post(f"/v1/assessments/{grade}/confirmation", {"ok": True}))
    assert [row["finding_id"] for row in _waiting(platform.a, "/v1/findings", unit)] == [hardship]

    platform.move(timedelta(days=400))
    assert _waiting(platform.a, "/v1/findings", unit) == []


def test_a_relation_waits_at_its_beginning_and_at_its_end(platform: Platform) -> None:
    lan, ann, relation = platform.register("兰"), platform.register("安"), str(new_id())
    body = {"person_id": lan, "relative_id": ann, "kind": "child", "verified": True}
    unit = platform.units["d1"]
    must(platform.a.put(f"/v1/relations/{relation}", body))
    assert [row["waits_for_confirmation"] for row in _waiting(platform.b, "/v1/relations/waiting", unit)] == [True]

    must(platform.b.post(f"/v1/relations/{relation}/confirmation", {"ok": True}))
    assert _waiting(platform.b, "/v1/relations/waiting", unit) == []

    must(platform.a.delete(f"/v1/relations/{relation}"))
    ending = _waiting(platform.b, "/v1/relations/waiting", unit)
    assert [(row["relation_id"], bool(row["ending_by"])) for row in ending] == [(relation, True)]


@pytest.mark.parametrize("path", LISTS)
def test_the_list_is_for_staff_who_reach_the_unit(platform: Platform, path: str) -> None:
    platform.register("兰")
    elsewhere = platform.staff("旁人", "coordinator", "k3")

    refused(platform.sign_in("兰").get(path, unit=platform.units["k1"]), "not_authorised", 403)
    refused(elsewhere.get(path, unit=platform.units["k1"]), "out_of_scope", 403)
    refused(platform.a.get(path), "invalid_fields", 422)
