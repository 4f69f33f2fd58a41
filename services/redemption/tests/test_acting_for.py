"""A relative spends, gives and sees within her grant and no further; every use is told, without words."""

from typing import Any

import pytest

from libs.clock import to_microseconds
from libs.contracts.events import orders, redemption as own
from services.redemption.tests.support import Bench, local, said

WORD: dict[str, Any] = {"acting_for": "lan", "consent": said("grant"), "why": "she is my mother"}


@pytest.fixture
def people(bench: Bench) -> Bench:
    """An elder with a daughter, a son who is only declared, and staff."""
    bench.person("lan", "recipient")
    for label in ("nv", "er", "mei"):
        bench.person(label, age=45)
    bench.person("op", "operator@d1", age=40)
    bench.relate("lan", "child", "nv")
    bench.relate("nv", "parent", "lan")
    bench.relate("lan", "child", "er", verified=False)
    bench.relate("lan", "child", "mei")
    return bench


def code_of(answer: Any) -> str:
    return str(answer.get_json().get("code") or "")


def give(bench: Bench, label: str, by: str, minutes: int) -> Any:
    body = {"to": str(bench.id_of("mei")), "minutes": minutes, **WORD, "acting_for": str(bench.id_of("lan"))}
    return bench.send("PUT", f"/v1/gifts/{bench.id_of(label)}", by, body)


def test_a_grant_to_ask_is_none_to_give(people: Bench) -> None:
    people.grant_acting("lan", "nv", "ask")
    asked, given = people.ask("r1", "nv", recipient="lan", **WORD), give(people, "g1", "nv", 60)

    people.grant_acting("lan", "nv", "give")

    assert (asked.status_code, code_of(given)) == (202, "grant_out_of_scope")
    assert give(people, "g2", "nv", 60).status_code == 202
    assert code_of(people.ask("r2", "nv", recipient="lan", start="D3 09:00", **WORD)) == "grant_out_of_scope"


def test_the_month_counts_what_was_asked_here_and_in_orders_and_not_what_a_rule_barred(people: Bench) -> None:
    people.grant_acting("lan", "nv", "ask", "give", minutes=180)
    barred = people.ask("r0", "nv", recipient="lan", minutes=7, **WORD)
    placed = orders.ActedFor(
        use_id=str(people.id_of("use")),
        grant_id=str(people.id_of("grant/lan/nv")),
        minutes=60,
        at_us=to_microseconds(people.clock.now()),
    )
    people.hear(placed)
    people.hear(placed)

    answers = [
        code_of(people.ask("r1", "nv", recipient="lan", minutes=60, **WORD)),
        code_of(give(people, "g1", "nv", 61)),
        code_of(give(people, "g2", "nv", 60)),
        code_of(people.ask("r2", "nv", recipient="lan", start="D3 09:00", minutes=30, **WORD)),
    ]

    assert code_of(barred) not in ("", "grant_minutes_exceeded")
    assert answers == ["", "grant_minutes_exceeded", "", "grant_minutes_exceeded"]


def test_a_grant_past_its_day_allows_and_shows_nothing(people: Bench) -> None:
    people.grant_acting("lan", "nv", "ask", "see", until="2026-03-02")
    people.ask("r1", "nv", recipient="lan", **WORD)
    people.clock.instant = local("D2 00:00")

    late = people.ask("r2", "nv", recipient="lan", start="D3 09:00", **WORD)

    assert (late.status_code, code_of(late)) == (403, "grant_ended")
    assert people.send("GET", f"/v1/redemptions/{people.id_of('r1')}", "nv").status_code == 404
    assert people.send("GET", f"/v1/redemptions?person={people.id_of('lan')}", "nv").status_code == 403


def test_every_use_is_told_without_words(people: Bench) -> None:
    people.grant_acting("lan", "nv", "ask")
    people.ask("r1", "nv", recipient="lan", **WORD)
    people.ask("r2", "op", recipient="lan", start="D3 09:00", **WORD | {"consent": said("phone")})
    people.ask("r3", "op", recipient="lan", start="D4 09:00", **WORD | {"consent": said(words="x")})

    uses = people.published(own.ActedFor)

    assert [(use.actor_id, use.grant_id, use.act, use.subject_id, use.minutes, use.consent_how) for use in uses] == [
        (str(people.id_of("nv")), str(people.id_of("grant/lan/nv")), "ask", str(people.id_of("r1")), 60, "grant"),
        (str(people.id_of("op")), "", "ask", str(people.id_of("r2")), 60, "phone"),
    ]
    assert not any(said()["words"].encode() in use.SerializeToString() for use in uses)


def test_a_relative_sees_with_a_grant_to_see_and_a_verified_relation_and_while_it_lasts(people: Bench) -> None:
    people.ask("r1", "lan")
    path = f"/v1/redemptions/{people.id_of('r1')}"
    for label in ("nv", "er"):
        people.grant_acting("lan", label, "see")

    before = [people.send("GET", path, by).status_code for by in ("nv", "er", "mei")]
    people.grant_acting("lan", "nv", ended=True)

    assert before == [200, 404, 404]
    assert people.send("GET", path, "nv").status_code == 404


def test_having_asked_for_somebody_shows_nothing_once_the_grant_has_ended(people: Bench) -> None:
    people.grant_acting("lan", "nv", "ask", "see")
    people.ask("r1", "nv", recipient="lan", **WORD)
    path = f"/v1/redemptions/{people.id_of('r1')}"
    before = people.send("GET", path, "nv").status_code

    people.grant_acting("lan", "nv", ended=True)

    assert (before, people.send("GET", path, "nv").status_code) == (200, 404)
