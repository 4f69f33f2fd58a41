"""What takes two people, what staff record about people, and what ends."""

from datetime import timedelta

import pytest

from libs.ids import new_id
from services.accounts.due import next_due, run_due
from services.accounts.relations.rules.relations import DECLARED_OPEN_MAX
from services.accounts.tests.platform import Caller, Platform, must, refused


@pytest.fixture
def staff(platform: Platform) -> dict[str, Caller]:
    """Staff as in the scenarios' world."""
    return {
        "coord": platform.staff("coord", "coordinator", "k1"),
        "check": platform.staff("check", "checker", "s1"),
        "check_s2": platform.staff("check_s2", "checker", "s2", home="k3"),
        "admin": platform.staff("admin", "district_admin", "d1"),
    }


def _relation(person: str, relative: str, kind: str, *, verified: bool = True) -> dict[str, object]:
    return {"person_id": person, "relative_id": relative, "kind": kind, "verified": verified}


def test_a_relation_counts_as_declared_until_a_checker_confirms_it(
    platform: Platform, staff: dict[str, Caller]
) -> None:
    lan, min_ = platform.register("兰"), platform.register("敏")
    path = f"/v1/relations/{new_id()}"

    recorded = must(staff["coord"].put(path, _relation(lan, min_, "child")))
    assert (recorded["verified"], recorded["waits_for_confirmation"]) == (False, True)
    refused(staff["coord"].post(f"{path}/confirmation", {"ok": True}), "maker_is_checker", 403)
    refused(staff["check_s2"].post(f"{path}/confirmation", {"ok": True}), "out_of_scope", 403)
    refused(staff["admin"].post(f"{path}/confirmation", {"ok": True}), "not_authorised", 403)
    assert must(staff["check"].post(f"{path}/confirmation", {"ok": True}))["verified"]
    refused(staff["check"].post(f"{path}/confirmation", {"ok": True}), "already_decided", 409)

    states = platform.events("RelationState")
    assert {(s.person_id, s.relative_id, s.kind, s.verified) for s in states} == {
        (lan, min_, "child", False),
        (min_, lan, "parent", False),
        (lan, min_, "child", True),
        (min_, lan, "parent", True),
    }
    assert len({s.relation_id for s in states}) == 2
    ending = must(staff["coord"].delete(path))
    assert (ending["active"], ending["ending_by"]) == (True, staff["coord"].person_id), "it bars until two say so"
    refused(staff["coord"].delete(path), "maker_is_checker", 403)
    refused(platform.staff("coord2", "coordinator", "k1").delete(path), "not_authorised", 403)
    assert not must(staff["check"].delete(path))["active"]
    versions = {(state.version, state.verified, state.active) for state in platform.events("RelationState")}
    assert versions == {(1, False, True), (2, True, True), (3, True, True), (4, True, False)}
    assert must(staff["coord"].get("/v1/relations", person=lan))["items"] == []


def test_a_person_declares_their_own_relation_and_its_confirmation_replaces_it(
    platform: Platform, staff: dict[str, Caller]
) -> None:
    lan, min_ = platform.register("兰"), platform.register("敏")
    own = platform.sign_in("敏")
    declared = must(own.put(f"/v1/relations/{new_id()}", _relation(min_, lan, "parent", verified=False)))
    assert not declared["waits_for_confirmation"]
    refused(own.put(f"/v1/relations/{new_id()}", _relation(min_, lan, "parent")), "not_authorised", 403)

    path = f"/v1/relations/{new_id()}"
    must(staff["coord"].put(path, _relation(lan, min_, "child")))
    must(staff["check"].post(f"{path}/confirmation", {"ok": True}))

    [kept] = must(own.get("/v1/relations", person=min_))["items"]
    assert (kept["verified"], kept["kind"], kept["person_id"]) == (True, "child", lan)
    ended = [s for s in platform.events("RelationState") if not s.active]
    assert {s.person_id for s in ended} == {lan, min_}


def test_a_stranger_declares_no_relation_of_others(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, min_ = platform.register("兰", unit="k3"), platform.register("敏", unit="k3")
    platform.register("路人")

    answer = platform.sign_in("路人").put(f"/v1/relations/{new_id()}", _relation(lan, min_, "child", verified=False))
    refused(answer, "not_authorised", 403)
    far = staff["coord"].put(f"/v1/relations/{new_id()}", _relation(lan, min_, "child"))
    refused(far, "out_of_scope", 403)
    refused(staff["coord"].put(f"/v1/relations/{new_id()}", _relation(lan, lan, "spouse")), "out_of_scope", 403)
    own = staff["coord"].person_id
    refused(platform.a.put(f"/v1/relations/{new_id()}", _relation(own, own, "spouse")), "relation_to_self", 422)
    nobody = _relation(lan, str(new_id()), "child")
    refused(platform.a.put(f"/v1/relations/{new_id()}", nobody), "person_not_found", 404)
    refused(platform.b.post(f"/v1/relations/{new_id()}/confirmation", {"ok": True}), "record_not_found", 404)


def test_nobody_ends_a_relation_of_their_own(platform: Platform, staff: dict[str, Caller]) -> None:
    lan = platform.register("兰")
    verified, declared = f"/v1/relations/{new_id()}", f"/v1/relations/{new_id()}"
    must(platform.a.put(verified, _relation(lan, staff["check"].person_id, "child")))
    must(platform.b.post(f"{verified}/confirmation", {"ok": True}))
    must(platform.a.delete(verified))
    must(staff["coord"].put(declared, _relation(lan, staff["coord"].person_id, "child", verified=False)))

    refused(staff["check"].delete(verified), "maker_is_checker", 403)
    refused(staff["coord"].delete(declared), "maker_is_checker", 403)
    assert not must(platform.b.delete(verified))["active"]


def test_nobody_confirms_a_relation_of_their_own(platform: Platform, staff: dict[str, Caller]) -> None:
    lan = platform.register("兰")
    path = f"/v1/relations/{new_id()}"
    must(staff["coord"].put(path, _relation(lan, staff["check"].person_id, "child")))

    refused(staff["check"].post(f"{path}/confirmation", {"ok": True}), "maker_is_checker", 403)


@pytest.mark.parametrize(
    ("kind", "body", "field", "value"),
    [
        ("assessments", {"grade": "moderate"}, "grade", "moderate"),
        ("hardships", {"categories": ["dibao", "empty_nest_alone"]}, "hardship", ["dibao", "empty_nest_alone"]),
    ],
)
def test_a_finding_counts_when_a_checker_confirms_it(
    platform: Platform, staff: dict[str, Caller], kind: str, body: dict[str, object], field: str, value: object
) -> None:
    lan, finding = platform.register("兰", roles=["recipient"]), new_id()
    path = f"/v1/persons/{lan}/{kind}/{finding}"

    must(staff["coord"].put(path, body))
    assert len(platform.states_of(lan)) == 1
    refused(staff["coord"].post(f"/v1/{kind}/{finding}/confirmation", {"ok": True}), "maker_is_checker", 403)
    refused(staff["check_s2"].post(f"/v1/{kind}/{finding}/confirmation", {"ok": True}), "out_of_scope", 403)
    confirmed = must(staff["check"].post(f"/v1/{kind}/{finding}/confirmation", {"ok": True}))

    assert confirmed["person"][field] == value
    state = platform.states_of(lan)[-1]
    assert (state.version, state.grade, list(state.hardship)) == (
        2,
        confirmed["person"]["grade"],
        confirmed["person"]["hardship"],
    )
    refused(staff["check"].post(f"/v1/{kind}/{finding}/confirmation", {"ok": True}), "already_decided", 409)
    other = "hardships" if kind == "assessments" else "assessments"
    refused(staff["check"].post(f"/v1/{other}/{finding}/confirmation", {"ok": True}), "record_not_found", 404)
    refused(platform.b.put(path, body), "id_reused", 409)


def test_a_checker_does_not_confirm_what_is_about_themselves(platform: Platform, staff: dict[str, Caller]) -> None:
    finding = new_id()
    must(platform.a.put(f"/v1/persons/{staff['check'].person_id}/assessments/{finding}", {"grade": "mild"}))

    refused(staff["check"].post(f"/v1/assessments/{finding}/confirmation", {"ok": True}), "maker_is_checker", 403)


@pytest.mark.parametrize(
    ("kind", "body"), [("assessments", {"grade": "total"}), ("hardships", {"categories": ["dibao"]})]
)
def test_a_finding_that_is_turned_down_has_no_effect(
    platform: Platform, staff: dict[str, Caller], kind: str, body: dict[str, object]
) -> None:
    lan, finding = platform.register("兰", roles=["recipient"]), new_id()
    must(staff["coord"].put(f"/v1/persons/{lan}/{kind}/{finding}", body))
    path = f"/v1/{kind}/{finding}/confirmation"

    refused(staff["coord"].post(path, {"ok": False, "why": "x"}), "maker_is_checker", 403)
    refused(staff["check"].post(path, {"ok": False}), "invalid_fields", 422)
    down = must(staff["check"].post(path, {"ok": False, "why": "another person's papers"}))

    assert (down["state"], down["confirmed_by"], "turned_down_why" in down) == ("turned_down", None, False)
    assert platform.rows("SELECT decision_why FROM finding") == [("another person's papers",)]
    assert (down["person"]["grade"], down["person"]["hardship"]) == ("intact", [])
    assert len(platform.states_of(lan)) == 1
    refused(staff["check"].post(path, {"ok": True}), "already_decided", 409)


def test_a_finding_that_nobody_confirms_in_time_lapses(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, finding = platform.register("兰", roles=["recipient"]), new_id()
    must(staff["coord"].put(f"/v1/persons/{lan}/assessments/{finding}", {"grade": "total"}))

    platform.move(timedelta(days=15))

    refused(staff["check"].post(f"/v1/assessments/{finding}/confirmation", {"ok": True}), "proposal_lapsed", 409)
    assert len(platform.states_of(lan)) == 1


def test_a_relation_that_is_turned_down_ends(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, min_ = platform.register("兰"), platform.register("敏")
    path = f"/v1/relations/{new_id()}"
    must(staff["coord"].put(path, _relation(lan, min_, "child")))

    refused(staff["check"].post(f"{path}/confirmation", {"ok": False}), "invalid_fields", 422)
    down = must(staff["check"].post(f"{path}/confirmation", {"ok": False, "why": "she has no children"}))

    assert (down["verified"], down["active"], down["waits_for_confirmation"]) == (False, False, False)
    assert (down["turned_down_by"], "turned_down_why" in down) == (staff["check"].person_id, False)
    assert platform.rows("SELECT turned_down_why FROM relation") == [("she has no children",)]
    assert not any(state.verified for state in platform.events("RelationState"))
    refused(staff["check"].post(f"{path}/confirmation", {"ok": True}), "already_decided", 409)


def test_who_declared_a_relation_is_told_with_it(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, min_ = platform.register("兰"), platform.register("敏")

    must(platform.sign_in("敏").put(f"/v1/relations/{new_id()}", _relation(min_, lan, "parent", verified=False)))

    assert {state.declared_by for state in platform.events("RelationState")} == {min_}


def test_a_person_has_a_bounded_number_of_declared_relations(platform: Platform, staff: dict[str, Caller]) -> None:
    min_, others = (
        platform.register("敏"),
        [platform.register(f"亲属{number}") for number in range(DECLARED_OPEN_MAX + 1)],
    )
    own = platform.sign_in("敏")
    paths = [f"/v1/relations/{new_id()}" for _ in others]
    for path, other in zip(paths[:-1], others[:-1], strict=True):
        must(own.put(path, _relation(min_, other, "sibling", verified=False)))

    refused(own.put(paths[-1], _relation(others[-1], min_, "sibling", verified=False)), "too_many_declared", 422)
    own_word = platform.sign_in(f"亲属{DECLARED_OPEN_MAX}")
    must(own_word.put(f"/v1/relations/{new_id()}", _relation(min_, others[-1], "sibling", verified=False)))
    must(staff["coord"].put(f"/v1/relations/{new_id()}", _relation(min_, others[-1], "sibling")))
    must(staff["check"].post(f"{paths[0]}/confirmation", {"ok": False, "why": "no relative"}))
    must(own.put(f"/v1/relations/{new_id()}", _relation(others[-1], min_, "sibling", verified=False)))


def test_an_unknown_grade_or_category_is_refused(platform: Platform, staff: dict[str, Caller]) -> None:
    lan = platform.register("兰")

    wrong = staff["coord"].put(f"/v1/persons/{lan}/assessments/{new_id()}", {"grade": "bad"})
    refused(wrong, "invalid_fields", 422)
    wrong = staff["coord"].put(f"/v1/persons/{lan}/hardships/{new_id()}", {"categories": ["poor"]})
    refused(wrong, "invalid_fields", 422)
    refused(staff["admin"].put(f"/v1/persons/{lan}/assessments/{new_id()}", {"grade": "mild"}), "not_authorised", 403)


def test_acting_is_granted_by_the_persons_word_to_a_relative(platform: Platform, staff: dict[str, Caller]) -> None:
    lan, min_ = platform.register("兰"), platform.register("敏")
    body = platform.grant(lan, min_)
    path = f"/v1/acting-grants/{new_id()}"

    refused(staff["coord"].put(f"/v1/acting-grants/{new_id()}", body), "relation_not_verified", 403)
    must(staff["coord"].put(f"/v1/relations/{new_id()}", _relation(lan, min_, "child")))
    refused(platform.sign_in("敏").put(f"/v1/acting-grants/{new_id()}", body), "not_authorised", 403)
    must(staff["coord"].put(path, body))
    refused(staff["coord"].put(f"/v1/acting-grants/{new_id()}", body | {"acts": ["rumour"]}), "invalid_fields", 422)
    himself = body | {"relative_id": staff["coord"].person_id}
    refused(staff["coord"].put(f"/v1/acting-grants/{new_id()}", himself), "maker_is_checker", 403)

    assert len(must(platform.sign_in("兰").get("/v1/acting-grants", person=lan))["items"]) == 1
    must(platform.sign_in("兰").delete(path))
    refused(staff["coord"].delete(path), "already_decided", 409)
    refused(staff["coord"].delete(f"/v1/acting-grants/{new_id()}"), "record_not_found", 404)
    assert [state.active for state in platform.events("ActingGrantState")] == [True, False]


def test_qualifications_change_one_by_one(platform: Platform, staff: dict[str, Caller]) -> None:
    min_ = platform.register("敏", roles=["volunteer"], insured_until="2026-06-30")
    path = f"/v1/persons/{min_}/qualifications"

    must(staff["coord"].post(path, {"training": True, "clean_record": True, "certificate": "carer"}))
    changed = must(staff["coord"].post(path, {"certificates": ["health"], "insured_until": None}))

    assert changed["qualifications"] == {
        "training": True,
        "clean_record": True,
        "insured_until": None,
        "certificates": ["carer", "health"],
    }
    assert platform.states_of(min_)[-1].qualifications.insured_until == ""
    lan = platform.register("兰", roles=["recipient"])
    refused(staff["coord"].post(f"/v1/persons/{lan}/qualifications", {"training": True}), "role_missing", 422)
    refused(staff["check"].post(path, {"training": True}), "not_authorised", 403)
    refused(
        staff["coord"].post(f"/v1/persons/{staff['coord'].person_id}/qualifications", {"training": True}),
        "maker_is_checker",
        403,
    )


def test_a_suspended_person_may_sign_in_and_see_and_does_nothing_new(
    platform: Platform, staff: dict[str, Caller]
) -> None:
    coord = platform.staff("另一协调员", "coordinator", "k1")
    path = f"/v1/persons/{coord.person_id}"
    signed_in = must(platform.client.post("/v1/sessions", json={"login": "另一协调员", "password": "a good password"}))

    refused(staff["coord"].post(f"{path}/suspension", {"why": "x"}), "not_authorised", 403)
    must(staff["admin"].post(f"{path}/suspension", {"why": "false_hours"}))

    refused(coord.put(f"/v1/persons/{new_id()}", platform.person("x")), "person_suspended", 403)
    refused(coord.get("/v1/persons"), "person_suspended", 403)
    must(platform.client.post("/v1/sessions/refresh", json={"refresh_token": signed_in["refresh_token"]}))
    assert must(platform.sign_in("另一协调员").get("/v1/me"))["status"] == "suspended"
    refused(staff["admin"].post(f"{path}/suspension"), "wrong_person_state", 409)
    role = {"role": "checker", "unit_id": platform.units["s1"]}
    refused(staff["admin"].put(f"{path}/roles/{new_id()}", role), "wrong_person_state", 409)

    must(staff["admin"].post(f"{path}/reinstatement", {"why": "cleared"}))
    refused(staff["admin"].post(f"{path}/reinstatement"), "wrong_person_state", 409)
    must(coord.put(f"/v1/persons/{new_id()}", platform.person("x")))
    assert [(fact.by, fact.why) for fact in platform.events("PersonSuspended")] == [(staff["admin"].person_id, "")]
    assert len(platform.events("PersonReinstated")) == 1
    assert platform.rows("SELECT status, why FROM status_change ORDER BY number") == [
        ("suspended", "false_hours"),
        ("active", "cleared"),
    ]


def test_a_lapsed_insurance_is_announced_on_the_day_after_its_last(platform: Platform) -> None:
    min_ = platform.register("敏", roles=["volunteer"], insured_until="2026-03-02")
    platform.register("花", roles=["volunteer"], insured_until="2026-12-31")
    with platform.database.reading() as connection:
        due = next_due(connection, platform.clock.now())
    assert due is not None
    assert due.isoformat() == "2026-03-02T16:00:00+00:00"

    platform.clock.set(due - timedelta(microseconds=1))
    assert _run_due(platform) == 0
    platform.clock.set(due)
    assert _run_due(platform) == 1
    assert _run_due(platform) == 0

    [lapsed] = platform.events("QualificationLapsed")
    assert (lapsed.person_id, lapsed.qualification, lapsed.last_valid_on) == (min_, "insurance", "2026-03-02")
    with platform.database.reading() as connection:
        following = next_due(connection, platform.clock.now())
    assert following is not None
    assert following.date().isoformat() == "2026-12-31"


def _run_due(platform: Platform) -> int:
    with platform.database.transaction() as connection:
        return run_due(connection, platform.clock.now())
