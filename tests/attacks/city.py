"""A platform with one person of each role after one settled order: what attackers start from."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

import urllib3

from tests.scenarios.client import Client
from tests.scenarios.runner import Run
from tests.scenarios.story import CASES, load_story
from tests.scenarios.world import A, World
from tests.support.platform import Platform

STORY = CASES / "flow" / "01-main-flow-115-minutes.yaml"
WHO: Mapping[str, str] = {
    "volunteer": "min",
    "recipient": "lan",
    "relative": "ann",
    "coordinator": "coord",
    "coordinator_elsewhere": "coord_k3",
    "checker": "check",
    "operator": "op",
    "district_admin": "admin",
    "district_admin_elsewhere": "admin_d2",
    "city_admin": "cadmin",
    "city_auditor": "audit",
    "suspended": "sus",
}
"""The person of the story who stands for each role."""
WAITS_MAX = 60
OTHERS = {"ann": "安", "sus": "宋", "old": "老", "tar": "塔"}
"""Volunteers beside those of the story: the relative, the suspended, one who died, one to whom things are done."""


class Town(World):
    """A world in which everybody can sign in."""

    def signs_in(self, label: str) -> bool:  # noqa: ARG002 - as the world asks
        """Tell that they can."""
        return True


@dataclass
class City:
    """The platform, and the ids of what there is."""

    url: str
    inside_url: str
    world: World
    outbox: Path
    """Where the platform writes the codes that it sends."""
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def token(self, role: str) -> str:
        """Return a token of the person of a role."""
        return self.world.client.sign_in(self.world.login(WHO[role]))

    def ask(self, method: str, path: str, *, role: str | None = None, **sent: Any) -> urllib3.BaseHTTPResponse:
        """Send a request as the person of a role, or as nobody; again only with a token in place of one that ended."""
        headers = {"Accept-Language": "en", **sent.pop("headers", {})}
        answer = self._send(method, path, headers, role, sent)
        if answer.status == HTTPStatus.UNAUTHORIZED and role is not None:
            self.world.client.tokens.pop(self.world.login(WHO[role]))
            answer = self._send(method, path, headers, role, sent)
        return answer

    def ask_patiently(self, method: str, path: str, **asked: Any) -> urllib3.BaseHTTPResponse:
        """Send a request; wait as long as is said where somebody asks too much, for a test that asks for everything."""
        for _ in range(WAITS_MAX):
            answer = self.ask(method, path, **asked)
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            time.sleep(float(answer.headers["Retry-After"]))
        return answer

    def _send(
        self, method: str, path: str, headers: dict[str, str], role: str | None, sent: dict[str, Any]
    ) -> urllib3.BaseHTTPResponse:
        signed = {"Authorization": f"Bearer {self.token(role)}"} if role is not None else {}
        return self.http.request(
            method, f"{self.url}{path}", headers=headers | signed, timeout=60, redirect=False, **sent
        )

    @cached_property
    def document(self) -> dict[str, Any]:
        """The API document of the whole platform."""
        found: dict[str, Any] = self.ask("GET", "/openapi.json").json()
        return found

    @cached_property
    def ids(self) -> dict[str, str]:
        """Return an id that exists for each name that a path or a query uses; others are made up by whoever asks."""
        world = self.world
        wallet = world.client.items(A, "/v1/wallets", person=world.id_of("lan"))[0]["wallet_id"]
        transfer = world.client.items(A, "/v1/transfers", order=world.id_of("r1"))[0]["transfer_id"]
        policy = world.client.items(A, "/v1/policies", unit=world.unit_of("d1"))[0]["policy_id"]
        return {
            "person_id": world.id_of("lan"),
            "person": world.id_of("lan"),
            "order_id": world.id_of("r1"),
            "order": world.id_of("r1"),
            "redemption_id": world.id_of("r1"),
            "unit_id": world.unit_of("k1"),
            "unit": world.unit_of("k1"),
            "district": world.unit_of("d1"),
            "district_id": world.unit_of("d1"),
            "wallet_id": wallet,
            "transfer_id": transfer,
            "policy_id": policy,
            "proposal_id": world.id_of("start/lan/earned"),
            "relation_id": world.id_of("kin"),
        }


@contextlib.contextmanager
def open_city(folder: Path) -> Iterator[City]:
    """Start a platform and play the story on it."""
    with Platform(folder) as platform:
        platform.reset()
        story = load_story(STORY)
        run = Run(story, Client(platform.url))
        run.world = Town(story, run.client)
        plain = {name: value for name, value in run.world.people["min"].items() if name != "starts"}
        run.world.people |= {name: plain | {"zh": zh} for name, zh in OTHERS.items()}
        run.play()
        _complete(run.world)
        inside = json.loads((platform.folder / "run" / "platform.json").read_text())["inside_url"]
        yield City(platform.url, inside, run.world, platform.folder / "sent-codes")


def _complete(world: World) -> None:
    """Make one person a relative of the elder, and suspend another."""
    world.relate(A, {"of": "lan", "to": "ann", "kind": "child"}, seed="kin")
    world.client.sign_in(world.login("sus"))  # A password set by another is good once: they set their own before.
    body = {"why": "for the attack"}
    world.must(A, "POST", f"/v1/persons/{world.id_of('sus')}/suspension", body, key="suspended")
    world.client.settle()
