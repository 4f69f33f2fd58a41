"""Grants say in what, how much and until when; both see them with names, and every use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from libs.clock import SystemClock, to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.ids import new_id
from libs.inbox import IncomingEvent
from services.accounts.consumers import consumers
from services.accounts.tests.platform import Caller, Platform, must, refused

AT = datetime(2026, 3, 1, 3, tzinfo=UTC)


@pytest.fixture
def staff(platform: Platform) -> dict[str, Caller]:
    """The staff around the family."""
    return {
        "coord": platform.staff("coord", "coordinator", "k1"),
        "check": platform.staff("check", "checker", "s1"),
    }


@pytest.fixture
def family(platform: Platform, staff: dict[str, Caller]) -> dict[str, str]:
    """An elder, her daughter with a verified relation, and a son who is only declared."""
    people = {name: platform.register(name) for name in ("兰", "敏", "刚")}
    for relative, verified in (("敏", True), ("刚", False)):
        body = {"person_id": people["兰"], "relative_id": people[relative], "kind": "child", "verified": verified}
        path = f"/v1/relations/{new_id()}"
        must(staff["coord"].put(path, body))
        if verified:
            must(staff["check"].post(f"{path}/confirmation", {"ok": True}))
    return people


def _granted(platform: Platform, staff: dict[str, Caller], person: str, relative: str, **terms: Any) -> str:
    path = f"/v1/acting-grants/{new_id()}"
    must(staff["coord"].put(path, platform.grant(person, relative, **terms)))
    return path


def test_a_grant_is_shown_to_both_with_names_and_its_scope_and_told_to_all(
    platform: Platform, staff: dict[str, Caller], family: dict[str, str]
) -> None:
    path = _granted(platform, staff, family["兰"], family["敏"])

    shown = [
        must(platform.sign_in(name).get("/v1/acting-grants", person=family[name]))["items"] for name in ("兰", "敏")
    ]

    assert shown[0] == shown[1]
    [grant] = shown[0]
    assert (grant["names"]["zh"], grant["relative_names"]["zh"]) == ("兰", "敏")
    assert (grant["acts"], grant["minutes_per_month"], grant["until"]) == (["ask", "see"], 600, "2026-12-31")
    refused(platform.sign_in("刚").get("/v1/acting-grants", person=family["兰"]), "not_authorised", 403)
    [state] = platform.events("ActingGrantState")
    assert (list(state.acts), state.minutes_per_month, state.until) == (["ask", "see"], 600, "2026-12-31")
    assert path.endswith(state.grant_id)


@pytest.mark.parametrize(
    ("terms", "code", "status"),
    [
        ({"acts": []}, "invalid_fields", 422),
        ({"acts": ["sell"]}, "invalid_fields", 422),
        ({"minutes_per_month": 0}, "invalid_fields", 422),
        ({"until": "2026-02-28"}, "grant_days_out_of_range", 422),
        ({"until": "2036-03-01"}, "grant_days_out_of_range", 422),
        ({"consent": "x"}, "invalid_fields", 422),
        ({"consent": {"how": "desk", "given_at": AT.isoformat(), "words": "x"}}, "consent_missing", 403),
        ({"consent": {"how": "grant", "given_at": AT.isoformat(), "words": "她说可以代办"}}, "consent_missing", 403),
        (
            {"consent": {"how": "none_possible", "given_at": AT.isoformat(), "words": "她说可以"}},
            "consent_missing",
            403,
        ),
    ],
)
def test_a_grant_without_bounds_or_without_the_persons_word_is_refused(
    platform: Platform,
    staff: dict[str, Caller],
    family: dict[str, str],
    terms: dict[str, Any],
    code: str,
    status: int,
) -> None:
    body = platform.grant(family["兰"], family["敏"], **terms)

    refused(staff["coord"].put(f"/v1/acting-grants/{new_id()}", body), code, status)
    assert platform.events("ActingGrantState") == []


def test_a_relative_with_a_grant_sees_the_name_and_wishes_and_nothing_more_until_it_ends(
    platform: Platform, staff: dict[str, Caller], family: dict[str, str]
) -> None:
    her, daughter = f"/v1/persons/{family['兰']}", platform.sign_in("敏")
    refused(daughter.get(her), "not_authorised", 403)
    path = _granted(platform, staff, family["兰"], family["敏"])
    _granted(platform, staff, family["兰"], family["刚"])

    seen = must(daughter.get(her))

    said: dict[str, object] = {"language": None, "remarks": None, "speaks": []}
    assert seen == {"person_id": family["兰"], "names": seen["names"], "version": 1} | said
    assert seen["names"]["zh"] == "兰"
    refused(platform.sign_in("刚").get(her), "not_authorised", 403)
    log = must(platform.sign_in("兰").get("/v1/access-log"))["items"]
    assert (log[0]["viewer_id"], log[0]["what"]) == (family["敏"], "name")
    must(platform.sign_in("兰").delete(path))
    refused(daughter.get(her), "not_authorised", 403)


def test_a_grant_that_may_not_see_or_has_run_out_shows_no_name(
    platform: Platform, staff: dict[str, Caller], family: dict[str, str]
) -> None:
    her = f"/v1/persons/{family['兰']}"
    _granted(platform, staff, family["兰"], family["敏"], acts=["ask"])
    refused(platform.sign_in("敏").get(her), "not_authorised", 403)
    _granted(platform, staff, family["兰"], family["敏"], until="2026-03-02")
    must(platform.sign_in("敏").get(her))

    platform.move(timedelta(days=2))

    refused(platform.sign_in("敏").get(her), "not_authorised", 403)


def _change(platform: Platform, caller: Caller, path: str, body: dict[str, Any], version: int) -> TestResponse:
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": str(new_id()), "If-Match": f'"{version}"'}
    return platform.client.post(path, json=body, headers=headers)


def _hear(platform: Platform, *, person: str, actor: str, grant: str = "", act: str = "ask") -> None:
    acted_for = orders.ActedFor(
        use_id=str(new_id()),
        person_id=person,
        actor_id=actor,
        grant_id=grant,
        act=act,
        subject_id=str(new_id()),
        minutes=60,
        consent_how="phone",
        consent_given_at_us=to_microseconds(AT),
        at_us=to_microseconds(AT),
    )
    hearing = consumers(clock=SystemClock())
    event = IncomingEvent(
        event_id=new_id(),
        event_type=acted_for.DESCRIPTOR.full_name,
        topic="timebank.orders.v1",
        stream="d",
        position=1,
        version=None,
        key="d",
        subject=acted_for.subject_id,
        payload=acted_for.SerializeToString(),
        occurred_at=AT,
    )
    with platform.database.transaction() as connection:
        hearing.functions[event.event_type](connection, event)
        hearing.functions[event.event_type](connection, event)


def test_every_use_is_visible_to_both_and_to_staff_in_scope_and_to_nobody_else(
    platform: Platform, staff: dict[str, Caller], family: dict[str, str]
) -> None:
    path = _granted(platform, staff, family["兰"], family["敏"])
    _hear(platform, person=family["兰"], actor=family["敏"], grant=path.rpartition("/")[2])
    _hear(platform, person=family["兰"], actor=staff["coord"].person_id, act="confirm")
    mother, daughter, son = (platform.sign_in(name) for name in ("兰", "敏", "刚"))
    far = platform.staff("远方话务员", "operator", "d2")

    uses = [must(who.get(f"{path}/uses"))["items"] for who in (mother, daughter, staff["coord"])]
    mine = must(mother.get(f"/v1/persons/{family['兰']}/acts-for-me"))["items"]
    hers = must(daughter.get(f"/v1/persons/{family['兰']}/acts-for-me"))["items"]

    assert uses[0] == uses[1] == uses[2] == hers
    assert [(use["actor_id"], use["act"], use["minutes"], use["how"]) for use in uses[0]] == [
        (family["敏"], "ask", 60, "phone")
    ]
    assert [act["act"] for act in mine] == ["confirm", "ask"]
    refused(son.get(f"{path}/uses"), "not_authorised", 403)
    refused(far.get(f"{path}/uses"), "out_of_scope", 403)
    refused(son.get(f"/v1/persons/{family['兰']}/acts-for-me"), "not_authorised", 403)
    refused(far.get(f"/v1/persons/{family['兰']}/acts-for-me"), "out_of_scope", 403)


def test_nothing_about_somebody_else_is_done_for_a_person(
    platform: Platform, staff: dict[str, Caller], family: dict[str, str]
) -> None:
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她来电说换了号码"}
    version = must(staff["coord"].get(f"/v1/persons/{family['兰']}"))["version"]
    body = {"address": "新地址", "acting_for": family["敏"], "consent": said}
    kin = {"person_id": family["兰"], "relative_id": family["敏"], "kind": "other", "consent": said}
    stranger = platform.register("外人")

    refused(
        _change(platform, staff["coord"], f"/v1/persons/{family['兰']}/details", body, version), "not_authorised", 403
    )
    refused(staff["coord"].put(f"/v1/relations/{new_id()}", kin | {"acting_for": stranger}), "not_authorised", 403)

    assert platform.rows("SELECT count(*) FROM consent") == [(0,)]


def test_what_staff_do_here_for_somebody_is_kept_with_consent_and_shown(
    platform: Platform, staff: dict[str, Caller], family: dict[str, str]
) -> None:
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她来电说换了号码"}
    body = {"address": "新地址", "acting_for": family["兰"], "consent": said}
    version = must(staff["coord"].get(f"/v1/persons/{family['兰']}"))["version"]
    path = f"/v1/persons/{family['兰']}/details"

    without = _change(platform, staff["coord"], path, {key: body[key] for key in ("address", "acting_for")}, version)
    bad = _change(platform, staff["coord"], path, body | {"consent": said | {"words": "x"}}, version)
    refused(without, "consent_missing", 403)
    refused(bad, "consent_missing", 403)
    assert must(staff["coord"].get(f"/v1/persons/{family['兰']}"))["version"] == version
    must(_change(platform, staff["coord"], path, body, version))

    [shown] = must(platform.sign_in("兰").get(f"/v1/persons/{family['兰']}/acts-for-me"))["items"]
    assert (shown["service"], shown["actor_id"], shown["how"]) == ("accounts", staff["coord"].person_id, "phone")
