"""A suspended person may sign in, see what is theirs and contest it; somebody else than who suspended them answers."""

from uuid import UUID

import pytest

from libs.ids import new_id
from services.accounts.erasure.store import ErasureStore
from services.accounts.tests.platform import PASSWORD, Caller, Document, Platform, must, refused

CONTESTED: Document = {"about": "suspension", "words": "I was at the hospital that day."}


@pytest.fixture
def suspended(platform: Platform) -> Caller:
    """A coordinator of k1, whom harness A has suspended."""
    caller = platform.staff("被停协调员", "coordinator", "k1")
    must(platform.a.post(f"/v1/persons/{caller.person_id}/suspension", {"why": "false_hours"}))
    return caller


def _contest(caller: Caller, **changed: object) -> str:
    complaint_id = str(new_id())
    must(caller.put(f"/v1/complaints/{complaint_id}", CONTESTED | changed))
    return complaint_id


def test_suspended_they_sign_in_see_themselves_and_complain(platform: Platform, suspended: Caller) -> None:
    again = platform.sign_in("被停协调员")

    assert must(again.get("/v1/me"))["status"] == "suspended"
    complaint_id = _contest(again)

    [listed] = must(again.get("/v1/complaints"))["items"]
    assert (listed["complaint_id"], listed["state"], listed["words"]) == (complaint_id, "open", CONTESTED["words"])
    assert must(suspended.get(f"/v1/complaints/{complaint_id}")) == listed


def test_suspended_they_may_do_nothing_else(platform: Platform, suspended: Caller) -> None:
    before = platform.rows("SELECT count(*), max(version) FROM person")

    refused(suspended.put(f"/v1/persons/{new_id()}", platform.person("x")), "person_suspended", 403)
    refused(suspended.get("/v1/persons"), "person_suspended", 403)

    assert platform.rows("SELECT count(*), max(version) FROM person") == before
    assert suspended.delete("/v1/sessions/current").status_code == 204


def test_suspended_they_set_their_own_password_and_nothing_else_has_changed(
    platform: Platform, suspended: Caller
) -> None:
    """Who was given a password by somebody else could not contest without one of their own (decision 0023)."""
    must(suspended.post("/v1/me/password", {"password": PASSWORD, "new_password": "a better password"}))

    again = platform.sign_in("被停协调员", "a better password")

    assert must(again.get("/v1/me"))["status"] == "suspended"
    refused(again.put(f"/v1/persons/{new_id()}", platform.person("x")), "person_suspended", 403)


def test_an_upheld_complaint_ends_the_suspension(platform: Platform, suspended: Caller) -> None:
    complaint_id = _contest(suspended)
    answer = {"upheld": True, "reason": "The hospital confirms it."}

    refused(platform.a.post(f"/v1/complaints/{complaint_id}/answer", answer), "maker_is_checker", 403)
    answered = must(platform.b.post(f"/v1/complaints/{complaint_id}/answer", answer))

    assert (answered["state"], "reason" in answered, "words" in answered) == ("upheld", False, False)
    shown = must(platform.b.get(f"/v1/complaints/{complaint_id}"))
    assert (shown["reason"], shown["words"]) == (answer["reason"], CONTESTED["words"])
    assert answered["answered_by"] == platform.b.person_id
    must(suspended.put(f"/v1/persons/{new_id()}", platform.person("x")))
    assert platform.states_of(suspended.person_id)[-1].status == "active"
    [fact] = platform.events("PersonReinstated")
    assert fact.person_id == suspended.person_id
    refused(platform.b.post(f"/v1/complaints/{complaint_id}/answer", answer), "already_decided", 409)


def test_a_rejected_complaint_changes_nothing_and_another_may_follow(platform: Platform, suspended: Caller) -> None:
    complaint_id = _contest(suspended)
    refused(suspended.put(f"/v1/complaints/{new_id()}", CONTESTED), "complaint_open", 409)

    must(platform.b.post(f"/v1/complaints/{complaint_id}/answer", {"upheld": False, "reason": "No such visit."}))

    assert must(suspended.get("/v1/me"))["status"] == "suspended"
    assert must(suspended.get(f"/v1/complaints/{complaint_id}"))["reason"] == "No such visit."
    _contest(suspended)


def test_who_is_not_suspended_contests_something_else(platform: Platform) -> None:
    platform.register("兰")
    lan = platform.sign_in("兰")

    refused(lan.put(f"/v1/complaints/{new_id()}", CONTESTED), "wrong_person_state", 409)
    complaint_id = _contest(lan, about="treatment", words="She was rude.")
    must(platform.b.post(f"/v1/complaints/{complaint_id}/answer", {"upheld": True, "reason": "We are sorry."}))

    assert must(lan.get("/v1/me"))["status"] == "active"


def test_staff_write_down_what_an_elder_says_by_telephone(platform: Platform) -> None:
    lan = platform.register("兰", roles=["recipient"], sign_in_name=None, password=None)
    desk, far = platform.staff("话务员", "operator", "d1"), platform.staff("远", "operator", "d2")
    platform.register("志愿", roles=["volunteer"])
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她来电要投诉昨天的服务"}
    body: Document = {"about": "treatment", "words": "She was rude.", "acting_for": lan, "consent": said}

    refused(desk.put(f"/v1/complaints/{new_id()}", {**body, "consent": None}), "consent_missing", 403)
    refused(
        desk.put(f"/v1/complaints/{new_id()}", body | {"consent": said | {"how": "none_possible"}}),
        "consent_missing",
        403,
    )
    refused(far.put(f"/v1/complaints/{new_id()}", body), "out_of_scope", 403)
    refused(platform.sign_in("志愿").put(f"/v1/complaints/{new_id()}", body), "not_authorised", 403)
    filed = must(desk.put(f"/v1/complaints/{new_id()}", body))

    assert (filed["person_id"], filed["filed_by"]) == (lan, desk.person_id)
    [use] = must(desk.get(f"/v1/persons/{lan}/acts-for-me"))["items"]
    assert (use["act"], use["actor_id"], use["how"]) == ("ComplaintById", desk.person_id, "phone")
    refused(desk.put(f"/v1/complaints/{new_id()}", body), "complaint_open", 409)


def test_what_staff_wrote_down_for_somebody_does_not_stop_their_own_complaint(
    platform: Platform, suspended: Caller
) -> None:
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她来电要投诉昨天的服务"}
    written = CONTESTED | {"acting_for": suspended.person_id, "consent": said}
    must(platform.a.put(f"/v1/complaints/{new_id()}", written))
    refused(platform.a.put(f"/v1/complaints/{new_id()}", written), "complaint_open", 409)

    own = _contest(suspended)

    refused(suspended.put(f"/v1/complaints/{new_id()}", CONTESTED), "complaint_open", 409)
    listed = must(suspended.get("/v1/complaints"))["items"]
    assert {complaint["complaint_id"] for complaint in listed} > {own}


def test_who_wrote_a_complaint_down_does_not_answer_it(platform: Platform) -> None:
    lan = platform.register("兰", roles=["recipient"])
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她来电要投诉昨天的服务"}
    body: Document = {"about": "treatment", "words": "She was rude.", "acting_for": lan, "consent": said}
    path = f"/v1/complaints/{new_id()}"
    must(platform.a.put(path, body))

    answer = {"upheld": False, "reason": "She was not."}
    refused(platform.a.post(f"{path}/answer", answer), "maker_is_checker", 403)
    assert must(platform.b.post(f"{path}/answer", answer))["state"] == "rejected"


def test_only_who_may_answer_in_this_place_sees_and_answers(platform: Platform, suspended: Caller) -> None:
    complaint_id = _contest(suspended)
    near = platform.staff("近", "district_admin", "d1")
    far = platform.staff("远", "district_admin", "d2")
    checker = platform.staff("核", "checker", "s1")
    path, answer = f"/v1/complaints/{complaint_id}", {"upheld": True, "reason": "x"}

    for caller in (far, checker):
        refused(caller.get(path), "record_not_found", 404)
        refused(caller.post(f"{path}/answer", answer), "record_not_found", 404)
    refused(suspended.post(f"{path}/answer", answer), "person_suspended", 403)
    refused(far.get("/v1/complaints", unit=platform.units["d1"]), "out_of_scope", 403)
    refused(checker.get("/v1/complaints", unit=platform.units["s1"]), "not_authorised", 403)

    assert must(far.get("/v1/complaints", unit=platform.units["d2"]))["items"] == []
    [listed] = must(near.get("/v1/complaints", unit=platform.units["d1"], state="open"))["items"]
    assert listed["complaint_id"] == complaint_id
    assert must(near.get("/v1/complaints"))["items"] == []
    log = must(suspended.get("/v1/access-log"))["items"]
    assert [(look["viewer_id"], look["what"]) for look in log if look["what"] == "complaint"] == [
        (near.person_id, "complaint")
    ]


def test_the_same_id_again_is_answered_as_before_and_anothers_is_refused(platform: Platform, suspended: Caller) -> None:
    complaint_id = _contest(suspended)
    platform.register("兰")

    assert must(suspended.put(f"/v1/complaints/{complaint_id}", CONTESTED))["complaint_id"] == complaint_id
    other = platform.sign_in("兰").put(f"/v1/complaints/{complaint_id}", CONTESTED | {"about": "other"})

    refused(other, "id_reused", 409)


@pytest.mark.parametrize("changed", [{"words": ""}, {"words": "x" * 2_001}, {"about": "weather"}, {"more": 1}])
def test_a_complaint_has_words_and_says_of_what(platform: Platform, changed: Document) -> None:
    refused(platform.a.put(f"/v1/complaints/{new_id()}", CONTESTED | changed), "invalid_fields", 422)


def test_the_words_go_with_the_persons_data(platform: Platform, suspended: Caller) -> None:
    complaint_id = _contest(suspended)

    with platform.database.transaction() as connection:
        ErasureStore(connection).forget_words(UUID(suspended.person_id))

    assert platform.rows("SELECT complaint_id, words FROM complaint") == [(UUID(complaint_id), "")]
