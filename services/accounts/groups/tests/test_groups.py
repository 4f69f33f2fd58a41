"""Groups are registered by staff, with an adult who answers for them; a name alone is no group."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption
from libs.ids import new_id
from services.accounts.groups.refusals import GroupTooLargeError
from services.accounts.groups.rules import MEMBERS_MAX, Group
from services.accounts.tests.platform import Caller, Platform, must, refused


@pytest.fixture
def coord(platform: Platform) -> Caller:
    """A coordinator of k1."""
    return platform.staff("coord", "coordinator", "k1")


def _body(platform: Platform, leader: str, *members: str, unit: str = "k1", **more: object) -> dict[str, object]:
    named = {"unit_id": platform.units[unit], "name_zh": "三年二班", "leader_id": leader, "member_ids": list(members)}
    return {**named, **more}


def test_a_group_has_an_adult_leader_and_members_whom_the_registrar_reaches(platform: Platform, coord: Caller) -> None:
    teacher, pupil = platform.register("老师"), platform.register("学生", roles=["volunteer"], born="2014-03-02")
    far = platform.register("远", unit="k3")

    def put(caller: Caller, *people: str, **more: Any) -> Any:
        return caller.put(f"/v1/groups/{new_id()}", _body(platform, *people, **more))

    refused(put(platform.sign_in("老师"), teacher, pupil), "not_authorised", 403)
    refused(put(coord, teacher, unit="k3"), "out_of_scope", 403)
    refused(put(coord, teacher, far), "out_of_scope", 403)
    refused(put(coord, pupil, pupil), "group_leader_unfit", 422)
    refused(put(coord, teacher, str(new_id())), "person_not_found", 404)
    refused(put(coord, teacher, pupil, name_zh="时间 银行 队"), "name_forbidden", 422)
    refused(put(coord, teacher, *[pupil] * (MEMBERS_MAX + 1)), "invalid_fields", 422)
    group = must(put(coord, teacher, pupil))

    assert (group["active"], group["member_ids"], group["leader_id"]) == (True, [pupil], teacher)
    [state] = platform.events("GroupState")
    assert (state.group_id, state.leader_id, list(state.member_ids), state.active, state.version) == (
        group["group_id"],
        teacher,
        [pupil],
        True,
        1,
    )
    assert state.district_id == platform.units["d1"]


def test_members_come_and_go_and_the_group_ends(platform: Platform, coord: Caller) -> None:
    teacher, other, pupil = platform.register("老师"), platform.register("另一老师"), platform.register("学生")
    path = f"/v1/groups/{new_id()}"
    must(coord.put(path, _body(platform, teacher)))
    refused(platform.b.put(path, _body(platform, other)), "id_reused", 409)

    must(coord.post(f"{path}/members/{pupil}"))
    must(coord.post(f"{path}/leader", {"leader_id": other}))
    own = platform.sign_in("学生")
    assert must(own.get(path))["member_ids"] == [pupil]
    assert [row["group_id"] for row in must(own.get("/v1/groups"))["items"]] == [path.rsplit("/", 1)[1]]
    refused(own.delete(f"{path}/members/{teacher}"), "not_authorised", 403)
    refused(platform.sign_in("老师").get(path), "not_authorised", 403)
    must(own.delete(f"{path}/members/{pupil}"))
    must(coord.delete(path))

    refused(coord.post(f"{path}/members/{pupil}"), "already_decided", 409)
    refused(coord.delete(path), "already_decided", 409)
    refused(coord.delete(f"/v1/groups/{new_id()}"), "record_not_found", 404)
    assert [(list(s.member_ids), s.leader_id, s.active) for s in platform.events("GroupState")] == [
        ([], teacher, True),
        ([pupil], teacher, True),
        ([pupil], other, True),
        ([], other, True),
        ([], other, False),
    ]
    assert len(must(coord.get("/v1/groups", unit=platform.units["k1"]))["items"]) == 1
    refused(coord.get("/v1/groups", unit=platform.units["k3"]), "out_of_scope", 403)


def test_the_groups_of_a_person_come_by_the_page(platform: Platform, coord: Caller) -> None:
    teacher, pupil = platform.register("老师"), platform.register("学生")
    groups = sorted(str(new_id()) for _ in range(3))
    for group_id in groups:
        must(coord.put(f"/v1/groups/{group_id}", _body(platform, teacher, pupil)))
    must(coord.put(f"/v1/groups/{new_id()}", _body(platform, teacher)))

    first = must(coord.get("/v1/groups", person=pupil, limit="2"))
    second = must(coord.get("/v1/groups", person=pupil, limit="2", cursor=first["next"]))

    assert [group["group_id"] for group in first["items"] + second["items"]] == groups
    assert second["next"] is None
    both = must(coord.get("/v1/groups", person=pupil, unit=platform.units["k1"]))["items"]
    assert [group["group_id"] for group in both] == groups


def test_who_is_erased_leaves_the_groups_and_without_a_leader_they_end(
    platform: Platform, coord: Caller, hear: Callable[[Any], None]
) -> None:
    teacher, pupil = platform.register("老师"), platform.register("学生")
    must(coord.put(f"/v1/groups/{new_id()}", _body(platform, teacher, pupil)))

    for person_id in (pupil, teacher):
        platform.a.post(f"/v1/persons/{person_id}/erasure", {})
        [erasure_id] = [a.erasure_id for a in platform.events("ErasureRequested") if a.person_id == person_id]
        for kind in (orders, ledger, redemption):
            hear(kind.ErasureAnswered(erasure_id=erasure_id, person_id=person_id, answer="clear"))

    states = [(list(s.member_ids), s.active) for s in platform.events("GroupState")]
    assert states == [([pupil], True), ([], True), ([], False)]


def test_a_group_grows_to_its_bound_and_no_further() -> None:
    ids = [UUID(int=number) for number in range(MEMBERS_MAX + 1)]
    group = Group(ids[0], ids[0], ids[0], "三年二班", "", ids[0], tuple(ids[:MEMBERS_MAX]), ids[0])

    with pytest.raises(GroupTooLargeError) as refused_with:
        group.with_members(ids)

    assert refused_with.value.code == "group_too_large"
    assert len(group.with_members(ids[1:]).member_ids) == MEMBERS_MAX
