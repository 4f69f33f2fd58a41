"""The reason that was given with a finding is shown to whom it concerns."""

from libs.ids import new_id
from services.accounts.tests.platform import Platform, must, refused


def test_the_reason_of_a_no_and_of_a_yes_is_shown_to_staff_the_maker_and_the_person(platform: Platform) -> None:
    lan = platform.register("兰")
    coord = platform.staff("协调", "coordinator", "k1")
    own = platform.sign_in("兰")
    for finding, ok, why in ((str(new_id()), False, "not seen at home"), (str(new_id()), True, "seen at home")):
        must(coord.put(f"/v1/persons/{lan}/assessments/{finding}", {"grade": "mild"}))
        must(platform.b.post(f"/v1/assessments/{finding}/confirmation", {"ok": ok, "why": why}))

    for caller in (coord, platform.a, own):
        listed = must(caller.get(f"/v1/persons/{lan}/findings"))["items"]
        assert {(row["state"], row["kind"], row["why"]) for row in listed} == {
            ("turned_down", "assessment", "not seen at home"),
            ("confirmed", "assessment", "seen at home"),
        }


def test_whoever_recorded_a_finding_reads_its_reason_when_the_person_has_moved_away(platform: Platform) -> None:
    lan, hardship = platform.register("兰"), str(new_id())
    maker = platform.staff("协调", "coordinator", "k1")
    must(maker.put(f"/v1/persons/{lan}/hardships/{hardship}", {"categories": ["dibao"]}))
    must(platform.b.put(f"/v1/persons/{lan}/assessments/{new_id()}", {"grade": "mild"}))
    must(platform.b.post(f"/v1/hardships/{hardship}/confirmation", {"ok": False, "why": "no paper"}))
    version = must(platform.a.get(f"/v1/persons/{lan}"))["version"]
    headers = platform.a._headers(new_id()) | {"If-Match": str(version)}
    body = {"home_unit_id": platform.units["k3"]}
    must(platform.client.post(f"/v1/persons/{lan}/move", json=body, headers=headers))

    listed = must(maker.get(f"/v1/persons/{lan}/findings"))["items"]

    assert [(row["finding_id"], row["why"]) for row in listed] == [(hardship, "no paper")]
    other = platform.staff("旁人", "coordinator", "k2")
    refused(other.get(f"/v1/persons/{lan}/findings"), "out_of_scope", 403)
    platform.register("路人")
    refused(platform.sign_in("路人").get(f"/v1/persons/{lan}/findings"), "not_authorised", 403)


def test_findings_come_by_the_page(platform: Platform) -> None:
    lan = platform.register("兰")
    recorded = [str(new_id()) for _ in range(3)]
    for finding in recorded:
        must(platform.a.put(f"/v1/persons/{lan}/assessments/{finding}", {"grade": "mild"}))

    first = must(platform.a.get(f"/v1/persons/{lan}/findings", limit="2"))
    second = must(platform.a.get(f"/v1/persons/{lan}/findings", limit="2", cursor=first["next"]))

    assert [row["finding_id"] for row in first["items"] + second["items"]] == sorted(recorded)
    assert second["next"] is None
