"""A death is recorded by one, confirmed by another, and can be found mistaken until the estate is settled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.ids import new_id
from services.accounts.tests.platform import PASSWORD, Caller, Platform, must, refused

Hear = Callable[[Any], None]


@pytest.fixture
def staff(platform: Platform) -> dict[str, Caller]:
    """Staff as in the scenarios' world."""
    return {
        "coord": platform.staff("coord", "coordinator", "k1"),
        "check": platform.staff("check", "checker", "s1"),
        "check_s2": platform.staff("check_s2", "checker", "s2", home="k3"),
        "admin": platform.staff("admin", "district_admin", "d1"),
    }


def _related(platform: Platform, staff: dict[str, Caller]) -> tuple[str, str]:
    """Return 兰 and 敏, who may act for her."""
    lan, min_ = platform.register("兰", roles=["recipient"]), platform.register("敏")
    relation = {"person_id": lan, "relative_id": min_, "kind": "child", "verified": True}
    must(staff["coord"].put(f"/v1/relations/{new_id()}", relation))
    must(staff["coord"].put(f"/v1/acting-grants/{new_id()}", platform.grant(lan, min_)))
    return lan, min_


def _record(staff: dict[str, Caller], person_id: str) -> str:
    path = f"/v1/persons/{person_id}/deaths/{new_id()}"
    return str(must(staff["coord"].put(path, {"died": "2026-02-28"}))["death_id"])


def _propose(staff: dict[str, Caller], death_id: str, who: str = "coord") -> str:
    path = f"/v1/deaths/{death_id}/mistakes/{new_id()}"
    return f"{path.rsplit('/', 1)[0]}/{must(staff[who].put(path, {'why': 'another of the same name'}))['mistake_id']}"


def test_a_recorded_death_has_no_effect_and_is_shown_as_waiting(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, _ = _related(platform, staff)
    own = platform.sign_in("兰")
    deaths = f"/v1/persons/{lan}/deaths"

    refused(staff["check"].put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "not_authorised", 403)
    refused(staff["coord"].put(f"{deaths}/{new_id()}", {"died": "2026-03-02"}), "date_impossible", 422)
    recorded = must(staff["coord"].put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}))

    assert (recorded["state"], recorded["recorded_by"]) == ("waiting", staff["coord"].person_id)
    assert recorded["lapses_at"] == "2026-03-15T04:00:00Z"
    assert platform.events("PersonDied") == []
    assert platform.states_of(lan)[-1].status == "active"
    platform.sign_in("兰")
    [waits] = must(staff["check"].get("/v1/deaths", unit=platform.units["s1"], state="waiting"))["items"]
    assert [waits] == must(own.get("/v1/deaths"))["items"]
    refused(staff["check_s2"].get("/v1/deaths", unit=platform.units["s1"]), "out_of_scope", 403)
    refused(staff["coord"].put(f"{deaths}/{new_id()}", {"died": "2026-02-27"}), "decision_waits", 409)


def test_a_checker_of_the_street_confirms_and_only_then_all_ends(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, _ = _related(platform, staff)
    death_id = _record(staff, lan)
    path = f"/v1/deaths/{death_id}/confirmation"

    refused(staff["coord"].post(path, {"ok": True}), "maker_is_checker", 403)
    refused(staff["check_s2"].post(path, {"ok": True}), "out_of_scope", 403)
    refused(staff["admin"].post(path, {"ok": True}), "not_authorised", 403)
    assert must(staff["check"].post(path, {"ok": True}))["state"] == "confirmed"

    [fact] = platform.events("PersonDied")
    assert (fact.person_id, fact.died_on, fact.district_id) == (lan, "2026-02-28", platform.units["d1"])
    assert (fact.recorded_by, fact.confirmed_by) == (staff["coord"].person_id, staff["check"].person_id)
    assert platform.states_of(lan)[-1].status == "deceased"
    assert [state.active for state in platform.events("ActingGrantState")] == [True, False]
    answer = platform.client.post("/v1/sessions", json={"login": "兰", "password": "a good password"})
    refused(answer, "sign_in_failed", 403)
    refused(staff["check"].post(path, {"ok": True}), "already_decided", 409)
    again = f"/v1/persons/{lan}/deaths/{new_id()}"
    refused(staff["coord"].put(again, {"died": "2026-02-28"}), "wrong_person_state", 409)
    refused(staff["admin"].post(f"/v1/persons/{lan}/suspension"), "wrong_person_state", 409)


def test_nobody_confirms_or_records_their_own_death(platform: Platform, staff: dict[str, Caller]) -> None:
    own = f"/v1/persons/{staff['coord'].person_id}/deaths/{new_id()}"
    refused(staff["coord"].put(own, {"died": "2026-02-28"}), "maker_is_checker", 403)
    death_id = _record({"coord": platform.a}, staff["check"].person_id)

    refused(staff["check"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}), "maker_is_checker", 403)


def test_a_death_is_turned_down_with_a_reason_or_lapses(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, _ = _related(platform, staff)
    first = _record(staff, lan)
    path = f"/v1/deaths/{first}/confirmation"

    refused(staff["check"].post(path, {"ok": False}), "invalid_fields", 422)
    down = must(staff["check"].post(path, {"ok": False, "why": "I spoke with her today"}))
    assert (down["state"], "why" in down) == ("turned_down", False)
    assert must(staff["check"].get(f"/v1/deaths/{first}"))["why"] == "I spoke with her today"
    refused(staff["check"].post(path, {"ok": True}), "already_decided", 409)
    second = _record(staff, lan)
    platform.move(timedelta(days=14, seconds=1))
    refused(staff["check"].post(f"/v1/deaths/{second}/confirmation", {"ok": True}), "proposal_lapsed", 409)

    assert [row["state"] for row in must(platform.a.get("/v1/deaths", person=lan))["items"]] == [
        "turned_down",
        "lapsed",
    ]
    assert platform.states_of(lan)[-1].status == "active"
    _record(staff, lan)


def test_two_people_find_a_death_mistaken_and_everything_is_given_back(
    platform: Platform, staff: dict[str, Caller], hear: Hear
) -> None:
    lan, _ = _related(platform, staff)
    death_id = _record(staff, lan)
    must(staff["check"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
    refused(staff["coord"].put(f"/v1/deaths/{death_id}/mistakes/{new_id()}", {}), "invalid_fields", 422)
    mistake = _propose(staff, death_id)

    refused(staff["coord"].post(f"{mistake}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(staff["check_s2"].post(f"{mistake}/decision", {"ok": True}), "out_of_scope", 403)
    second = _propose(staff, death_id)
    assert must(staff["check"].post(f"{mistake}/decision", {"ok": True}))["state"] == "requested"
    refused(staff["check"].post(f"{second}/decision", {"ok": True}), "decision_waits", 409)
    [asked] = platform.events("DeathMistakeFound")
    assert platform.states_of(lan)[-1].status == "deceased"
    hear(ledger.WalletsUnfrozen(person_id=lan, district_id=asked.district_id, cause_id=asked.mistake_id))

    assert must(staff["check"].get(mistake))["state"] == "done"
    state = platform.states_of(lan)[-1]
    assert (state.status, state.died_on, [role.role for role in state.roles]) == ("active", "", ["recipient"])
    [fact] = platform.events("PersonDeathMistaken")
    assert (fact.person_id, fact.death_id, fact.decided_by) == (lan, death_id, staff["check"].person_id)
    assert [grant.active for grant in platform.events("ActingGrantState")] == [True, False, True]
    assert must(staff["check"].get(f"/v1/deaths/{death_id}"))["state"] == "mistaken"
    platform.sign_in("兰")
    hear(ledger.WalletsUnfrozen(person_id=lan, district_id=asked.district_id, cause_id=asked.mistake_id))
    assert len(platform.events("PersonDeathMistaken")) == 1


def test_who_was_suspended_is_suspended_again_and_old_sessions_stay_ended(
    platform: Platform, staff: dict[str, Caller], hear: Hear
) -> None:
    lan, _ = _related(platform, staff)
    platform.set_own_password("兰")
    signed_in = must(platform.client.post("/v1/sessions", json={"login": "兰", "password": PASSWORD}))
    must(staff["admin"].post(f"/v1/persons/{lan}/suspension", {"why": "false_hours"}))
    death_id = _record(staff, lan)
    must(staff["check"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
    mistake = _propose(staff, death_id)
    must(staff["admin"].post(f"{mistake}/decision", {"ok": True}))
    hear(ledger.WalletsUnfrozen(person_id=lan, cause_id=mistake.rsplit("/", 1)[1]))

    assert platform.states_of(lan)[-1].status == "suspended"
    again = platform.client.post("/v1/sessions/refresh", json={"refresh_token": signed_in["refresh_token"]})
    refused(again, "refresh_token_invalid", 403)


def test_a_mistake_may_be_turned_down_and_proposed_again(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, _ = _related(platform, staff)
    death_id = _record(staff, lan)
    refused(staff["coord"].put(f"/v1/deaths/{death_id}/mistakes/{new_id()}", {"why": "x"}), "wrong_person_state", 409)
    must(staff["check"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
    mistake = _propose(staff, death_id)

    refused(staff["admin"].post(f"{mistake}/decision", {"ok": False}), "invalid_fields", 422)
    assert must(staff["admin"].post(f"{mistake}/decision", {"ok": False, "why": "no"}))["state"] == "turned_down"
    refused(staff["admin"].post(f"{mistake}/decision", {"ok": True}), "already_decided", 409)

    assert platform.events("DeathMistakeFound") == []
    _propose(staff, death_id, "check")


def test_a_settled_estate_ends_the_possibility_wherever_it_is_noticed(
    platform: Platform, staff: dict[str, Caller], hear: Hear
) -> None:
    lan, min_ = _related(platform, staff)
    death_id = _record(staff, lan)
    must(staff["check"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
    mistake = _propose(staff, death_id)
    must(staff["check"].post(f"{mistake}/decision", {"ok": True}))
    hear(ledger.TransferRefused(cause_id=mistake.rsplit("/", 1)[1], code="estate_settled", person_id=lan))

    late = must(staff["check"].get(mistake))
    assert (late["state"], late["code"]) == ("declined", "estate_settled")
    assert platform.states_of(lan)[-1].status == "deceased"
    refused(staff["coord"].put(f"/v1/deaths/{death_id}/mistakes/{new_id()}", {"why": "x"}), "estate_settled", 409)

    other = platform.die(min_)
    open_proposal = _propose(staff, other)
    hear(ledger.TransferPosted(reason="gift", debit_person_id=min_))
    hear(ledger.TransferPosted(reason="estate_settled", debit_person_id=min_, cause_id=str(new_id())))
    refused(staff["check"].post(f"{open_proposal}/decision", {"ok": True}), "estate_settled", 409)


def test_a_death_at_the_top_is_said_by_two_others_at_the_top(platform: Platform, staff: dict[str, Caller]) -> None:
    gone = platform.staff("gone", "city_admin", "city")
    beside = {
        "left": platform.staff("left", "city_admin", "city"),
        "right": platform.staff("right", "city_auditor", "city"),
    }
    deaths = f"/v1/persons/{gone.person_id}/deaths"

    refused(staff["coord"].put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "person_not_below", 403)
    refused(gone.put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "not_authorised", 403)
    death_id = _record({"coord": beside["left"]}, gone.person_id)
    path = f"/v1/deaths/{death_id}/confirmation"
    refused(beside["left"].post(path, {"ok": True}), "maker_is_checker", 403)
    refused(staff["check"].post(path, {"ok": True}), "person_not_below", 403)
    refused(gone.post(path, {"ok": True}), "not_authorised", 403)

    assert must(beside["right"].post(path, {"ok": True}))["state"] == "confirmed"
    assert platform.states_of(gone.person_id)[-1].status == "deceased"
    mistake = _propose(beside, death_id, "right")
    refused(staff["check"].post(f"{mistake}/decision", {"ok": True}), "person_not_below", 403)
    assert must(beside["left"].post(f"{mistake}/decision", {"ok": True}))["state"] == "requested"


@pytest.mark.parametrize(
    ("role", "unit", "first", "second", "deciding"),
    [
        ("coordinator", "k1", "check", "admin", ["checker", "city_admin", "district_admin"]),
        ("operator", "d1", "admin", "top", ["checker", "city_admin", "district_admin"]),
        ("checker", "s1", "admin", "top", ["city_admin", "district_admin"]),
        ("district_admin", "d1", "top", "other", ["city_admin"]),
    ],
)
def test_a_death_of_staff_is_said_by_two_who_stand_above(
    platform: Platform, staff: dict[str, Caller], role: str, unit: str, first: str, second: str, deciding: list[str]
) -> None:
    staff |= {"top": platform.a, "other": platform.b, "auditor": platform.staff("auditor", "city_auditor", "city")}
    gone = platform.staff("gone", role, unit)
    deaths = f"/v1/persons/{gone.person_id}/deaths"
    refused(staff["coord"].put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "person_not_below", 403)
    refused(staff["check_s2"].put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "person_not_below", 403)
    refused(staff["auditor"].put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "person_not_below", 403)
    platform.register("路人")
    refused(platform.sign_in("路人").put(f"{deaths}/{new_id()}", {"died": "2026-02-28"}), "not_authorised", 403)

    death_id = _record({"coord": staff[first]}, gone.person_id)
    waiting = must(staff[first].get(f"/v1/deaths/{death_id}"))
    assert waiting["roles_to_decide"] == deciding
    refused(staff["coord"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}), "person_not_below", 403)

    confirmed = must(staff[second].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
    assert confirmed["state"] == "confirmed"


def test_the_deaths_of_a_person_come_by_the_page(platform: Platform, staff: dict[str, Caller]) -> None:
    lan = platform.register("兰")
    recorded = []
    for _ in range(3):
        recorded.append(_record(staff, lan))
        must(staff["check"].post(f"/v1/deaths/{recorded[-1]}/confirmation", {"ok": False, "why": "x"}))

    first = must(platform.a.get("/v1/deaths", person=lan, limit="2"))
    second = must(platform.a.get("/v1/deaths", person=lan, limit="2", cursor=first["next"]))

    assert [death["death_id"] for death in first["items"] + second["items"]] == sorted(recorded)
    assert second["next"] is None
    assert len(must(platform.a.get("/v1/deaths", person=lan, unit=platform.units["d1"]))["items"]) == 3
    assert must(platform.a.get("/v1/deaths", person=lan, unit=platform.units["d2"]))["items"] == []


def test_who_is_at_the_top_records_nobody_elses_death(platform: Platform) -> None:
    lan, top = platform.register("兰"), platform.staff("top", "city_admin", "city")

    refused(top.put(f"/v1/persons/{lan}/deaths/{new_id()}", {"died": "2026-02-28"}), "not_authorised", 403)


@pytest.mark.parametrize("first", [0, 1])
def test_a_grant_that_two_deaths_ended_is_given_back_when_both_were_mistaken(
    platform: Platform, staff: dict[str, Caller], hear: Hear, first: int
) -> None:
    people = _related(platform, staff)
    deaths = [_record(staff, person) for person in people]
    for death_id in deaths:
        must(staff["check"].post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
    given_back = []
    for number in (first, 1 - first):
        mistake = _propose(staff, deaths[number])
        must(staff["admin"].post(f"{mistake}/decision", {"ok": True}))
        hear(ledger.WalletsUnfrozen(person_id=people[number], cause_id=mistake.rsplit("/", 1)[1]))
        given_back.append([state.active for state in platform.events("ActingGrantState")])

    assert given_back == [[True, False], [True, False, True]]


def test_a_grant_that_staff_ended_between_two_deaths_stays_ended(
    platform: Platform, staff: dict[str, Caller], hear: Hear
) -> None:
    lan, min_ = _related(platform, staff)
    [grant] = must(staff["coord"].get("/v1/acting-grants", person=lan))["items"]
    must(staff["coord"].delete(f"/v1/acting-grants/{grant['grant_id']}"))
    for person in (min_, lan):
        death_id = platform.die(person)
        mistake = _propose(staff, death_id)
        must(staff["admin"].post(f"{mistake}/decision", {"ok": True}))
        hear(ledger.WalletsUnfrozen(person_id=person, cause_id=mistake.rsplit("/", 1)[1]))

    assert [state.active for state in platform.events("ActingGrantState")] == [True, False]
