"""What waits for a member of staff goes to a colleague; what was signed stays signed, and two people stay two."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.timebank.orders.v1 import events_pb2 as orders_pb2
from libs.ids import new_id
from services.accounts.core.store.person_store import PersonStore
from services.accounts.tests.platform import Caller, Document, Platform, must, refused, wait_until_somebody_waits


@dataclass
class District:
    """Three administrators of a district, of whom one leaves; a coordinator; and somebody who is to get a role."""

    platform: Platform
    leaver: Caller
    heir: Caller
    third: Caller
    coordinator: Caller
    new: str

    def proposed(self, unit: str = "k1") -> str:
        """Let who leaves propose a role; return its path."""
        path = f"/v1/persons/{self.new}/roles/{new_id()}"
        must(self.leaver.put(path, {"role": "coordinator", "unit_id": self.platform.units[unit]}))
        return path

    def words(self, **terms: Any) -> Document:
        """Return what is said of a handover."""
        both = {"from_id": self.leaver.person_id, "to_id": self.heir.person_id}
        return both | {"unit_id": self.platform.units["d1"], "kinds": ["role_proposal"]} | terms

    def hand_over(self, by: Caller, **terms: Any) -> list[tuple[Any, ...]]:
        """Hand over; return what came of each kind."""
        answer = must(by.put(f"/v1/handovers/{new_id()}", self.words(**terms)))
        return [(of["kind"], of["moved"], of["left"]) for of in answer["results"]]

    def open(self, by: Caller, person_id: str | None = None) -> list[str]:
        """Return what waits for somebody, or is left behind."""
        asked = {"unit": self.platform.units["d1"]} | ({"person": person_id} if person_id else {})
        return [f"{of['kind']}/{of['holder_name']}" for of in must(by.get("/v1/handovers/open", **asked))["items"]]

    def leave(self) -> Document:
        """End the role of who leaves; return the answer."""
        held = must(self.leaver.get(f"/v1/persons/{self.leaver.person_id}/roles"))["items"]
        (grant_id,) = (row["grant_id"] for row in held if row["role"] == "district_admin")
        return must(self.platform.a.delete(f"/v1/persons/{self.leaver.person_id}/roles/{grant_id}"))


@pytest.fixture
def district(platform: Platform) -> District:
    """Return the district."""
    leaver, heir, third = (platform.staff(name, "district_admin", "d1") for name in ("leaver", "heir", "third"))
    new = platform.register("newcomer")
    for seer in (platform.a, platform.b):
        must(seer.put(f"/v1/persons/{new}/identity-sightings/{new_id()}", {"document": "resident"}))
    return District(platform, leaver, heir, third, platform.staff("coord", "coordinator", "k1"), new)


def test_whoever_takes_over_a_proposal_may_take_it_back_and_never_decide_it(district: District) -> None:
    first, second = district.proposed(), district.proposed("k2")
    assert district.open(district.leaver, district.leaver.person_id) == ["role_proposal/leaver"] * 2

    assert district.hand_over(district.leaver) == [("role_proposal", 2, 0)]
    assert district.leave()["open_proposals"] == 0

    refused(district.heir.post(f"{first}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(district.third.delete(second), "not_authorised", 403)
    assert must(district.heir.delete(second))["state"] == "withdrawn"
    accepted = must(district.third.post(f"{first}/decision", {"ok": True}))
    assert (accepted["state"], accepted["proposed_by"]) == ("accepted", district.leaver.person_id)
    signed = district.platform.rows("SELECT granted_by FROM role_grant WHERE person_id = :of", of=district.new)
    assert signed == [(UUID(district.leaver.person_id),)], "the signature stays theirs"


def test_what_was_not_handed_over_is_said_and_stands_on_the_list_until_somebody_takes_it(district: District) -> None:
    path = district.proposed()
    assert district.open(district.heir) == []

    assert district.leave()["open_proposals"] == 1

    assert district.open(district.heir) == ["role_proposal/leaver"]
    assert district.hand_over(district.heir, kinds=None)[1] == ("role_proposal", 1, 0)
    assert district.open(district.heir) == []
    assert must(district.third.post(f"{path}/decision", {"ok": True}))["state"] == "accepted"


def test_it_is_handed_over_by_oneself_or_from_above_and_there_only(district: District) -> None:
    district.proposed()

    def put(by: Caller, **terms: Any) -> Any:
        return by.put(f"/v1/handovers/{new_id()}", district.words(**terms))

    refused(put(district.heir), "person_not_below", 403)
    refused(put(district.coordinator), "out_of_scope", 403)
    refused(district.coordinator.get("/v1/handovers/open", unit=district.platform.units["d1"]), "out_of_scope", 403)
    district.platform.register("neighbour")
    neighbour = district.platform.sign_in("neighbour")
    refused(put(neighbour, from_id=neighbour.person_id), "not_authorised", 403)
    refused(neighbour.get("/v1/handovers/open", unit=district.platform.units["d1"]), "not_authorised", 403)
    refused(put(district.heir, unit_id=str(new_id())), "unit_not_found", 404)
    refused(put(district.leaver, to_id=str(new_id())), "person_not_found", 404)
    whose = {"unit": district.platform.units["d1"], "person": district.leaver.person_id}
    refused(district.heir.get("/v1/handovers/open", **whose), "person_not_below", 403)

    assert district.hand_over(district.platform.a) == [("role_proposal", 1, 0)]


def test_the_receiver_is_somebody_else_who_works_there_and_gets_only_what_they_could_have_proposed(
    district: District,
) -> None:
    district.proposed()
    far = district.platform.staff("far", "coordinator", "k3", home="k3")
    idle = district.platform.register("idle", roles=["recipient"])
    suspended = district.platform.staff("suspended", "coordinator", "k2", home="k2")
    must(district.platform.a.post(f"/v1/persons/{suspended.person_id}/suspension", {"why": "x"}))

    for to_id in (far.person_id, idle, suspended.person_id, district.leaver.person_id):
        answer = district.leaver.put(f"/v1/handovers/{new_id()}", district.words(to_id=to_id))
        refused(answer, "receiver_unfit", 422)
    offered = {"unit": district.platform.units["d1"], "person": district.leaver.person_id}
    listed = {row["name"] for row in must(district.heir.get("/v1/handovers/candidates", **offered))["items"]}

    assert {"heir", "third", "coord"} <= listed
    assert not {"leaver", "far", "idle", "suspended"} & listed
    assert district.hand_over(district.leaver, to_id=district.coordinator.person_id) == [("role_proposal", 0, 1)]
    assert district.open(district.leaver, district.leaver.person_id) == ["role_proposal/leaver"]


def test_twice_is_once_and_orders_is_told_what_to_move(district: District, hear: Callable[[Any], None]) -> None:
    path, words = f"/v1/handovers/{new_id()}", district.words(kinds=["duty", "visits", "role_proposal"])
    asked = must(district.leaver.put(path, words))
    again = must(district.leaver.put(path, words))
    refused(district.platform.a.put(path, words), "id_reused", 409)

    (event,) = district.platform.events("WorkHandedOver")
    assert (event.person_id, event.to_id, list(event.kinds)) == (
        district.leaver.person_id,
        district.heir.person_id,
        ["duty", "visits"],
    )
    assert again == asked
    assert [of["moved"] for of in asked["results"]] == [None, 0, None]
    moved = orders_pb2.WorkMoved(handover_id=path.rpartition("/")[2])
    moved.results.add(kind="duty", moved=3, left=1)
    moved.results.add(kind="visits", moved=0, left=0)
    hear(moved)
    hear(moved)

    (listed,) = must(district.heir.get("/v1/handovers"))["items"]
    assert [(of["kind"], of["moved"], of["left"]) for of in listed["results"]] == [
        ("duty", 3, 1),
        ("role_proposal", 0, 0),
        ("visits", 0, 0),
    ]
    assert (listed["from_name"], listed["to_name"]) == ("leaver", "heir")
    at_unit = must(district.third.get("/v1/handovers", unit=district.platform.units["d1"]))["items"]
    assert at_unit == [listed]


def test_both_are_told_and_nobody_who_has_died(district: District) -> None:
    def notices() -> list[tuple[str, str]]:
        rows = district.platform.rows("SELECT purpose, person_id FROM notice ORDER BY purpose")
        names = {district.leaver.person_id: "leaver", district.heir.person_id: "heir"}
        return [(purpose, names[str(person_id)]) for purpose, person_id in rows]

    district.hand_over(district.leaver)
    assert notices() == [("work_handed_over", "leaver"), ("work_taken_over", "heir")]
    district.platform.die(district.leaver.person_id)
    district.hand_over(district.platform.a)

    assert notices() == [("work_handed_over", "leaver"), ("work_taken_over", "heir"), ("work_taken_over", "heir")]


def test_of_two_who_hand_over_the_same_at_once_the_second_finds_nothing(district: District) -> None:
    district.proposed()
    answers = list[Any]()

    def give(to: Caller) -> None:
        answers.append(district.hand_over(district.platform.a, to_id=to.person_id))

    giving = [threading.Thread(target=give, args=(to,)) for to in (district.heir, district.third)]
    with district.platform.database.transaction() as connection:
        PersonStore(connection).lock_persons([UUID(district.leaver.person_id)])
        for thread in giving:
            thread.start()
        wait_until_somebody_waits(district.platform)
    for thread in giving:
        thread.join(30)

    assert sorted(answers) == [[("role_proposal", 0, 0)], [("role_proposal", 1, 0)]]


def test_what_somebody_decides_at_that_moment_does_not_move(district: District) -> None:
    path = district.proposed()
    with district.platform.database.transaction() as connection:
        connection.exec_driver_sql("SELECT 1 FROM role_proposal FOR UPDATE")
        assert district.hand_over(district.leaver) == [("role_proposal", 0, 1)]

    refused(district.heir.delete(path), "not_authorised", 403)
    assert must(district.heir.post(f"{path}/decision", {"ok": True}))["state"] == "accepted"
