"""What nobody does in time happens by itself in every state that waits: at its instant, once, after downtime too."""

from __future__ import annotations

import sqlalchemy as sa

from libs.contracts.events import orders as wire, redemption
from libs.db import Database
from services.orders.approving.tests.test_approving import confirmed
from services.orders.bootstrap import run_due
from services.orders.tests.harness import OrdersHarness, at, named

NOBODY_ANSWERS = 10**9


def last_step(world: OrdersHarness, label: str) -> tuple[str, object, str]:
    """Return what was done last to an order, by whom and when."""
    steps = world.call("GET", "check", f"/v1/orders/{named(label)}/evidence").get_json()["steps"]
    return steps[-1]["verb"], steps[-1]["by"], steps[-1]["at"]


def notices_of(world: OrdersHarness) -> list[tuple[str, str]]:
    """Return who was to be told what of an order that ended by itself."""
    said = [(notice.person_id, notice.purpose) for notice in world.said(wire.NoticeWanted)]
    return [(person, purpose) for person, purpose in said if purpose in ENDS]


ENDS = ("request_closed", "visit_not_begun", "hours_refused")


def test_a_request_that_nobody_reviews_is_closed_and_its_recipient_told(world: OrdersHarness) -> None:
    world.policy({"order": {"review_required": True, "review_hours": 48}})
    world.redeem("r1", recipient="lan", start="D9 09:00")
    world.redeem("r2", recipient="mei", start="D2 09:00")

    world.set_time("D3 07:59")
    before = (world.state("r1"), world.state("r2"))
    world.set_time("D3 08:00")

    assert before == ("under_review", "declined"), "a request is closed at its start at the latest"
    assert (world.state("r1"), world.order("r1")["code"]) == ("declined", "not_reviewed")
    assert last_step(world, "r1") == ("leave_unreviewed", None, "2026-03-04T00:00:00Z")
    assert [event.code for event in world.said(wire.OrderDeclined)] == ["not_reviewed"] * 2
    assert notices_of(world) == [(str(named("mei")), "request_closed"), (str(named("lan")), "request_closed")]
    assert world.act("coord", "r1", "review", {"ok": True}) == "wrong_order_state"


def test_an_order_whose_funding_nobody_answers_is_given_up_and_a_late_answer_changes_nothing(
    world: OrdersHarness,
) -> None:
    world.heard = NOBODY_ANSWERS
    world.redeem("r1", recipient="lan", start="D9 09:00")

    world.set_time("D2 07:59")
    before = world.state("r1")
    world.set_time("D2 08:00")
    world.hear(redemption.RedemptionAuthorised(redemption_id=str(named("r1"))), subject=str(named("r1")))

    assert (before, world.state("r1")) == ("awaiting_funding", "cancelled")
    assert last_step(world, "r1") == ("leave_unfunded", None, "2026-03-03T00:00:00Z")
    assert [(event.by, event.why) for event in world.said(wire.OrderCancelled)] == [("", "not_funded")]
    assert notices_of(world) == [(str(named("lan")), "request_closed")]


def test_a_visit_that_nobody_began_is_closed_and_nobody_marked(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")

    world.set_time("D5 09:59")
    before = world.state("r1")
    world.set_time("D5 10:00")

    assert (before, world.state("r1")) == ("taken", "cancelled")
    assert [event.why for event in world.said(wire.OrderCancelled)] == ["not_begun"]
    assert notices_of(world) == [(str(named("lan")), "visit_not_begun"), (str(named("min")), "visit_not_begun")]
    assert world.served("min")["marks"] == {"no_shows": 0, "late_cancellations": 0}


def test_a_check_in_made_without_a_network_may_still_be_sent_until_then(world: OrdersHarness) -> None:
    world.policy({"noshow": {"close_hours": 24}, "check_in": {"offline_hours": 72}})
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")

    world.set_time("D5 09:59")

    assert world.state("r1") == "taken"


def test_hours_that_nobody_signs_are_refused_after_downtime_once_and_at_their_own_instant(world: OrdersHarness) -> None:
    confirmed(world)

    again = Database(world.database.engine.url.render_as_string(hide_password=False))
    with again.transaction() as connection:
        done = run_due(connection, at("D50 08:00"))
    with again.transaction() as connection:
        run_due(connection, at("D50 08:00"))
        left = connection.execute(sa.text("SELECT count(*) FROM deadline WHERE kind = 'signature'")).scalar()
    again.dispose()
    world.clock.instant = at("D50 08:00")

    assert (done >= 1, left) == (True, 0)
    assert world.state("r1") == "rejected"
    assert last_step(world, "r1") == ("leave_unsigned", None, "2026-04-01T02:02:00Z")
    assert [event.by for event in world.said(wire.HoursRejected)] == [""]
    assert notices_of(world) == [(str(named("min")), "hours_refused")]
    assert world.served("min")["total_minutes"] == 0


def test_what_was_done_in_time_does_not_fall_due(world: OrdersHarness) -> None:
    world.policy({"order": {"review_required": True}})
    world.redeem("r1", recipient="lan", start="D2 09:00")
    assert world.act("coord", "r1", "review", {"ok": True}) == ""
    assert world.act("min", "r1", "assignment") == ""
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:00")
    assert world.act("lan", "r1", "confirmation") == ""
    assert world.act("coord", "r1", "approval") == ""

    world.set_time("D80 08:00")

    assert world.state("r1") == "settled"
    assert world.served("min")["total_minutes"] == 60


def test_after_downtime_whose_help_nobody_took_was_asked_once_and_it_expired(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D8 09:00")

    with world.database.transaction() as connection:
        while run_due(connection, at("D7 12:00")):
            pass

    asked = [notice.person_id for notice in world.said(wire.NoticeWanted) if notice.purpose == "what_now"]
    assert asked == [str(named("lan"))]
    assert last_step(world, "r1") == ("expire", None, "2026-03-08T01:00:00Z")
