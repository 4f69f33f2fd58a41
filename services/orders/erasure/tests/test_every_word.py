"""Every word that somebody may write here is forgotten with whom it is about, or is named with the reason why not."""

from __future__ import annotations

from typing import Any

import pytest

from libs.programme.words import Fallback
from services.orders.rounds.tests.test_rounds import plan, tick
from services.orders.tests.harness import THERE, OrdersHarness, at, named, said
from services.orders.tests.uploads import scan
from services.orders.tests.venues import code_of, register
from services.orders.untaken.rules import Referral, ReferralState
from services.orders.untaken.store import add_referral
from tests.support.words import columns_with, text_columns

WORDS = "said in confidence"
FORGOTTEN = {
    "assignment.in_device",
    "assignment.out_device",
    "certificate.consent",
    "certificate.revoked_why",
    "certificate.why",
    "call_back.words",
    "confirmation.confirm_device",
    "decision.decision_why",
    "decision.why",
    "dispute.decision_why",
    "incident.consent",
    "incident.outcome",
    "incident.why",
    "incident.words",
    "objection.decision_why",
    "objection.words",
    "order_step.consent",
    "order_step.why",
    "orders.consent",
    "orders.why",
    "record_proposal.decision_why",
    "record_proposal.scan",
    "referral.contact",
    "referral.provider",
    "referral.words",
    "reversal.decision_why",
    "reversal.why",
    "round_stop.words",
    "series.consent",
    "series.why",
    "volunteer_stop.lifted_why",
    "volunteer_stop.why",
    "not_wanted.consent",
    "not_wanted.why",
}
KEPT = {
    "a word of a closed set, or a code": """
        activity.service_code activity.state call_back.spoke_with call_back.was_there counted.kind counted.marks
        counted.service_code counted_sum.kind counted_sum.marks counted_sum.service_code
        deadline.kind decision.state dispute.disputed_from duty_call.state duty_ring.answer incident.ending
        incident.kind incident.state mark.kind objection.about objection.state order_step.from_state order_step.to_state
        order_step.verb orders.declined_code
        orders.fallback orders.flags orders.funding orders.service_code orders.state record_proposal.state
        referral.fallback referral.state reversal.state round_stop.how round_stop.outcome
        series.alarm_code series.end_reason series.funding series.service_code
        series_day.code series_day.state series_pattern.weekdays scan.kind scan.media_type service_record.evidence_class
        service_record.kind sample_call.outcome venue.kind visit.how visit.outcome visit.proof
        welfare_check.rung welfare_check.state welfare_step.outcome welfare_step.rung""",
    "generalised to whether they counted": "visit_listing.risk",
    "cleared with where they served": "assignment.in_key assignment.out_key",
    "cleared with what was found of them": "visit.findings",
    "ids": """
        door.door_code_known_to orders.approvers orders.offers_to slip_used.scan standing.lent_by_ids
        volunteer_group.member_ids welfare_step.above_ids welfare_step.told_ids""",
    "deleted by the tombstone, row and all": """
        acting_grant.acts person.certificates person.grade person.hardship person.known_to person.roles person.sex
        person.speaks person.status person.visit_risk relation.kind device_key.key_id device_key.public_key
        door_act.code door_act.digest door_act.key_id door_act.state door_act.verb""",
    "a picture, deleted with whoever is on it": "scan_content.sealed",
    "what is left of somebody: that they are no more": "standing.roles standing.status standing.unit_ids",
    "what stands on the board of a house that everybody may enter": """
        activity.title activity.why venue.address venue.name""",
    "about no person": """
        venue_count.why
        catalogue_item.certificate catalogue_item.certificate_for catalogue_item.checklist catalogue_item.code
        catalogue_item.funding catalogue_item.max_grade catalogue_item.name_en catalogue_item.name_zh
        catalogue_item.risk catalogue_item.season_from catalogue_item.season_until catalogue_item.service_class
        catalogue_proposal.code catalogue_proposal.decision_why catalogue_proposal.state catalogue_proposal.terms
        policy.parameters signing_key.key_id signing_key.public_key unit.level unit.name_en unit.name_zh""",
    "numbers of a list's points": "assignment.ticked",
    "instants": "orders.offers_lapse_at",
    "made by the platform": """
        certificate.credential certificate.services certificate.verification_code command.fingerprint sample_seed.seed
        scan.sha256""",
    "an answer is kept without words, a refusal has none": "command.answer command.refusal",
    "an event has no words": """
        outbox.event_type outbox.key outbox.payload outbox.stream outbox.subject outbox.topic outbox.traceparent""",
}


def test_every_text_is_forgotten_or_kept_for_a_reason(world: OrdersHarness) -> None:
    kept = {name for names in KEPT.values() for name in names.split()}

    with world.database.reading() as connection:
        assert text_columns(connection) == kept | FORGOTTEN
    assert kept.isdisjoint(FORGOTTEN)


@pytest.fixture
def confided(world: OrdersHarness) -> OrdersHarness:
    """Words about Lan, who was helped, and Min, who helped her, wherever somebody may write them."""
    for_lan: dict[str, Any] = {"acting_for": str(named("lan")), "consent": said(words=WORDS), "why": WORDS}
    for_min = for_lan | {"acting_for": str(named("min"))}
    assert world.place("op", "o1", recipient="lan", start="D2 09:00", **for_lan) == ""
    world.act("min", "o1", "assignment")
    world.set_time("D2 09:00")
    world.act("min", "o1", "check-in", {"code": world.code("o1"), "device": WORDS})
    world.set_time("D2 10:01")
    world.act("min", "o1", "check-out", {"device": WORDS})
    world.person("op_c", roles=["operator@d1"])
    assert world.act("op_c", "o1", "call-back", THERE | {"words": WORDS}) == ""
    assert world.act("op_b", "o1", "confirmation", for_lan | {"device": WORDS}) == ""
    world.act("coord", "o1", "approval")
    assert world.act("check", "o1", "second-check", {"ok": True, "why": WORDS}) == ""
    objection = {"says_minutes": 200, "words": WORDS}
    path = f"/v1/orders/{named('o1')}/objections/{named('b1')}"
    assert world.call("PUT", "op", path, for_min | objection).status_code == 201
    dismissed = {"upheld": False, "why": WORDS}
    assert world.call("POST", "check_b", f"/v1/objections/{named('b1')}/answer", dismissed).status_code == 200
    path = f"/v1/orders/{named('o1')}/reversal/{named('back')}"
    assert world.call("PUT", "coord", path, {"why": WORDS}).status_code == 201
    assert world.call("POST", "check_b", f"{path}/decision", {"ok": False, "why": WORDS}).status_code == 200
    assert world.act("op_b", "o1", "dispute", for_lan | {"says_minutes": 61}) == ""
    fewer = {"minutes": 60, "why": WORDS, "second": str(named("admin"))}
    assert world.act("check_b", "o1", "decision", fewer) == ""
    assert world.act("admin", "o1", "decision/confirmation", {"ok": False, "why": WORDS}) == ""
    assert world.act("check_b", "o1", "decision", {"minutes": 61, "why": WORDS}) == ""
    _go_round(world)
    _record_words_elsewhere(world, for_lan, for_min)
    return world


def _go_round(world: OrdersHarness) -> None:
    assert register(world) == ""
    assert plan(world, label="r1", people=("lan",), start="D2 12:00") == ""
    world.act("min", "r1", "assignment")
    world.set_time("D2 12:00")
    assert world.act("min", "r1", "check-in", {"code": code_of(world)}) == ""
    assert tick(world, "min", "lan", "refused", words=WORDS) == ""


def _record_words_elsewhere(world: OrdersHarness, for_lan: dict[str, Any], for_min: dict[str, Any]) -> None:
    lan, min_ = str(named("lan")), str(named("min"))
    slips = {"unit_id": str(named("k1")), "from": 1, "to": 10}
    served = {"service": "B1", "minutes": 60, "served": at("D1 06:00").isoformat(), "slip": 1}
    served |= {"scan": scan(world, "coord")}
    record = {"person_id": min_, "minutes": 60, "served_on": "2026-02-01", "scan": WORDS}
    weekly = {"service": "B1", "funding": "programme", "weekdays": [2], "minutes": 60}
    weekly |= {"time": "09:00", "from": "2026-06-01"}
    for by, path, body in (
        ("coord", f"slips/{named('range')}", slips),
        ("coord", f"late-entries/{named('l1')}", served | {"recipient_id": lan, "volunteer_id": min_, "why": WORDS}),
        ("admin", f"service-records/{named('s1')}", record),
        ("op", f"certificates/{named('c1')}", {"person_id": min_} | for_min),
        ("op", f"incidents/{named('i1')}", {"person_id": lan, "words": WORDS} | for_lan),
        ("op", f"series/{named('w1')}", weekly | {"recipient_id": lan} | for_lan),
        ("coord", f"volunteer-stops/{named('t1')}", {"volunteer_id": min_, "why": WORDS}),
    ):
        assert world.call("PUT", by, f"/v1/{path}", body).status_code == 201, path
    revoked = world.call("POST", "coord", f"/v1/certificates/{named('c1')}/revocation", {"why": WORDS})
    assert revoked.status_code == 200
    no = {"ok": False, "why": WORDS}
    assert world.call("POST", "cadmin", f"/v1/service-records/{named('s1')}/decision", no).status_code == 200
    ended = world.call("POST", "op", f"/v1/incidents/{named('i1')}/closing", {"outcome": WORDS})
    assert ended.status_code == 200
    unwanted = world.call("POST", "op", f"/v1/not-wanted/{named('lan')}", {"volunteer_id": min_} | for_lan)
    assert unwanted.status_code == 200
    lifted = world.call("POST", "coord", f"/v1/volunteer-stops/{named('t1')}/lifting", {"why": WORDS})
    assert lifted.status_code == 200
    world.place("coord", "o2", recipient="lan", start="D4 09:00")
    assert world.act("coord", "o2", "cancellation", {"why": WORDS}) == ""
    with world.database.transaction() as connection:
        state, fallback, at_once = ReferralState.SERVED, Fallback.MARKET, world.clock.now()
        ids = (named("o2"), named("d1"), named("k1"))
        referral = Referral(*ids, fallback, state, at_once, provider=WORDS, contact=WORDS, words=WORDS)
        add_referral(connection, referral)


def test_no_word_is_left_about_whom_it_was_and_none_was_in_an_answer_or_an_event(confided: OrdersHarness) -> None:
    with confided.database.reading() as connection:
        said_in = columns_with(connection, WORDS)
    for label in ("lan", "min"):
        confided.forget(label)

    with confided.database.reading() as connection:
        left_in = columns_with(connection, WORDS)
    assert said_in == FORGOTTEN
    assert left_in == set()
