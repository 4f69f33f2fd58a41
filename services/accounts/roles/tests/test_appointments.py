"""Staff roles are given by two people, to somebody whose identity two members of staff have seen."""

import threading
from datetime import timedelta
from uuid import UUID

from libs.ids import new_id
from libs.programme.two_people import LAPSES_AFTER
from services.accounts.core.store.person_store import PersonStore
from services.accounts.core.store.unit_store import UnitStore
from services.accounts.tests.platform import Caller, Document, Platform, must, refused, wait_until_somebody_waits


def _seen(platform: Platform, person_id: str, *seers: Caller) -> None:
    for seer in seers:
        must(seer.put(f"/v1/persons/{person_id}/identity-sightings/{new_id()}", {"document": "resident"}))


def _role(platform: Platform, role: str, unit: str) -> Document:
    return {"role": role, "unit_id": platform.units[unit]}


def test_a_staff_role_is_held_when_a_second_person_has_said_yes(platform: Platform) -> None:
    person_id = platform.register("新人")
    _seen(platform, person_id, platform.a, platform.b)
    path = f"/v1/persons/{person_id}/roles/{new_id()}"

    proposed = must(platform.a.put(path, _role(platform, "coordinator", "k1")))
    assert (proposed["state"], proposed["proposed_by"]) == ("proposed", platform.a.person_id)
    assert not platform.states_of(person_id)[-1].roles
    refused(platform.a.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(platform.b.post(f"{path}/decision", {}), "invalid_fields", 422)
    [waiting] = must(platform.b.get("/v1/roles/proposals"))["items"]
    assert waiting["person_id"] == person_id
    assert waiting["roles_to_decide"] == proposed["roles_to_decide"] == ["city_admin"], "a lower one may not"
    decided = must(platform.b.post(f"{path}/decision", {"ok": True, "why": "known here"}))

    assert (decided["state"], decided["decided_by"]) == ("accepted", platform.b.person_id)
    assert platform.rows("SELECT decision_why FROM role_proposal WHERE person_id = :id", id=person_id) == [
        ("known here",)
    ]
    assert [role.role for role in platform.states_of(person_id)[-1].roles] == ["coordinator"]
    refused(platform.b.post(f"{path}/decision", {"ok": False, "why": "x"}), "already_decided", 409)
    [held] = must(platform.sign_in("新人").get(f"/v1/persons/{person_id}/roles"))["items"]
    assert (held["state"], held["role"]) == ("held", "coordinator")
    assert must(platform.b.get("/v1/roles/proposals"))["items"] == []


def test_a_no_or_a_withdrawal_gives_nothing(platform: Platform) -> None:
    person_id = platform.register("新人")
    _seen(platform, person_id, platform.a, platform.b)
    path = f"/v1/persons/{person_id}/roles"
    declined, withdrawn = f"{path}/{new_id()}", f"{path}/{new_id()}"
    must(platform.a.put(declined, _role(platform, "coordinator", "k1")))
    must(platform.a.put(withdrawn, _role(platform, "operator", "d1")))

    assert must(platform.b.post(f"{declined}/decision", {"ok": False, "why": "unknown"}))["state"] == "declined"
    refused(platform.b.delete(withdrawn), "not_authorised", 403)
    assert must(platform.a.delete(withdrawn))["state"] == "withdrawn"

    refused(platform.b.post(f"{withdrawn}/decision", {"ok": True}), "already_decided", 409)
    refused(platform.b.post(f"{path}/{new_id()}/decision", {"ok": True}), "record_not_found", 404)
    assert not platform.states_of(person_id)[-1].roles
    assert {one["state"] for one in must(platform.b.get(path))["items"]} == {"declined", "withdrawn"}


def test_a_proposal_lapses_by_time_and_with_who_made_it(platform: Platform) -> None:
    admin = platform.staff("区管理员", "district_admin", "d1")
    person_id = platform.register("新人")
    _seen(platform, person_id, platform.a, platform.b)
    path = f"/v1/persons/{person_id}/roles"
    late, orphaned = f"{path}/{new_id()}", f"{path}/{new_id()}"

    must(platform.a.put(late, _role(platform, "coordinator", "k1")))
    assert len(must(platform.b.get("/v1/roles/proposals"))["items"]) == 1
    platform.move(LAPSES_AFTER)
    assert must(platform.b.get("/v1/roles/proposals"))["items"] == []
    refused(platform.b.post(f"{late}/decision", {"ok": True}), "proposal_lapsed", 409)
    must(admin.put(orphaned, _role(platform, "coordinator", "k1")))
    must(platform.a.post(f"/v1/persons/{admin.person_id}/suspension", {"why": "x"}))
    refused(platform.b.post(f"{orphaned}/decision", {"ok": True}), "proposal_lapsed", 409)

    assert not platform.states_of(person_id)[-1].roles


def test_two_members_of_staff_must_have_seen_who_it_is(platform: Platform) -> None:
    person_id = platform.register("新人")
    path = f"/v1/persons/{person_id}/roles/{new_id()}"
    coordinator = platform.staff("协调员", "coordinator", "k1")
    stranger = platform.staff("外区", "coordinator", "k3", home="k3")
    sighting = f"/v1/persons/{person_id}/identity-sightings"

    refused(platform.a.put(path, _role(platform, "checker", "s1")), "identity_not_seen", 422)
    _seen(platform, person_id, coordinator)
    refused(coordinator.put(f"{sighting}/{new_id()}", {"document": "passport"}), "already_decided", 409)
    refused(stranger.put(f"{sighting}/{new_id()}", {"document": "resident"}), "out_of_scope", 403)
    refused(platform.sign_in("新人").put(f"{sighting}/{new_id()}", {"document": "other"}), "not_authorised", 403)
    own = f"/v1/persons/{coordinator.person_id}/identity-sightings/{new_id()}"
    refused(coordinator.put(own, {"document": "other"}), "maker_is_checker", 403)
    again = f"/v1/persons/{person_id}/roles/{new_id()}"
    refused(platform.a.put(again, _role(platform, "checker", "s1")), "identity_not_seen", 422)

    _seen(platform, person_id, platform.b)
    must(platform.a.put(f"/v1/persons/{person_id}/roles/{new_id()}", _role(platform, "checker", "s1")))
    seen = must(platform.sign_in("新人").get(sighting))["items"]
    assert {one["seen_by"] for one in seen} == {coordinator.person_id, platform.b.person_id}


def test_the_second_is_of_the_same_or_a_higher_level_and_gives_nothing_above_themselves(platform: Platform) -> None:
    admin, admin_b = (platform.staff(name, "district_admin", "d1") for name in ("admin", "admin_b"))
    whole = platform.staff("全市管理员", "district_admin", "city")
    person_id = platform.register("新人")
    _seen(platform, person_id, platform.a, platform.b)
    path = f"/v1/persons/{person_id}/roles"
    by_city, by_district = f"{path}/{new_id()}", f"{path}/{new_id()}"

    must(platform.a.put(by_city, _role(platform, "coordinator", "k1")))
    refused(admin.post(f"{by_city}/decision", {"ok": True}), "second_too_low", 403)
    waits = must(admin.put(by_district, _role(platform, "checker", "s1")))
    assert waits["roles_to_decide"] == ["city_admin", "district_admin"]
    must(admin_b.post(f"{by_district}/decision", {"ok": True}))
    for role in ("city_admin", "city_auditor"):
        refused(whole.put(f"{path}/{new_id()}", _role(platform, role, "city")), "not_authorised", 403)

    assert [role.role for role in platform.states_of(person_id)[-1].roles] == ["checker"]


def test_what_people_are_is_said_by_one(platform: Platform) -> None:
    coordinator = platform.staff("协调员", "coordinator", "k1")
    person_id = platform.register("志愿者")

    given = must(coordinator.put(f"/v1/persons/{person_id}/roles/{new_id()}", _role(platform, "volunteer", "k1")))

    assert given["state"] == "held"


def test_at_the_top_a_role_ends_by_two_and_the_city_keeps_two(platform: Platform) -> None:
    first, second = (platform.staff(name, "city_admin", "city") for name in ("甲", "乙"))
    platform.move(timedelta(minutes=1))
    grant = must(first.get(f"/v1/persons/{first.person_id}/roles"))["items"][0]["grant_id"]
    path = f"/v1/persons/{first.person_id}/roles/{grant}"
    admin = platform.staff("区管理员", "district_admin", "city")

    refused(admin.delete(path), "person_not_below", 403)
    assert must(second.delete(path))["act"] == "end"
    refused(second.delete(path), "already_decided", 409)
    refused(second.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(first.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(admin.post(f"{path}/decision", {"ok": True}), "person_not_below", 403)
    must(platform.a.post(f"{path}/decision", {"ok": True}))
    assert not platform.states_of(first.person_id)[-1].roles

    of_b = _city_role(platform.b)
    must(second.delete(of_b))
    must(platform.a.post(f"{of_b}/decision", {"ok": True}))
    own = _city_role(second)
    must(second.delete(own))
    refused(platform.a.post(f"{own}/decision", {"ok": True}), "two_administrators_needed", 422)


def test_two_removals_at_once_leave_the_city_two_administrators(platform: Platform) -> None:
    first, second = (platform.staff(name, "city_admin", "city") for name in ("甲", "乙"))
    of_a, of_b = _city_role(platform.a), _city_role(platform.b)
    must(first.delete(of_a))
    must(first.delete(_city_role(second)))
    must(platform.b.post(f"{of_a}/decision", {"ok": True}))
    own, answers = _city_role(second), list[tuple[int, str]]()
    token = platform.b.token

    def remove() -> None:
        answer = Caller(platform.app.test_client(), token).post(f"{own}/decision", {"ok": True})
        answers.append((answer.status_code, answer.get_json().get("code", "")))

    with platform.database.transaction() as connection:
        UnitStore(connection).lock(UUID(platform.units["city"]))
        removing = threading.Thread(target=remove)
        removing.start()
        wait_until_somebody_waits(platform)
        grant_id = UUID(of_b.rsplit("/", 1)[1])
        PersonStore(connection).end_grant(grant_id, by=UUID(first.person_id), at=platform.clock.now())
    removing.join(30)

    assert answers == [(422, "two_administrators_needed")]


def _city_role(of: Caller) -> str:
    """Return where a city administrator's role is."""
    held = must(of.get(f"/v1/persons/{of.person_id}/roles"))["items"]
    [grant] = [role["grant_id"] for role in held if (role["role"], role["state"]) == ("city_admin", "held")]
    return f"/v1/persons/{of.person_id}/roles/{grant}"
