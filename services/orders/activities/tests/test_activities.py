"""Activities: seats, those who wait, the code at the venue, the hours, and who did not come."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import orders as wire
from libs.ids import new_id
from services.orders.activities.usecases.sign_up import move_up
from services.orders.core.rules.deadlines import SEAT_FREE
from services.orders.core.store.deadline_store import Deadline
from services.orders.tests.harness import OrdersHarness, at, named, outcome
from services.orders.tests.venues import HERE, code_of, register


def plan(world: OrdersHarness, by: str = "coord", activity: str = "", **others: Any) -> str:
    """Plan two hours of help in the canteen; return "" or the code of the refusal."""
    body = {
        "venue_id": str(named(others.pop("venue", "v1"))),
        "title": "包粽子",
        "service": "B1",
        "start": at(others.pop("start", "D2 09:00")).isoformat(),
        "minutes": 120,
        "seats": 1,
        **others,
    }
    return outcome(world.call("PUT", by, f"/v1/activities/{named(activity) if activity else new_id()}", body))


def sign_up(world: OrdersHarness, by: str, order: str, activity: str = "a1", **terms: Any) -> Any:
    """Sign up; return the response."""
    return world.call("PUT", by, f"/v1/activities/{named(activity)}/sign-ups/{named(order)}", terms)


def give_up(world: OrdersHarness, by: str, activity: str = "a1") -> str:
    """Give one's seat up; return "" or the code of the refusal."""
    return outcome(world.call("POST", by, f"/v1/activities/{named(activity)}/withdrawal", {}))


def shown(world: OrdersHarness, by: str = "coord", activity: str = "a1") -> dict[str, Any]:
    """Return an activity as somebody sees it."""
    document: dict[str, Any] = world.call("GET", by, f"/v1/activities/{named(activity)}").get_json()
    return document


@pytest.fixture
def canteen(world: OrdersHarness) -> OrdersHarness:
    """Return a canteen with an activity of one seat."""
    assert register(world) == ""
    assert plan(world, activity="a1") == ""
    return world


def test_a_seat_is_served_signed_and_settled_as_any_order(canteen: OrdersHarness) -> None:
    assert sign_up(canteen, "min", "s1").get_json()["waits_as"] is None
    seat = canteen.order("s1")
    assert (seat["state"], seat["kind"], seat["recipient_id"]) == ("taken", "seat", None)
    canteen.set_time("D2 09:00")
    code = code_of(canteen, "coord_b")
    assert canteen.act("min", "s1", "check-in", {"code": code, "place": HERE}) == ""
    canteen.set_time("D2 11:00")
    assert canteen.act("min", "s1", "check-out") == ""

    ended = canteen.order("s1")
    assert (ended["state"], ended["flags"]) == ("confirmed", [])
    assert ended["volunteers"][0]["evidence"] == ["door_code", "place"]
    assert canteen.act("coord", "s1", "approval") == "maker_is_checker"
    assert canteen.act("coord_b", "s1", "approval") == ""

    assert canteen.state("s1") == "settled"
    assert canteen.served("min")["verified_minutes"] == 120
    (approved,) = canteen.said(wire.HoursApproved)
    assert (approved.funding, approved.recipient_id) == ("programme", "")


def test_a_wrong_code_is_refused_and_counts_for_the_next_seat(canteen: OrdersHarness) -> None:
    sign_up(canteen, "min", "s1")
    canteen.set_time("D2 08:50")
    wrong = f"{(int(code_of(canteen)) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert canteen.act("min", "s1", "check-in", {"code": wrong}) == "door_code_wrong"
    assert give_up(canteen, "min") == ""
    assert sign_up(canteen, "min", "s2").status_code == 201

    assert canteen.act("min", "s2", "check-in", {"code": code_of(canteen)}) == "door_code_locked"
    assert canteen.act("min", "s2", "door-code") == "not_authorised"
    assert canteen.act("coord", "s2", "door-code") == ""
    assert canteen.act("min", "s2", "check-in", {"code": code_of(canteen)}) == ""


def test_who_waits_longest_moves_up_and_is_told(canteen: OrdersHarness) -> None:
    canteen.person("ping", roles=["volunteer"])
    sign_up(canteen, "min", "s1")
    assert outcome(sign_up(canteen, "hua", "s9", wait=False)) == "activity_full"
    assert sign_up(canteen, "hua", "s2").get_json()["waits_as"] == 1
    assert sign_up(canteen, "ping", "s3").get_json()["waits_as"] == 2
    assert outcome(sign_up(canteen, "hua", "s4")) == "already_signed_up"
    assert shown(canteen, "hua")["mine"] == {"order_id": str(named("s2")), "state": None}

    assert give_up(canteen, "min") == ""
    canteen.set_time("D1 08:01")

    assert canteen.state("s1") == "cancelled"
    assert canteen.state("s2") == "taken"
    assert (shown(canteen)["taken"], shown(canteen)["waiting"]) == (1, 1)
    (notice,) = [said for said in canteen.said(wire.NoticeWanted) if said.purpose == "seat_given"]
    assert notice.person_id == str(named("hua"))
    assert give_up(canteen, "min") == "not_signed_up"


def test_whom_a_gate_bars_is_passed_over(canteen: OrdersHarness) -> None:
    canteen.person("ping", roles=["volunteer"])
    for volunteer, order in (("min", "s1"), ("hua", "s2"), ("ping", "s3")):
        sign_up(canteen, volunteer, order)
    canteen.person("hua", roles=["volunteer"], training=False, version=2)

    give_up(canteen, "min")
    canteen.set_time("D1 08:01")

    assert canteen.state("s3") == "taken"
    assert shown(canteen)["waiting"] == 1


def test_whoever_waits_no_more_while_they_move_up_has_no_seat_left(canteen: OrdersHarness) -> None:
    sign_up(canteen, "min", "s1")
    sign_up(canteen, "hua", "s2")
    give_up(canteen, "min")
    path = f"/v1/activities/{named('a1')}/withdrawal"
    answers: list[int] = []
    with canteen.database.transaction() as moving:
        move_up(moving, Deadline(named("a1"), SEAT_FREE, at("D1 08:00")), at("D1 08:01"))
        leaving = threading.Thread(target=lambda: answers.append(canteen.call("POST", "hua", path, {}).status_code))
        leaving.start()
        _until_somebody_waits(canteen)
    leaving.join()

    assert answers == [200]
    assert canteen.state("s2") == "cancelled"
    assert shown(canteen, "hua")["mine"] is None


def _until_somebody_waits(world: OrdersHarness) -> None:
    for _ in range(100):
        with world.database.transaction() as connection:
            if connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited")


def test_whose_id_another_order_took_meanwhile_is_passed_over(canteen: OrdersHarness) -> None:
    canteen.person("ping", roles=["volunteer"])
    for volunteer, order in (("min", "s1"), ("hua", "s2"), ("ping", "s3")):
        sign_up(canteen, volunteer, order)
    assert canteen.place("coord", "s2", recipient="lan", start="D3 09:00") == ""

    give_up(canteen, "min")
    canteen.set_time("D1 08:01")

    assert canteen.state("s3") == "taken"
    assert shown(canteen, "hua")["mine"] == {"order_id": str(named("s2")), "state": None}


def test_a_seat_goes_with_a_gate_that_shuts(canteen: OrdersHarness) -> None:
    sign_up(canteen, "min", "s1")
    sign_up(canteen, "hua", "s2")
    canteen.person("min", roles=["volunteer"], training=False, version=2)
    canteen.set_time("D1 08:01")

    assert canteen.state("s1") == "cancelled"
    assert canteen.state("s2") == "taken"


def test_gates_bar_from_signing_up(canteen: OrdersHarness) -> None:
    canteen.person("ping", roles=["volunteer"], training=False)
    assert outcome(sign_up(canteen, "ping", "s1")) == "training_missing"
    assert outcome(sign_up(canteen, "lan", "s2")) == "not_authorised"
    plan(canteen, activity="a2", start="D2 10:00")
    assert sign_up(canteen, "min", "s3").status_code == 201
    assert outcome(sign_up(canteen, "min", "s4", activity="a2")) == "order_overlap"
    canteen.set_time("D2 11:00")
    assert outcome(sign_up(canteen, "hua", "s5")) == "activity_over"


def test_whoever_does_not_come_is_absent(canteen: OrdersHarness) -> None:
    sign_up(canteen, "min", "s1")
    close = f"/v1/activities/{named('a1')}/closing"
    assert outcome(canteen.call("POST", "coord", close)) == "no_show_too_early"
    canteen.set_time("D2 11:00")
    assert canteen.act("coord", "s1", "no-show", {"absent": "recipient"}) == "nobody_receives"
    assert outcome(canteen.call("POST", "coord", close)) == ""

    assert canteen.state("s1") == "no_show"
    assert outcome(canteen.call("POST", "coord", close)) == "activity_over"


def test_a_cancelled_activity_is_told_to_who_comes_and_who_waits(canteen: OrdersHarness) -> None:
    sign_up(canteen, "min", "s1")
    sign_up(canteen, "hua", "s2")
    path = f"/v1/activities/{named('a1')}/cancellation"
    assert outcome(canteen.call("POST", "coord_k2", path, {"why": "停电"})) == "out_of_scope"
    assert outcome(canteen.call("POST", "coord", path, {"why": "停电"})) == ""

    warned = {said.person_id for said in canteen.said(wire.NoticeWanted) if said.purpose == "activity_cancelled"}
    assert warned == {str(named("min")), str(named("hua"))}
    assert canteen.state("s1") == "cancelled"
    canteen.set_time("D1 08:01")
    assert shown(canteen)["waiting"] == 0
    assert outcome(sign_up(canteen, "min", "s3")) == "activity_over"


def test_who_may_plan_what(world: OrdersHarness) -> None:
    assert register(world, "min", venue="") == "not_authorised"
    assert register(world, "coord_k2", venue="") == "out_of_scope"
    assert register(world) == ""
    assert plan(world, "min") == "not_authorised"
    assert plan(world, "coord_k2") == "out_of_scope"
    assert plan(world, seats=41) == "seats_exceed_venue"
    assert plan(world, minutes=1) == "minutes_out_of_range"
    assert plan(world, start="D1 07:00") == "start_passed"
    assert plan(world, venue="v9") == "venue_not_found"
    close = f"/v1/venues/{named('v1')}/closing"
    assert outcome(world.call("POST", "coord", close)) == ""
    assert plan(world) == "venue_closed"
    assert outcome(world.call("GET", "coord", f"/v1/venues/{named('v1')}/station-code")) == "venue_closed"
    assert outcome(world.call("POST", "coord", close)) == "venue_closed"


def test_whoever_read_the_code_and_checks_in_is_flagged(canteen: OrdersHarness) -> None:
    canteen.person("both", roles=["volunteer", "coordinator@k1"], born=at("D1 00:00").date().replace(year=1985))
    sign_up(canteen, "both", "s1")
    canteen.set_time("D2 09:00")
    assert canteen.act("both", "s1", "check-in", {"code": code_of(canteen, "both")}) == ""
    canteen.set_time("D2 11:00")
    canteen.act("both", "s1", "check-out")

    assert set(canteen.order("s1")["flags"]) >= {"one_hand", "weak_evidence"}


def test_seats_are_in_the_budget_of_the_programme(canteen: OrdersHarness) -> None:
    canteen.policy({"programme": {"monthly_budget_minutes": 100}}, version=2)
    assert outcome(sign_up(canteen, "min", "s1")) == "programme_budget_exhausted"


def test_lists_show_everybody_where_there_is_room_and_staff_who_comes(canteen: OrdersHarness) -> None:
    sign_up(canteen, "min", "s1")
    (seen,) = canteen.call("GET", "hua", f"/v1/activities?unit={named('d1')}").get_json()["items"]
    assert (seen["taken"], seen["seats"], seen["venue_name"], seen["mine"]) == (1, 1, "和园食堂", None)
    assert "people" not in shown(canteen, "hua")
    assert [seat["volunteer_id"] for seat in shown(canteen)["people"]] == [str(named("min"))]
    (venue,) = canteen.call("GET", "lan", "/v1/venues").get_json()["items"]
    assert venue["name"] == "和园食堂"
