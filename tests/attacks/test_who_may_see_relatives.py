"""On a whole platform: a relative sees what her grant is about, in every service; both see each use; its end ends it.

Kinship alone, and a grant alone, open nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.calls import grant_body
from tests.scenarios.client import ApiCall, Client
from tests.scenarios.story import CASES, load_story
from tests.scenarios.world import World
from tests.support.platform import Platform

pytestmark = pytest.mark.scenario
REFUSED = (403, 404)


class Family(World):
    """A mother, a daughter with a grant, a son who is only declared, a friend with a grant."""

    def signs_in(self, label: str) -> bool:  # noqa: ARG002 - as the world asks
        """Tell that everybody can."""
        return True

    def word(self) -> dict[str, Any]:
        """What a relative says of acting for the mother."""
        assert self.client.instant is not None, "a story begins with a time"
        said = {"how": "grant", "given_at": self.client.instant.isoformat(), "words": "My mother asked me for this"}
        return {"acting_for": self.id_of("lan"), "consent": said}

    def grant(self, relative: str, *acts: str, **terms: Any) -> str:
        """Let the coordinator record a grant of the mother's, and everybody hear of it."""
        path = f"/v1/acting-grants/{self.id_of(f'grant/{relative}/{acts}/{terms}')}"
        body = grant_body(self, person="lan", relative=relative) | {"acts": list(acts)} | terms
        self.must(self.login("coord"), "PUT", path, body)
        self.client.settle()
        return path

    def end(self, path: str) -> None:
        """Let the mother end a grant, and everybody hear of it."""
        self.must(self.login("lan"), "DELETE", path, key=f"end/{path}")
        self.client.settle()

    def ask(self, order: str, by: str, start: str, minutes: int = 60) -> str:
        """Ask for help at the mother's cost; return the code of a refusal, or nothing."""
        body = {
            "recipient_id": self.id_of("lan"),
            "service": "B1",
            "minutes": minutes,
            "start": self.story.instant(start).isoformat(),
        }
        path = f"/v1/redemptions/{self.id_of(order)}"
        status, answer = self.client.send(ApiCall(self.login(by), "PUT", path, body | self.word(), wait=True))
        self.client.settle()
        return "" if status < 400 else str(answer["code"])

    def look(self, by: str) -> dict[str, int]:
        """Return how each door to what is the mother's answers somebody."""
        mother, order = self.id_of("lan"), self.id_of("r1")
        wallets = self.client.get(self.login("lan"), "/v1/wallets", person=mother)["items"]
        wallet = f"/v1/wallets/{wallets[0]['wallet_id']}"
        paths = {
            "name": f"/v1/persons/{mother}",
            "orders": f"/v1/orders?person={mother}",
            "order": f"/v1/orders/{order}",
            "redemptions": f"/v1/redemptions?person={mother}",
            "redemption": f"/v1/redemptions/{order}",
            "wallets": f"/v1/wallets?person={mother}",
            "wallet": wallet,
            "entries": f"{wallet}/entries",
            "statement": f"/v1/statements?person={mother}",
        }
        return {name: self.client.send(ApiCall(self.login(by), "GET", path))[0] for name, path in paths.items()}


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    """The main flow's people, with a family; one order of the mother's is taken, so that it is public no more."""
    with Platform(tmp_path_factory.mktemp("relatives")) as platform:
        platform.reset()
        world = Family(load_story(CASES / "flow" / "01-main-flow-115-minutes.yaml"), Client(platform.url))
        plain = {key: value for key, value in world.people["min"].items() if key != "starts"} | {"roles": []}
        for label in ("daughter", "son", "friend"):
            world.people[label] = plain | {"zh": label}
        relations: list[dict[str, Any]] = [
            {"of": "lan", "kind": "child", "to": "daughter", "verified": True},
            {"of": "lan", "kind": "child", "to": "son", "verified": False},
            {"of": "lan", "kind": "friend", "to": "friend", "verified": True},
        ]
        world.story.relations.extend(relations)
        world.prepare()
        full = {"acting_for": world.id_of("lan"), "why": "called"}
        consent = world.word()["consent"] | {"how": "phone"}
        body = {
            "recipient_id": world.id_of("lan"),
            "service": "B1",
            "minutes": 60,
            "start": world.story.instant("D2 09:00").isoformat(),
        }
        world.must(world.login("op"), "PUT", f"/v1/redemptions/{world.id_of('r1')}", body | full | {"consent": consent})
        world.client.settle()
        world.must(world.login("min"), "POST", f"/v1/orders/{world.id_of('r1')}/assignment", {}, key="take r1")
        world.client.settle()
        yield world


def test_a_grant_opens_what_it_is_about_in_every_service_and_its_end_closes_all(family: Family) -> None:
    before = family.look("daughter")
    path = family.grant("daughter", "see")
    seen = family.look("daughter")

    family.end(path)

    assert set(before.values()) <= set(REFUSED)
    assert seen == dict.fromkeys(seen, 200)
    assert family.look("daughter") == before


@pytest.mark.parametrize("label", ["son", "friend"])
def test_a_declared_kinship_or_a_friendship_opens_nothing_even_with_a_grant(family: Family, label: str) -> None:
    path = family.grant(label, "see", "ask")

    looked, asked = family.look(label), family.ask(f"of {label}", label, "D3 14:00")

    family.end(path)
    assert set(looked.values()) <= set(REFUSED)
    assert asked in ("relation_not_verified", "not_authorised")


def test_a_grant_to_ask_shows_nothing_and_asks_within_its_minutes(family: Family) -> None:
    path = family.grant("daughter", "ask", minutes_per_month=60)

    answers = [
        family.ask("r2", "daughter", "D4 09:00", 90),
        family.ask("r3", "daughter", "D4 09:00", 60),
        family.ask("r4", "daughter", "D5 09:00", 30),
    ]
    looked = family.look("daughter")

    family.end(path)
    assert answers == ["grant_minutes_exceeded", "", "grant_minutes_exceeded"]
    assert set(looked.values()) <= set(REFUSED)


def test_she_finds_what_she_placed_and_both_see_every_use_with_names(family: Family) -> None:
    path = family.grant("daughter", "see", "ask")
    assert family.ask("r5", "daughter", "D6 09:00") == ""
    mine = {row["order_id"] for row in family.client.items(family.login("daughter"), "/v1/orders")}

    uses = [family.client.items(family.login(who), f"{path}/uses") for who in ("lan", "daughter", "coord")]
    hers = family.client.items(family.login("lan"), f"/v1/persons/{family.id_of('lan')}/acts-for-me")
    grants = family.client.get(family.login("lan"), "/v1/acting-grants", person=family.id_of("lan"))["items"]
    nosy = family.client.send(ApiCall(family.login("son"), "GET", f"{path}/uses"))[0]

    family.end(path)
    assert family.id_of("r5") in mine
    assert uses[0] == uses[1] == uses[2]
    assert [(use["act"], use["subject_id"], use["minutes"]) for use in uses[0]] == [("ask", family.id_of("r5"), 60)]
    assert {use["actor_id"] for use in hers} >= {family.id_of("op"), family.id_of("daughter")}
    assert [(grant["names"]["zh"], grant["relative_names"]["zh"]) for grant in grants] == [
        (family.people["lan"]["zh"], "daughter")
    ]
    assert nosy in REFUSED
    assert family.client.items(family.login("daughter"), "/v1/orders") == []
