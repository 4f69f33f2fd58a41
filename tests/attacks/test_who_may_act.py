"""Who may act is looked up when they act: a token from before opens nothing to the suspended, the dead, the dismissed.

One running platform. Its people hold every staff role and have signed in; then two are suspended, one is recorded dead,
one loses all roles, one signs out and one changes the password. With their tokens from before they try what their roles
allowed in all four services, and then every operation that the platform has. The last, to whom nothing happened, tries
the same, so that it is known to be valid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from tests.scenarios.calls import WORDS
from tests.scenarios.client import OWN_PASSWORD, Client
from tests.scenarios.story import CASES, load_story
from tests.scenarios.world import A, B, World
from tests.support.platform import Platform

pytestmark = pytest.mark.scenario
EVERY_ROLE = ["coordinator@k1", "checker@s1", "operator@d1", "district_admin@d1"]
SUSPENDED, CONTESTING, DEAD, DISMISSED = "stopped", "contesting", "departed", "dismissed"
LEFT, CHANGED, STAYED = "left", "changed", "stayed"
BELOW = (SUSPENDED, CONTESTING, DEAD, DISMISSED)
"""What happens to these is done by one city administrator, and so they are none: nobody acts on their equals."""
PEOPLE = (SUSPENDED, CONTESTING, DEAD, DISMISSED, LEFT, CHANGED, STAYED)
NOT_SIGNED_IN = (401, "not_signed_in")
OPEN_TO_SUSPENDED = {
    "PUT /v1/complaints/{}",
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/me/password",
    "POST /v1/me/devices/{}/revocation",
    "DELETE /v1/me/photo",
}
"""What ends a way in is open to everybody, and so is taking back one's own photograph.

A password that somebody else set opens nothing but the setting of one's own: without it nobody could contest.
"""
OPERATIONS_MIN = 120

Answer = tuple[int, str]


class Try(NamedTuple):
    """One request, valid but for who sends it."""

    method: str
    path: str
    body: dict[str, Any] | None = None


class Town(World):
    """A world in which everybody can sign in, and what happens to some of them."""

    def signs_in(self, label: str) -> bool:  # noqa: ARG002 - as the world asks
        """Tell that they can."""
        return True

    def fell(self) -> None:
        """Suspend, bury, dismiss, sign out, change a password."""
        for label in (SUSPENDED, CONTESTING):
            self.must(A, "POST", f"/v1/persons/{self.id_of(label)}/suspension", {"why": "test"}, key=f"stop{label}")
        died = {"died": self.story.day("D1").isoformat()}
        self.must(A, "PUT", f"/v1/persons/{self.id_of(DEAD)}/deaths/{self.id_of('death')}", died)
        self.must(B, "POST", f"/v1/deaths/{self.id_of('death')}/confirmation", {"ok": True}, key="death")
        for grant in self.client.get(A, f"/v1/persons/{self.id_of(DISMISSED)}")["roles"]:
            path = f"/v1/persons/{self.id_of(DISMISSED)}/roles/{grant['grant_id']}"
            self.must(A, "DELETE", path, key=grant["grant_id"])
        assert self.send(self.client.sign_in(self.login(LEFT)), Try("DELETE", "/v1/sessions/current"))[0] == 204
        words = {"password": OWN_PASSWORD, "new_password": "something-else-8"}
        self.must(self.login(CHANGED), "POST", "/v1/me/password", words, key="password")
        self.client.settle()

    def send(self, token: str, one: Try) -> tuple[int, dict[str, Any]]:
        """Send a request with a token, whatever it is worth; return the status and the document."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "If-Match": "1"}
        body = None if one.method in ("GET", "DELETE") else json.dumps(one.body or {}).encode()
        answer = self.client.session.request(
            one.method, self.client.base + one.path, body=body, headers=headers | {"Content-Type": "application/json"}
        )
        return answer.status, answer.json() if answer.data.startswith(b"{") else {}

    def told(self, token: str, one: Try) -> Answer:
        """Return the status of the answer, and its code."""
        status, document = self.send(token, one)
        return status, str(document.get("code", ""))

    def acts(self, name: str) -> list[Try]:
        """What the roles of one person allow, in every service."""
        lan, district = self.id_of("lan"), self.unit_of("d1")
        funding = {"kind": "pool_funding", "district_id": district, "minutes": 60, "why": "attack"}
        record = {"person_id": lan, "minutes": 60, "served_on": self.story.day("D1").isoformat(), "scan": "page 7"}
        attributes = {**self.people["lan"], "roles": ["recipient"], "phone": False}
        person = {k: v for k, v in self.person_body("lan", attributes).items() if "sign" not in k and k != "password"}
        new = self.id_of
        return [
            Try("POST", f"/v1/adjustments/{new('waiting')}/decision", {"ok": True}),
            Try("PUT", f"/v1/adjustments/{new(f'{name}/funding')}", funding),
            Try("PUT", f"/v1/period-closes/{new(f'{name}/close')}", {"district_id": district, "month": "2026-02"}),
            Try("PUT", f"/v1/visits/{new(f'{name}/visit')}", {"person_id": lan, "how": "door", "outcome": "seen"}),
            Try("PUT", f"/v1/service-records/{new(f'{name}/record')}", record),
            Try("PUT", f"/v1/entitlements/{new(f'{name}/entitlement')}", {"person_id": lan, "minutes": 1800}),
            Try("PUT", f"/v1/persons/{new(f'{name}/person')}", person),
            Try("POST", f"/v1/organisation-units/{self.unit_of('k2')}/names", {"name_zh": f"{name}社区"}),
        ]

    def looks(self) -> list[Try]:
        """What only staff may read, in every service."""
        lan, unit, district = self.id_of("lan"), self.unit_of("k1"), self.unit_of("d1")
        return [
            Try("GET", path)
            for path in (
                f"/v1/persons?unit={unit}",
                f"/v1/persons/{lan}",
                f"/v1/orders?unit={unit}",
                f"/v1/queues/approval?unit={unit}",
                f"/v1/indicators/visits?unit={unit}",
                f"/v1/wallets?person={lan}",
                f"/v1/period-closes?district={district}",
                f"/v1/redemptions?unit={unit}",
                f"/v1/entitlements?unit={unit}",
            )
        ]

    def is_now(self) -> dict[str, Any]:
        """Return what the acts would change."""
        lan, read = self.id_of("lan"), self.client.get
        return {
            "supply": read(A, "/v1/supply")["items"],
            "waiting": read(A, f"/v1/adjustments/{self.id_of('waiting')}")["state"],
            "closes": read(A, "/v1/period-closes", district=self.unit_of("d1"))["items"],
            "wallets": read(A, "/v1/wallets", person=lan)["items"],
            "people": len(self.client.items(A, "/v1/persons", unit=self.unit_of("city"))),
            "units": read(A, f"/v1/organisation-units/{self.unit_of('k2')}")["name_zh"],
            "visits": read(A, "/v1/indicators/visits", unit=self.unit_of("k1")),
        }


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town, before anything happened, and an adjustment that waits to be decided."""
    with Platform(tmp_path_factory.mktemp("act")) as platform:
        platform.reset()
        story = load_story(CASES / "flow" / "01-main-flow-115-minutes.yaml")
        world = Town(story, Client(platform.url))
        person = {k: v for k, v in world.people["admin"].items() if k != "starts"}
        for label in PEOPLE:
            roles = EVERY_ROLE if label in BELOW else [*EVERY_ROLE, "city_admin@city"]
            world.people[label] = person | {"roles": roles, "zh": label}
        world.people["lan"] = dict(world.people["lan"]) | {"visit_risk": "high"}
        world.prepare()
        terms = {"kind": "pool_funding", "district_id": world.unit_of("d1"), "minutes": 600, "why": "test"}
        world.must("admin." + world.run.hex[:10], "PUT", f"/v1/adjustments/{world.id_of('waiting')}", terms)
        yield world


@pytest.fixture(scope="module")
def tokens(town: Town) -> dict[str, str]:
    """Tokens of all from before, each seen to open what staff read; then what happens to them has happened."""
    held = {label: town.client.sign_in(town.login(label)) for label in PEOPLE}
    for token in held.values():
        assert [town.told(token, look)[0] for look in town.looks()] == [200] * len(town.looks())
    town.fell()
    return held


@pytest.mark.parametrize(
    ("label", "acting", "looking"),
    [
        (SUSPENDED, {(403, "person_suspended")}, {(403, "person_suspended"), (403, "not_authorised"), (404, "")}),
        (DISMISSED, {(403, "not_authorised"), (404, "")}, {(403, "not_authorised"), (404, "")}),
        (DEAD, {NOT_SIGNED_IN}, {NOT_SIGNED_IN}),
        (LEFT, {NOT_SIGNED_IN}, {NOT_SIGNED_IN}),
        (CHANGED, {NOT_SIGNED_IN}, {NOT_SIGNED_IN}),
    ],
)
def test_a_token_from_before_opens_nothing_and_changes_nothing(
    town: Town, tokens: dict[str, str], label: str, acting: set[Answer], looking: set[Answer]
) -> None:
    before = town.is_now()

    acted = {f"{one.method} {one.path}": town.told(tokens[label], one) for one in town.acts(label)}
    looked = {one.path: town.told(tokens[label], one) for one in town.looks()}

    assert {what: told for what, told in acted.items() if not _is_one_of(told, acting)} == {}
    assert {what: told for what, told in looked.items() if not _is_one_of(told, looking)} == {}
    town.client.settle()
    assert town.is_now() == before


def _is_one_of(told: Answer, wanted: set[Answer]) -> bool:
    """Whether an answer is one of these; which thing is not found tells nothing."""
    return told in wanted or (told[0], "") in wanted


def test_no_operation_of_any_service_is_open_to_them(town: Town, tokens: dict[str, str]) -> None:
    operations = [one for one in _operations(town) if town.told("", one) == NOT_SIGNED_IN]
    assert len(operations) >= OPERATIONS_MIN

    wrong: list[tuple[str, str, Answer]] = []
    for one in operations:
        name = f"{one.method} {_template(one.path)}"
        for label in (DEAD, LEFT, CHANGED):
            told = town.told(tokens[label], one)
            wrong += [(label, name, told)] if told != NOT_SIGNED_IN else []
        if one.method != "GET" and name not in OPEN_TO_SUSPENDED:
            told = town.told(tokens[SUSPENDED], one)
            wrong += [(SUSPENDED, name, told)] if told != (403, "person_suspended") else []

    assert wrong == []


def test_a_suspended_person_signs_in_sees_and_contests(town: Town, tokens: dict[str, str]) -> None:
    town.client.tokens.pop(town.login(CONTESTING), None)
    again = town.client.sign_in(town.login(CONTESTING))
    me = town.id_of(CONTESTING)
    own = [f"/v1/persons/{me}", "/v1/me", f"/v1/wallets?person={me}", f"/v1/orders?person={me}", "/v1/redemptions"]

    for token in (tokens[CONTESTING], again):
        assert {path: town.told(token, Try("GET", path))[0] for path in own} == dict.fromkeys(own, 200)
    complaint = f"/v1/complaints/{town.id_of('complaint')}"
    assert town.told(again, Try("PUT", complaint, {"about": "suspension", "words": WORDS}))[0] == 201
    town.must(B, "POST", f"{complaint}/answer", {"upheld": True, "reason": WORDS}, key="answer")
    town.client.settle()

    assert [town.told(again, look)[0] for look in town.looks()] == [200] * len(town.looks())


def test_what_they_tried_was_valid(town: Town, tokens: dict[str, str]) -> None:
    done = {f"{one.method} {one.path}": town.told(tokens[STAYED], one) for one in town.acts(STAYED)}

    assert {what: told for what, told in done.items() if told[0] >= 300} == {}


def _operations(town: Town) -> list[Try]:
    """Every operation that the platform describes, with some id in the place of each."""
    document = town.client.session.request("GET", f"{town.client.base}/openapi.json", timeout=60).json()
    return [
        Try(method.upper(), re.sub("{[^}]*}", str(uuid4()), path))
        for path, operations in document["paths"].items()
        for method in operations
        if method in ("get", "put", "post", "patch", "delete")
    ]


def _template(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{}", path)
