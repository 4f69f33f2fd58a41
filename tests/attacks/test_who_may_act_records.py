"""Nobody alone buries or revives anybody, keeps staff from signing by a word, or opens a gate by a made-up name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libs.contracts.events import accounts
from libs.ids import new_id
from services.accounts.conftest import empty_platform, hear, platform
from services.accounts.relations.rules.relations import DECLARED_OPEN_MAX
from services.accounts.tests.platform import PASSWORD, Caller, Platform, must
from services.orders.conftest import world
from services.orders.tests.harness import OrdersHarness, named

__all__ = ["empty_platform", "hear", "platform", "world"]
STAFF = {
    "coordinator": "k1",
    "checker": "s1",
    "operator": "d1",
    "district_admin": "d1",
    "city_admin": "city",
}
DIED = {"died": "2026-02-28"}
NO = {"ok": False, "why": "it is not so"}


def _attackers(platform: Platform) -> dict[str, Caller]:
    """One person of each role, one who has them all, and a puppet that any of them could have made."""
    found = {role: platform.staff(role, role, unit) for role, unit in STAFF.items()}
    everything = platform.staff("all", "coordinator", "k1")
    for role, unit in STAFF.items():
        if role != "coordinator":
            body = {"role": role, "unit_id": platform.units[unit]}
            must(platform.a.put(f"/v1/persons/{everything.person_id}/roles/{new_id()}", body))
    platform.register("puppet", roles=["volunteer"])
    return {**found, "all": platform.sign_in("all"), "puppet": platform.sign_in("puppet")}


def test_nobody_alone_buries_anybody(platform: Platform) -> None:
    attackers = _attackers(platform)
    victim = platform.register("victim", roles=["recipient"])

    told = set()
    for name, attacker in attackers.items():
        death_id = new_id()
        recorded = attacker.put(f"/v1/persons/{victim}/deaths/{death_id}", DIED)
        path = f"/v1/deaths/{death_id}/confirmation"
        if (
            recorded.status_code < 300
        ):  # What one recorded, neither they nor the puppet confirms; then room for the next.
            told |= {attackers[hand].post(path, {"ok": True}).get_json()["code"] for hand in (name, "puppet")}
            must(platform.b.post(path, NO))
        else:
            told.add(recorded.get_json()["code"])

    assert told == {"maker_is_checker", "not_authorised"}
    assert platform.events("PersonDied") == []
    platform.sign_in("victim", PASSWORD)


def test_nobody_alone_finds_anybody_alive_or_dead_again(platform: Platform) -> None:
    attackers = _attackers(platform)
    victim = platform.register("victim")
    death_id = platform.die(victim)

    told = set()
    for name, attacker in attackers.items():
        path = f"/v1/deaths/{death_id}/mistakes/{new_id()}"
        proposed = attacker.put(path, {"why": "I want my friend back"})
        hands = (name, "puppet") if proposed.status_code < 300 else ()
        told |= {attackers[hand].post(f"{path}/decision", {"ok": True}).get_json()["code"] for hand in hands}

    assert told == {"maker_is_checker", "not_authorised"}
    assert platform.events("DeathMistakeFound") == []
    assert platform.states_of(victim)[-1].status == "deceased"


@pytest.mark.parametrize("verdict", [{"ok": False}, NO, {"ok": "no"}, {"ok": None}, {"ok": 0, "why": "x"}])
def test_what_is_not_a_yes_confirms_nothing(platform: Platform, verdict: dict[str, Any]) -> None:
    lan, min_ = platform.register("兰", roles=["recipient"]), platform.register("敏")
    relation, finding, death, mistake, policy = (str(new_id()) for _ in range(5))
    dead = platform.die(platform.register("逝者"))
    kin = {"person_id": lan, "relative_id": min_, "kind": "child", "verified": True}
    must(platform.a.put(f"/v1/relations/{relation}", kin))
    must(platform.a.put(f"/v1/persons/{lan}/assessments/{finding}", {"grade": "total"}))
    must(platform.a.put(f"/v1/persons/{lan}/deaths/{death}", DIED))
    must(platform.a.put(f"/v1/deaths/{dead}/mistakes/{mistake}", {"why": "x"}))
    rules = {"unit_id": platform.units["d1"], "effective": "2026-03-02", "set": {}}
    must(platform.a.put(f"/v1/policies/{policy}", rules))

    for path in (
        f"/v1/relations/{relation}/confirmation",
        f"/v1/assessments/{finding}/confirmation",
        f"/v1/deaths/{death}/confirmation",
        f"/v1/deaths/{dead}/mistakes/{mistake}/decision",
        f"/v1/policies/{policy}/decision",
    ):
        answer = platform.b.post(path, verdict)
        assert answer.status_code in (200, 400, 422), (path, answer.get_json())

    assert not any(state.verified for state in platform.events("RelationState"))
    assert {state.grade for state in platform.states_of(lan)} == {"intact"}
    assert [fact.death_id for fact in platform.events("PersonDied")] == [dead]
    assert platform.events("DeathMistakeFound") == []
    assert platform.events("PolicyPublished") == []


def test_who_declares_everybody_a_relative_runs_into_a_bound(platform: Platform) -> None:
    saboteur = platform.register("saboteur", roles=["volunteer"])
    own = platform.sign_in("saboteur")

    answers = []
    for number in range(DECLARED_OPEN_MAX + 3):
        other = platform.register(f"checker{number}")
        body = {"person_id": saboteur, "relative_id": other, "kind": "sibling"}
        answers.append(own.put(f"/v1/relations/{new_id()}", body).status_code)

    assert answers == [201] * DECLARED_OPEN_MAX + [422] * 3


def test_a_volunteer_who_calls_every_checker_his_brother_is_decided_about(world: OrdersHarness) -> None:
    for checker in ("check", "check_b", "coord", "coord_b"):
        world.relate("min", "sibling", checker, verified=False)
    world.place("coord", "o1", recipient="lan", start="D1 09:00")
    world.act("min", "o1", "assignment")
    world.serve("o1", by="min", start="D1 09:00", end="D1 10:02")
    world.act("lan", "o1", "dispute", {"says_minutes": 0})

    decided = world.act("check", "o1", "decision", {"minutes": 0, "why": "nobody saw him"})

    assert (decided, world.state("o1")) == ("", "rejected")


def test_who_says_that_they_are_related_is_barred_at_once(world: OrdersHarness) -> None:
    world.relate("min", "other", "lan", verified=False)
    world.relate("check", "other", "lan", verified=False, by="check")
    world.place("coord", "o1", recipient="lan", start="D1 09:00")

    assert world.act("min", "o1", "assignment") == "related_party"
    world.act("hua", "o1", "assignment")
    world.serve("o1", by="hua", start="D1 09:00", end="D1 10:02", code=False)
    world.act("lan", "o1", "confirmation")
    assert [world.act(who, "o1", "approval") for who in ("check", "coord_b")] == ["approver_related", ""]


def test_no_volunteer_founds_a_group_and_none_is_joined_by_its_name(platform: Platform) -> None:
    attacker, pupil = platform.register("attacker", roles=["volunteer"]), platform.register("pupil", born="2014-03-02")
    own = platform.sign_in("attacker")
    group = f"/v1/groups/{new_id()}"
    body = {"unit_id": platform.units["k1"], "name_zh": "三年二班", "leader_id": attacker, "member_ids": [pupil]}

    told = [own.put(group, body).get_json()["code"]]
    must(platform.a.put(group, {**body, "member_ids": []}))
    told.append(own.post(f"{group}/members/{pupil}").get_json()["code"])
    told.append(platform.sign_in("pupil").post(f"{group}/members/{pupil}").get_json()["code"])

    assert set(told) == {"not_authorised"}
    assert [list(state.member_ids) for state in platform.events("GroupState")] == [[]]


def test_the_name_of_a_group_opens_no_gate_for_a_minor(world: OrdersHarness) -> None:
    world.person("kid", roles=["volunteer"], born=date(2014, 3, 1))
    world.policy({"earn": {"minor_mode": "group_only", "min_age": 10}})
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    foreign = accounts.GroupState(
        group_id=str(named("team")),
        version=1,
        leader_id=str(named("coord")),
        member_ids=[str(named("hua"))],
        active=True,
    )
    world.hear(foreign, subject=foreign.group_id)

    tried = [
        world.act("kid", "o1", "assignment", {"group": name}) for name in ("三年二班", str(new_id()), foreign.group_id)
    ]

    assert tried == ["invalid_fields", "minor_group_only", "minor_group_only"]


def test_the_name_of_a_device_is_never_evidence(world: OrdersHarness) -> None:
    flags = []
    for label, device in (("o1", None), ("o2", "lan's phone"), ("o3", "door_code")):
        day = label.replace("o", "D")
        world.place("coord", label, recipient="lan", start=f"{day} 09:00")
        world.act("min", label, "assignment")
        door = {"device": device} if device else {}
        world.serve(label, by="min", start=f"{day} 09:00", end=f"{day} 10:02", code=False, **door)
        flags.append(world.order(label)["flags"])

    assert flags == [["weak_evidence"]] * 3
