"""The desk goes on with an application: the steps, who is stuck, and the two who make somebody a volunteer."""

from datetime import timedelta
from pathlib import Path

import pytest

from libs.ids import new_id
from services.accounts.applications.tests.applying import NUMBER, RESIDENT, Applying
from services.accounts.tests.platform import Caller, Platform, must, refused


@pytest.fixture
def applying(platform: Platform, tmp_path: Path) -> Applying:
    return Applying.open(platform, tmp_path / "codes")


@pytest.fixture
def coord(applying: Applying) -> Caller:
    return applying.platform.staff("协调", "coordinator", "k1")


def test_two_people_make_an_applicant_a_volunteer_who_signs_in_with_her_number(
    applying: Applying, coord: Caller
) -> None:
    application_id = applying.ready(coord)
    must(applying.sign(coord, application_id))

    done = must(applying.decide(applying.platform.b, application_id))

    assert (done["state"], done["waits_for"]) == ("admitted", None)
    person = must(applying.platform.a.get(f"/v1/persons/{application_id}"))
    assert (person["names"], person["phone_number"]) == ({"zh": "林晓"}, NUMBER)
    assert [(held["role"], held["unit_id"]) for held in person["roles"]] == [
        ("volunteer", applying.platform.units["k1"])
    ]
    assert person["qualifications"]["training"]
    states = applying.platform.states_of(application_id)
    assert set(states[-1].known_to) == {applying.platform.b.person_id, coord.person_id}
    [seen] = must(applying.platform.a.get(f"/v1/persons/{application_id}/identity-sightings"))["items"]
    assert seen["seen_by"] == coord.person_id
    assert applying.platform.client.post("/v1/sign-in-codes", json={"login": NUMBER}).status_code == 202
    applying.platform.settle_codes()
    code = max(applying.folder.glob("*.txt")).read_text().split()[1]
    must(applying.platform.client.post("/v1/sessions", json={"login": NUMBER, "code": code}))
    shown = must(applying.platform.a.get(f"/v1/applications/{application_id}"))
    assert (shown["name"], shown["born"], shown["admissions"][0]["state"]) == (None, None, "accepted")
    assert must(applying.ask("own", ticket=applying.ticket()))["state"] == "admitted"


def test_who_signed_first_does_not_decide_and_a_no_asks_for_another_signature(
    applying: Applying, coord: Caller
) -> None:
    application_id = applying.ready(coord)
    must(applying.sign(coord, application_id))
    refused(applying.sign(applying.platform.b, application_id), "decision_waits", 409)
    refused(applying.decide(coord, application_id), "maker_is_checker", 403)
    assert applying.decide(applying.platform.b, application_id, ok=False).status_code == 422

    no = must(applying.decide(applying.platform.b, application_id, ok=False, why="the paper is of another"))

    assert (no["state"], no["waits_for"]) == ("applied", "first_signature")
    [admission] = must(coord.get(f"/v1/applications/{application_id}"))["admissions"]
    assert (admission["state"], admission["why"]) == ("declined", "the paper is of another")
    refused(applying.decide(applying.platform.b, application_id), "already_decided", 409)
    must(applying.sign(applying.platform.b, application_id))
    assert must(applying.decide(coord, application_id))["state"] == "admitted"


def test_a_signature_that_nobody_answers_lapses(applying: Applying, coord: Caller) -> None:
    application_id = applying.ready(coord)
    must(applying.sign(coord, application_id))
    applying.platform.move(timedelta(days=15))

    seen = must(coord.get(f"/v1/applications/{application_id}"))

    assert (seen["waits_for"], seen["waits_since"]) == ("first_signature", "2026-03-15T04:00:00Z")
    refused(applying.decide(applying.platform.b, application_id), "proposal_lapsed", 409)


def test_nobody_signs_before_everything_is_there(applying: Applying, coord: Caller) -> None:
    application_id = applying.applied()
    for name in ("identity", "agreement", "training"):
        problem = refused(applying.sign(coord, application_id), "steps_missing", 409)
        assert problem["waits_for"] == name
        must(applying.step(coord, application_id, name))

    must(applying.sign(coord, application_id))


def test_who_is_stuck_stands_on_a_list_by_what_they_wait_for_oldest_first(applying: Applying, coord: Caller) -> None:
    first = applying.applied("13800000001")
    applying.platform.move(timedelta(hours=1))
    second = applying.applied("13800000002", name="安")
    third = applying.ready(coord, "13800000003", name="云", unit_id=applying.platform.units["k1"])
    elsewhere = applying.applied("13800000004", unit_id=applying.platform.units["k3"])
    applying.platform.move(timedelta(hours=1))
    must(applying.step(coord, first, "agreement"))
    must(applying.sign(coord, third))
    unit = applying.platform.units["k1"]

    page = must(coord.get("/v1/applications", unit=unit, state="applied"))

    assert [(row["application_id"], row["waits_for"]) for row in page["items"]] == [
        (first, "identity"),
        (second, "identity"),
        (third, "second_signature"),
    ]
    assert [row["waits_since"][11:16] for row in page["items"]] == ["04:00", "05:00", "06:00"]
    assert page["waiting"] == {"identity": 2, "second_signature": 1}
    assert page["items"][1]["name"] == "安"
    assert page["items"][1]["phone_number"] == "*******0002"
    signed = must(coord.get("/v1/applications", unit=unit, waits_for="second_signature"))["items"]
    assert [row["application_id"] for row in signed] == [third]
    paged = must(coord.get("/v1/applications", unit=unit, limit="1"))
    after = must(coord.get("/v1/applications", unit=unit, cursor=paged["next"]))
    assert [row["application_id"] for row in after["items"]] == [second, third]
    assert elsewhere not in str(page)


def test_a_refusal_has_a_reason_which_the_applicant_reads(applying: Applying, coord: Caller) -> None:
    application_id = applying.applied()
    assert coord.post(f"/v1/applications/{application_id}/refusal", {}).status_code == 422

    must(coord.post(f"/v1/applications/{application_id}/refusal", {"why": "We cannot reach you."}))

    own = must(applying.ask("own", ticket=applying.ticket()))
    assert (own["state"], own["why"]) == ("refused", "We cannot reach you.")
    refused(applying.step(coord, application_id, "training"), "application_ended", 409)
    must(applying.put(applying.body(applying.ticket())))


def test_another_community_sees_and_does_nothing(applying: Applying, coord: Caller) -> None:
    application_id, other = applying.ready(coord), applying.platform.staff("旁人", "coordinator", "k2")
    unit = applying.platform.units["k1"]

    refused(other.get("/v1/applications", unit=unit), "out_of_scope", 403)
    refused(other.get(f"/v1/applications/{application_id}"), "out_of_scope", 403)
    for name in ("identity", "agreement", "training"):
        refused(applying.step(other, application_id, name), "out_of_scope", 403)
    refused(other.post(f"/v1/applications/{application_id}/refusal", {"why": "x"}), "out_of_scope", 403)
    refused(applying.sign(other, application_id), "out_of_scope", 403)
    must(applying.sign(coord, application_id))
    refused(applying.decide(other, application_id), "out_of_scope", 403)
    applying.platform.register("路人")
    anybody = applying.platform.sign_in("路人")
    refused(anybody.get(f"/v1/applications/{application_id}"), "not_authorised", 403)
    refused(applying.decide(anybody, application_id), "not_authorised", 403)
    refused(coord.get(f"/v1/applications/{new_id()}"), "record_not_found", 404)


def test_nobody_shows_their_own_document_or_one_that_is_registered(applying: Applying, coord: Caller) -> None:
    document = {"kind": "resident", "number": RESIDENT}
    own = applying.platform.register("自己", id_number=document)
    applying.platform.appoint(own, "coordinator", "k1")
    application_id = applying.applied()

    refused(
        applying.step(applying.platform.sign_in("自己"), application_id, "identity", **document),
        "maker_is_checker",
        403,
    )
    refused(applying.step(coord, application_id, "identity", **document), "person_exists", 409)
    wrong = {"kind": "resident", "number": "110101199001010011"}
    refused(applying.step(coord, application_id, "identity", **wrong), "id_number_invalid", 400)


def test_a_day_to_come_is_no_day_on_which_something_was_done(applying: Applying, coord: Caller) -> None:
    application_id = applying.applied(born="2005-01-01")

    refused(applying.step(coord, application_id, "training", on="2026-03-02"), "date_impossible", 422)
    refused(applying.step(coord, application_id, "agreement", on="2004-12-31"), "date_impossible", 422)


def test_a_number_that_was_given_to_somebody_meanwhile_admits_nobody(applying: Applying, coord: Caller) -> None:
    application_id = applying.ready(coord)
    must(applying.sign(coord, application_id))
    applying.platform.register("王兰", phone_number=NUMBER)

    refused(applying.decide(applying.platform.b, application_id), "phone_number_taken", 409)
    assert must(coord.get(f"/v1/applications/{application_id}"))["waits_for"] == "second_signature"


def test_what_somebody_signed_changes_no_more_before_another_decides(applying: Applying, coord: Caller) -> None:
    application_id = applying.ready(coord)
    must(applying.sign(coord, application_id))

    for name in ("identity", "agreement", "training"):
        refused(applying.step(applying.platform.b, application_id, name), "decision_waits", 409)
    must(applying.decide(applying.platform.b, application_id, ok=False, why="look again"))
    must(applying.step(applying.platform.b, application_id, "training"))


def test_nobody_is_registered_under_the_id_of_an_application(applying: Applying) -> None:
    application_id = applying.applied()

    taken = applying.platform.a.put(f"/v1/persons/{application_id}", applying.platform.person("王兰"))

    refused(taken, "id_reused", 409)
    assert must(applying.platform.a.get(f"/v1/applications/{application_id}"))["name"] == "林晓"


def test_every_look_of_the_desk_is_logged(applying: Applying, coord: Caller) -> None:
    application_id = applying.applied()
    must(coord.get(f"/v1/applications/{application_id}"))
    must(coord.get("/v1/applications", unit=applying.platform.units["k1"]))

    looks = applying.platform.rows("SELECT viewer_id FROM access_log WHERE person_id = :id", id=application_id)

    assert [str(row.viewer_id) for row in looks] == [coord.person_id] * 2
