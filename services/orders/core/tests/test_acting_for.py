"""A relative acts within her grant and no further, sees what it is about, and every use is told; without words."""

from typing import Any

import pytest

from libs.clock import to_microseconds
from libs.contracts.events import orders as wire, redemption
from services.orders.tests.harness import OrdersHarness, at, named, said

ASKED: dict[str, Any] = {"recipient": "ju", "start": "D2 09:00", "funding": "pool"}
WORD: dict[str, Any] = {"acting_for": str(named("ju")), "consent": said("grant"), "why": "she is my mother"}

REFUSALS = {"not_authorised", "not_assigned", "not_offered_to_you"}


@pytest.fixture
def family(world: OrdersHarness) -> OrdersHarness:
    """An elder with a daughter, a son and a friend; nobody has a grant yet."""
    world.person("ju", roles=["recipient"], hardship=["dibao"])
    for label in ("nv", "er", "friend"):
        world.person(label, roles=[])
    world.relate("ju", "child", "nv")
    world.relate("ju", "child", "er", verified=False)
    world.relate("ju", "friend", "friend")
    return world


def listed(world: OrdersHarness, by: str, **query: str) -> set[str]:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    answer = world.call("GET", by, f"/v1/orders?{text}")
    return {row["order_id"] for row in answer.get_json()["items"]} if answer.status_code == 200 else {"refused"}


def test_a_grant_allows_the_acts_it_names_and_no_others(family: OrdersHarness) -> None:
    family.grant("ju", "nv", "ask", "see")

    answers = [
        family.place("nv", "o1", **ASKED, **WORD),
        family.act("nv", "o1", "cancellation", WORD),
        family.act("nv", "o1", "confirmation", WORD),
        family.act("nv", "o1", "dispute", WORD | {"says_minutes": 30}),
        family.act("nv", "o1", "no-show", WORD | {"absent": "volunteer"}),
    ]
    family.grant("ju", "nv", "cancel")

    assert answers == ["", *["grant_out_of_scope"] * 4]
    assert family.act("nv", "o1", "cancellation", WORD) == ""
    assert family.place("nv", "o2", **ASKED, **WORD) == "grant_out_of_scope"


def test_the_door_code_is_told_to_a_relative_whose_grant_says_so(family: OrdersHarness) -> None:
    family.place("coord", "o1", **ASKED | {"funding": "programme"})
    path = f"/v1/orders/{named('o1')}/door-code?acting_for={named('ju')}&consent=grant"
    family.grant("ju", "nv", "ask", "see")
    before = family.call("GET", "nv", path).get_json()["code"]

    family.grant("ju", "nv", "door")

    assert (before, family.call("GET", "nv", path).status_code) == ("grant_out_of_scope", 200)
    assert [(use.act, use.actor_id) for use in family.said(wire.ActedFor)] == [("door", str(named("nv")))]


def test_what_is_done_for_a_volunteer_at_the_door_is_told_once_each(family: OrdersHarness) -> None:
    word = {"acting_for": str(named("min")), "consent": said()}
    family.place("coord", "o1", **ASKED | {"funding": "programme"})
    family.act("coord", "o1", "assignment", word)
    family.set_time("D2 09:00")

    answers = [
        family.act("op", "o1", "check-in", word | {"code": "wrong"}),
        family.act("op", "o1", "check-in", word),
        family.act("op", "o1", "check-out", word),
    ]

    assert answers == ["door_code_wrong", "", ""]
    assert [use.act for use in family.said(wire.ActedFor)] == ["serve"] * 3


def test_a_grant_past_its_last_day_allows_nothing(family: OrdersHarness) -> None:
    family.grant("ju", "nv", "ask", "see", until="2026-03-02")
    first = family.place("nv", "o1", **ASKED, **WORD)
    family.set_time("D1 23:59")
    still = listed(family, "nv", person=str(named("ju")))

    family.set_time("D2 00:00")

    assert (first, still) == ("", {str(named("o1"))})
    assert family.place("nv", "o2", **ASKED | {"start": "D3 09:00"}, **WORD) == "grant_ended"
    assert listed(family, "nv", person=str(named("ju"))) == {"refused"}
    assert listed(family, "nv") == set()


def test_the_minutes_of_a_month_count_what_both_services_were_asked_for(family: OrdersHarness) -> None:
    family.grant("ju", "nv", "ask", minutes=120)
    elsewhere = redemption.ActedFor(
        use_id=str(named("use")), grant_id=str(named("grant/ju/nv")), minutes=60, at_us=to_microseconds(at("D1 08:00"))
    )
    family.hear(elsewhere, subject=elsewhere.use_id)
    family.hear(elsewhere, subject=elsewhere.use_id)

    answers = [
        family.place("nv", "o1", **ASKED, **WORD),
        family.place("nv", "o2", **ASKED | {"start": "D3 09:00"}, **WORD),
    ]
    family.set_time("D31 08:00")

    assert answers == ["", "grant_minutes_exceeded"]
    assert family.place("nv", "o3", **ASKED | {"start": "D32 09:00"}, **WORD) == ""


def test_every_use_is_told_once_without_words_and_a_refused_one_is_not(family: OrdersHarness) -> None:
    family.grant("ju", "nv", "ask", minutes=60)
    family.place("nv", "o1", **ASKED, **WORD)
    family.place("nv", "o2", **ASKED | {"start": "D3 09:00"}, **WORD)
    family.act("op", "o1", "cancellation", WORD | {"consent": said("phone")})

    uses = family.said(wire.ActedFor)

    assert [(use.act, use.actor_id, use.grant_id, use.minutes, use.consent_how) for use in uses] == [
        ("ask", str(named("nv")), str(named("grant/ju/nv")), 60, "grant"),
        ("cancel", str(named("op")), "", 0, "phone"),
    ]
    assert {use.subject_id for use in uses} == {str(named("o1"))}
    assert not any(said()["words"].encode() in use.SerializeToString() for use in uses)


def test_a_relative_with_a_grant_sees_her_mothers_orders_and_finds_what_she_placed(family: OrdersHarness) -> None:
    family.place("coord", "o1", **ASKED | {"funding": "programme"})
    family.act("min", "o1", "assignment")
    family.grant("ju", "nv", "ask", "see")
    family.place("nv", "o2", **ASKED | {"start": "D3 09:00"}, **WORD)
    both = {str(named("o1")), str(named("o2"))}

    assert listed(family, "nv", person=str(named("ju"))) == both
    assert listed(family, "nv") == {str(named("o2"))}
    assert family.order("o1", by="nv")["recipient_id"] == str(named("ju"))
    family.grant("ju", "nv", ended=True)
    assert listed(family, "nv", person=str(named("ju"))) == {"refused"}
    assert listed(family, "nv") == set()
    assert family.call("GET", "nv", f"/v1/orders/{named('o1')}").status_code == 404
    assert "recipient_id" not in family.call("GET", "nv", f"/v1/orders/{named('o2')}").get_json()


def test_neither_a_declared_kinship_nor_a_friendship_makes_a_grant_show_anything(family: OrdersHarness) -> None:
    family.place("coord", "o1", **ASKED | {"funding": "programme"})
    family.act("min", "o1", "assignment")
    for label in ("er", "friend"):
        family.grant("ju", label, "see", "ask")

    seen = [listed(family, by, person=str(named("ju"))) for by in ("nv", "er", "friend")]

    assert seen == [{"refused"}] * 3
    assert family.call("GET", "er", f"/v1/orders/{named('o1')}").status_code == 404


def test_a_grant_that_may_not_see_shows_nothing(family: OrdersHarness) -> None:
    family.grant("ju", "nv", "ask")
    family.place("nv", "o1", **ASKED, **WORD)

    assert listed(family, "nv", person=str(named("ju"))) == {"refused"}
    assert listed(family, "nv") == set()


def test_a_bad_consent_is_none(family: OrdersHarness) -> None:
    ask = ASKED | {"funding": "programme"}
    word = {"acting_for": str(named("ju"))}

    answers = [
        family.place("op", "o1", **ask, **word, consent=said(words="x")),
        family.place("op", "o2", **ask, **word, consent=said("grant")),
        family.place("op", "o3", **ask, **word, consent=said("none_possible")),
        family.place("op", "o4", **ask, **word, consent=said() | {"given_at": "2026-03-02T12:00:00+08:00"}),
        family.place("op", "o5", **ask, **word, consent=said() | {"given_at": "2026-01-02T12:00:00+08:00"}),
        family.place("op", "o6", **ask, **word, consent="x"),
        family.place("op", "o7", **ask, **word, consent=said()),
    ]

    assert answers == [*["consent_missing"] * 5, "invalid_fields", ""]
    kept = family.order("o7")
    assert (kept["acting_for"], kept["consent"]["how"], kept["consent"]["words"]) == (
        str(named("ju")),
        "phone",
        said()["words"],
    )


def test_an_emergency_raised_for_somebody_is_checked_like_every_other_act(family: OrdersHarness) -> None:
    def raised(by: str, label: str, about: str = "ju", **word: Any) -> str:
        body = {"person_id": str(named(about)), "words": "she does not answer", **word}
        answer = family.call("PUT", by, f"/v1/incidents/{named(label)}", body)
        return "" if answer.status_code == 201 else str(answer.get_json()["code"])

    for_ju = {"acting_for": str(named("ju"))}
    family.grant("ju", "nv", "see")

    assert raised("nv", "u1") == "", "in her own name"
    assert raised("nv", "u2", **for_ju, consent=said("grant")) == "grant_out_of_scope"
    assert raised("op", "u3", **for_ju) == "consent_missing"
    assert raised("op", "u4", **for_ju, consent=said("none_possible") | {"words": "x"}) == "consent_missing"
    assert raised("op", "u5", "lan", **for_ju, consent=said()) == "not_authorised"
    assert raised("coord_k2", "u6", **for_ju, consent=said()) == "not_authorised"
    assert family.said(wire.ActedFor) == []
    assert raised("op", "u7", **for_ju, consent=said("none_possible")) == ""
    assert [(use.act, use.consent_how) for use in family.said(wire.ActedFor)] == [("report", "none_possible")]


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("assignment", {}),
        ("withdrawal", {}),
        ("cancellation", {}),
        ("check-in", {}),
        ("check-out", {}),
        ("confirmation", {}),
        ("dispute", {"says_minutes": 30}),
        ("no-show", {"absent": "recipient"}),
        ("no-show", {"absent": "volunteer"}),
        ("door-code", {}),
        ("offers/acceptance", {}),
        ("offers/refusal", {}),
    ],
)
def test_nothing_is_done_for_somebody_whom_it_is_not_about(
    family: OrdersHarness, act: str, body: dict[str, Any]
) -> None:
    stranger = {"acting_for": str(named("lan")), "consent": said()}
    family.place("coord", "o1", **ASKED | {"funding": "programme"})
    if act != "assignment":
        family.act("hua", "o1", "assignment")
        family.set_time("D2 09:40")
    before = family.order("o1")

    assert family.act("op", "o1", act, stranger | body) in REFUSALS
    assert family.order("o1") == before
    assert family.said(wire.ActedFor) == []
