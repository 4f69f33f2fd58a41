"""Every act of every single role, by one person alone, on a whole platform: nobody changes the supply of credit.

Each of the platform's operations that change something is tried by each role and by somebody who has them all, first as
maker and then, of the same thing, as checker; time goes on until what happens by itself has happened. Credit under way
between wallets is free to move: what a district has issued is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.properties import occasions
from tests.properties.desk_acts import acts_for_others, desk_acts, group_acts, handover_acts
from tests.properties.newcomers import applications
from tests.properties.puppets import Actors
from tests.properties.telephone import Telephone
from tests.scenarios.client import ApiCall, Client
from tests.scenarios.story import CASES, load_story
from tests.scenarios.world import SCAN, World
from tests.support.pictures import png
from tests.support.platform import Platform

pytestmark = pytest.mark.scenario
ROLES = {
    "volunteer": ["volunteer"],
    "recipient": ["recipient"],
    "coordinator": ["coordinator@k1"],
    "checker": ["checker@s1"],
    "operator": ["operator@d1"],
    "district_admin": ["district_admin@d1"],
    "city_admin": ["city_admin@city"],
    "city_auditor": ["city_auditor@city"],
    "all": ["volunteer", "coordinator@k1", "checker@s1", "operator@d1", "district_admin@d1", "city_admin@city"],
}
SESSIONS = {
    "/v1/sessions", "/v1/sessions/current", "/v1/sessions/refresh", "/v1/sign-in-codes", "/v1/me/password",
    "/v1/sessions/requests", "/v1/sessions/requests/result", "/v1/sessions/requests/{approval}/decision",
    "/v1/gateway/receipts",
}  # fmt: skip
"""Signing in and out, and what a machine says: no acts of anybody on anything."""
OK: dict[str, Any] = {"ok": True}
WHY: dict[str, Any] = {"why": "alone"}
ORDERS = ("order", "pool_order", "own_order", "late", "own_late", "redeemed")
TWO_PERSONS = {
    "POST /v1/adjustments/{}/decision",
    "POST /v1/catalogue-items/proposals/{}/decision",
    "POST /v1/donations/{}/decision",
    "POST /v1/entitlements/{}/decision",
    "POST /v1/orders/{}/second-check",
    "POST /v1/policies/{}/decision",
    "POST /v1/reversals/{}/decision",
    "POST /v1/service-records/{}/decision",
}
"""Where somebody came as far as to be refused for being the maker."""
TRIED_MIN, DONE_MIN = 1_500, 80
HONEST = "coord"
SCENES = ((HONEST, False), (HONEST, True), ("", False))
"""Who asks for the help that a puppeteer plays, honest staff or the puppeteer, and whether the hands dispute it."""
PUPPETEERS_MIN = 5
"""Operators, coordinators, both administrators, and who is everything: whoever registers people."""

Act = tuple[str, str, dict[str, Any] | bytes]


class Alone:
    """One person, and everything that the platform lets anybody ask for, asked by them."""

    def __init__(self, world: World, label: str) -> None:
        self.world, self.label = world, label
        self.me, self.lan, self.gu = world.id_of(label), world.id_of("lan"), world.id_of("gu")
        self.home, self.district, self.city = (world.unit_of(one) for one in ("k1", "d1", "city"))
        self.telephone = Telephone()

    def id(self, name: str) -> str:
        """The id of a thing that this person makes."""
        return self.world.id_of(f"alone/{self.label}/{name}")

    def day(self, text: str) -> str:
        """An instant of the story."""
        return self.world.story.instant(text).isoformat()

    def acts(self) -> Iterator[Act]:
        """All acts, what makes something before what is done with it."""
        yield from self.memberships()
        yield from self.credit()
        yield from self._orders_made()
        yield "POST", "/v1/me/devices", {"public_key": self.telephone.public_key()}
        for name in ORDERS:
            yield from self._on_order(f"/v1/orders/{self.id(name)}")
        yield "POST", "/v1/approvals", {"orders": [self.id(name) for name in ORDERS]}
        yield from occasions.at_houses(self.id, (self.home, self.day("D5 10:10")), self.me, self.lan)
        yield from occasions.objections(self.id, ORDERS, self.me)
        yield from self._related()
        yield from self._ended()

    def approvals(self) -> Iterator[Act]:
        """What would make credit of their orders, once more."""
        yield from occasions.signatures(self.id, (*ORDERS, *occasions.OCCASIONS))

    def memberships(self) -> Iterator[Act]:
        """People, their roles and numbers, rules, units."""
        person = f"/v1/persons/{self.id('friend')}"
        attributes = {"roles": ["volunteer"], "unit": "k1", "home": [31.23, 121.47], "sex": "male", "age": 50}
        body = self.world.person_body("gu", attributes | {"phone": False, "zh": "友"})
        yield "PUT", person, {k: v for k, v in body.items() if k not in ("sign_in_name", "password")}
        for whom in (person, f"/v1/persons/{self.me}"):
            yield "POST", f"{whom}/details", {"has_phone": True}
            yield "POST", f"{whom}/qualifications", {"training": True, "clean_record": True}
            yield "PUT", f"{whom}/assessments/{self.id('grade' + whom)}", {"grade": "severe"}
            yield "POST", f"/v1/assessments/{self.id('grade' + whom)}/confirmation", OK
            yield "PUT", f"{whom}/hardships/{self.id('hard' + whom)}", {"categories": ["tekun"]}
            yield "POST", f"/v1/hardships/{self.id('hard' + whom)}/confirmation", OK
            yield "PUT", f"{whom}/identity-sightings/{self.id('seen' + whom)}", {"document": "resident"}
            for role in ("checker", "district_admin", "city_admin"):
                yield "PUT", f"{whom}/roles/{self.id(role + whom)}", {"role": role, "unit_id": self.district}
                yield "POST", f"{whom}/roles/{self.id(role + whom)}/decision", OK
            change = f"{whom}/phone-changes/{self.id('number' + whom)}"
            yield "PUT", change, {"phone_number": "13900000000"}
            yield "POST", f"{change}/decision", OK
            yield "POST", f"{whom}/phone-number/confirmation", {"code": "123456"}
            reset = f"{whom}/second-factor-resets/{self.id('reset' + whom)}"
            yield "PUT", reset, {}
            yield "POST", f"{reset}/decision", OK
            yield "POST", f"{whom}/move", {"home_unit_id": self.world.unit_of("k2")}
        policy = {"unit_id": self.district, "effective": self.world.story.day("D6").isoformat(),
                  "set": {"grant": {"starting_credit_minutes": 600}}}  # fmt: skip
        yield "PUT", f"/v1/policies/{self.id('policy')}", policy
        yield "POST", f"/v1/policies/{self.id('policy')}/decision", OK
        yield from occasions.catalogue_acts(self.id, self.district, day := self.day("D7 10:00")[:10])
        held = self.world.id_of(self.label + self.world.people[self.label]["roles"][-1].replace("@", ""))
        yield from occasions.deputy_acts(self.id, held, (self.me, self.gu, self.district), day)
        unit = f"/v1/organisation-units/{self.id('unit')}"
        yield "PUT", unit, {"level": "community", "parent_id": self.world.unit_of("s1"), "name_zh": "新社区"}
        yield "POST", f"{unit}/names", {"name_zh": "新新社区"}
        yield "PUT", f"/v1/imports/{self.id('import')}", {}
        yield "PUT", f"/v1/complaints/{self.id('complaint')}", {"about": "other", "words": "alone"}
        yield "POST", f"/v1/complaints/{self.id('complaint')}/answer", {"upheld": True, "reason": "alone"}

    def credit(self) -> Iterator[Act]:
        """Whatever moves or makes credit by itself."""
        for whom in (self.me, self.lan, self.gu):
            body = {"kind": "migration", "person_id": whom, "class": "earned", "minutes": 60, "why": "x", "scan": SCAN}
            yield from self._both(f"/v1/adjustments/{self.id('migration' + whom)}", body)
            yield from self._both(
                f"/v1/entitlements/{self.id('entitled' + whom)}", {"person_id": whom, "minutes": 1800}
            )
            record = {"person_id": whom, "minutes": 600, "served_on": self.world.story.day("D1").isoformat()}
            old_record = f"/v1/service-records/{self.id('record' + whom)}"
            yield "PUT", old_record, record | {"scan": SCAN}
            yield "POST", f"{old_record}/decision", OK
            estate = {"person_id": whom, "to_person_id": self.me if whom != self.me else None}
            yield from self._both(f"/v1/estates/{self.id('estate' + whom)}", estate)
            yield "PUT", f"/v1/certificates/{self.id('certificate' + whom)}", {"person_id": whom}
        funding = {"kind": "pool_funding", "district_id": self.district, "minutes": 60, "why": "x"}
        yield from self._both(f"/v1/adjustments/{self.id('funding')}", funding)
        for cause in ("pool/d1", "start/lan/earned"):
            body = {"cause_id": self.world.id_of(cause), "why": "alone"}
            yield from self._both(f"/v1/reversals/{self.id('undo' + cause)}", body)
        yield "PUT", f"/v1/grants/{self.id('grants')}", {"unit_id": self.district}
        yield "PUT", f"/v1/gifts/{self.id('gift')}", {"to": self.lan, "minutes": 10}
        yield "PUT", f"/v1/donations/{self.id('donation')}", {"minutes": 10}
        yield "PUT", f"/v1/exchanges/{self.id('exchange')}", {"minutes": 10}
        yield from self._given_for_lan()
        close = f"/v1/period-closes/{self.id('close')}"
        yield from self._both(close, {"district_id": self.district, "month": "2026-02"})

    def _given_for_lan(self) -> Iterator[Act]:
        """Lan's credit given away by whoever acts for her, and the second word on it."""
        consent = {"how": "phone", "given_at": self.day("D5 10:00"), "words": "她说时间就捐给社区吧"}
        acting = {"acting_for": self.lan, "consent": consent, "why": "alone"}
        for kind, more in (("gifts", {"to": self.me}), ("donations", {}), ("exchanges", {})):
            path = f"/v1/{kind}/{self.id('for lan' + kind)}"
            yield "PUT", path, {"minutes": 10} | more | acting
            yield "POST", f"{path}/decision", OK

    def _orders_made(self) -> Iterator[Act]:
        asked = {"service": "A7", "minutes": 60, "start": self.day("D5 10:10")}
        redeemed = asked | {"recipient_id": self.lan, "payer_id": self.lan}
        yield "PUT", f"/v1/redemptions/{self.id('redeemed')}", redeemed
        yield "PUT", f"/v1/orders/{self.id('order')}", asked | {"recipient_id": self.lan, "funding": "programme"}
        yield "PUT", f"/v1/orders/{self.id('pool_order')}", asked | {"recipient_id": self.lan, "funding": "pool"}
        yield "PUT", f"/v1/orders/{self.id('own_order')}", asked | {"recipient_id": self.me, "funding": "programme"}
        series = f"/v1/series/{self.id('series')}"
        weekly = {"service": "A7", "minutes": 60, "weekdays": [1, 4], "time": "10:10"}
        weekly |= {"from": self.day("D5 10:10")[:10], "recipient_id": self.lan, "funding": "programme"}
        yield "PUT", series, weekly
        yield "POST", f"{series}/approval", {}
        yield "POST", f"{series}/preview", {"from": self.day("D5 10:10")[:10], "time": "11:10"}
        yield "POST", f"{series}/change", {"from": self.day("D5 10:10")[:10], "time": "11:10"}
        first = 10_000 + 100 * sorted(ROLES).index(self.label.removeprefix("solo_"))
        slips = {"unit_id": self.home, "from": first, "to": first + 50}
        yield "PUT", f"/v1/slips/{self.id('slips')}", slips
        late = {"recipient_id": self.lan, "service": "A7", "minutes": 60, "served": self.day("D3 14:00")}
        late |= {"funding": "programme", "scan": self.id("scan")}
        yield "PUT", f"/v1/scans/{self.id('scan')}", png()
        yield "PUT", f"/v1/late-entries/{self.id('late')}", late | {"volunteer_id": self.gu, "slip": first + 1}
        yield "PUT", f"/v1/late-entries/{self.id('own_late')}", late | {"volunteer_id": self.me, "slip": first + 2}
        visit = {"person_id": self.lan, "how": "phone", "outcome": "seen"}
        yield "PUT", f"/v1/visits/{self.id('visit')}", visit
        yield from occasions.incident_acts(self.id, self.lan)
        shift = {"unit_id": self.home, "person_id": self.me}
        shift |= {"from": self.day("D5 08:00"), "until": self.day("D6 08:00")}
        yield "PUT", f"/v1/duty-roster/{self.id('duty')}", shift
        yield "DELETE", f"/v1/duty-roster/{self.id('duty')}", {}

    def _on_order(self, order: str) -> Iterator[Act]:
        place = {"latitude": "31.230000", "longitude": "121.470000"}
        yield "POST", f"{order}/review", OK
        yield "POST", f"{order}/offers", {"to": self.me}
        yield "POST", f"{order}/offers/acceptance", {}
        yield "POST", f"{order}/assignment", {}
        yield "POST", f"{order}/door-code", {}
        yield "POST", "/v1/door-acts", {"acts": self.telephone.signed(order, self.day("D5 10:00"))}
        yield "POST", f"{order}/check-in", {"place": place}
        yield "POST", f"{order}/check-out", {"place": place}
        yield "POST", f"{order}/confirmation", {"rating": 5}
        yield "POST", f"{order}/call-back", {"spoke_with": "recipient", "was_there": "yes"}
        yield "POST", f"{order}/sample-call", {"outcome": "agreed"}
        yield "POST", f"{order}/dispute", {"says_minutes": 60}
        yield "POST", f"{order}/decision", {"minutes": 60, "second": self.me} | WHY
        yield "POST", f"{order}/decision/confirmation", OK
        yield "POST", f"{order}/approval", {}
        yield "POST", f"{order}/second-check", OK
        reversal = f"{order}/reversal/{self.id('reversal' + order)}"
        yield from self._both(reversal, {})

    def _related(self) -> Iterator[Act]:
        relation = f"/v1/relations/{self.id('relation')}"
        body = {"person_id": self.lan, "relative_id": self.me, "kind": "child", "verified": True}
        yield "PUT", relation, body
        yield "POST", f"{relation}/confirmation", OK
        yield "PUT", f"/v1/acting-grants/{self.id('grant')}", {
            "person_id": self.lan, "relative_id": self.me, "acts": ["see", "ask", "confirm", "give"],
            "until": self.world.story.day("D300").isoformat(),
            "consent": {"how": "desk", "given_at": self.day("D1 00:00"), "words": "She told me that I may"},
        }  # fmt: skip

    def _ended(self) -> Iterator[Act]:
        for name in ORDERS:
            order = f"/v1/orders/{self.id(name)}"
            yield "POST", f"{order}/offers/refusal", {}
            yield "POST", f"{order}/no-show", {"absent": "recipient"}
            yield from occasions.untaken_acts(order, self.day("D6 10:10"))
            yield "POST", f"{order}/withdrawal", {}
            yield "POST", f"{order}/rejection", WHY
            yield "POST", f"{order}/cancellation", {}
        yield from group_acts(self.id, self.home, self.me, self.gu)
        yield from desk_acts(self.id, (self.me, self.gu))
        yield from handover_acts(self.id, self.home, self.me, self.gu)
        yield from acts_for_others(self.id, self.me, self.lan, (self.home, self.day("D7 10:00")[:10]))
        yield from applications(self.id, self.home, self.world.story.day("D4").isoformat())
        yield "POST", f"/v1/me/devices/{self.telephone.key_id}/revocation", {"code": "123456"}
        friend = f"/v1/persons/{self.id('friend')}"
        yield "POST", f"{friend}/suspension", WHY
        yield "POST", f"{friend}/reinstatement", WHY
        yield from self._death(friend)
        yield "POST", f"{friend}/erasure", {"credit_to": "pool"}
        yield "DELETE", f"{friend}/roles/{self.id('checker' + friend)}", {}
        yield "DELETE", f"/v1/relations/{self.id('relation')}", {}
        yield "DELETE", f"/v1/acting-grants/{self.id('grant')}", {}

    def _death(self, friend: str) -> Iterator[Act]:
        death = self.id("death")
        yield "PUT", f"{friend}/deaths/{death}", {"died": self.world.story.day("D4").isoformat()}
        yield "POST", f"/v1/deaths/{death}/confirmation", OK
        yield from self._both(f"/v1/deaths/{death}/mistakes/{self.id('mistake')}", {})

    @staticmethod
    def _both(path: str, body: dict[str, Any]) -> Iterator[Act]:
        yield "PUT", path, WHY | body
        yield "POST", f"{path}/decision", OK


class Town(World):
    """A world in which everybody can sign in."""

    def signs_in(self, label: str) -> bool:  # noqa: ARG002 - as the world asks
        """Tell that they can."""
        return True


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A city with an elder, a volunteer, a pool, and one more person for each role."""
    with Platform(tmp_path_factory.mktemp("alone")) as platform:
        platform.reset()
        story = load_story(CASES / "flow" / "01-main-flow-115-minutes.yaml")
        world = Town(story, Client(platform.url))
        person = {k: v for k, v in world.people["min"].items() if k != "starts"}
        world.people["gu"] = person | {"roles": ["volunteer"]}
        for role, roles in ROLES.items():
            world.people[f"solo_{role}"] = person | {"roles": roles, "zh": role}
        story.pools["d1"] = 600
        story.policy["grant"] = {"key_elder_monthly_minutes": 60}
        world.prepare()
        yield world


def _issued(world: World) -> dict[str, int]:
    items = world.client.get("harness-a", "/v1/supply")["items"]
    return {row["district_id"]: row["issued_minutes"] for row in items}


class Trial:
    """Tries acts, and keeps what became of them."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.seen: dict[str, set[str]] = {}
        self.tried = self.done = 0

    def run(self, label: str, acts: Iterable[Act]) -> None:
        """Try acts as one person."""
        client, done_before = self._town.client, self.done
        for method, path, body in acts:
            self.tried += 1
            key = self._town.key(f"{label}{self.tried}")
            sent = None if method == "DELETE" else body
            call = ApiCall(self._town.login(label), method, path, sent, key, if_match="1")
            status, answer = client.send(call)
            code = "done" if status < 400 else str(answer.get("code"))
            self.done += code == "done"
            self.seen.setdefault(f"{method} {_template(path)}", set()).add(code)
            if path.endswith(("/assignment", "/acceptance", "/check-in")) and code == "done":
                client.settle()
        if self.done > done_before:
            client.settle()


def test_nobody_alone_changes_the_supply(town: Town) -> None:
    client, before, trial = town.client, _issued(town), Trial(town)
    assert sum(before.values()) == 900
    client.advance(town.story.instant("D5 10:00"))
    for role in ROLES:
        trial.run(f"solo_{role}", Alone(town, f"solo_{role}").acts())
        assert _issued(town) == before, role

    for days in (1, 4, 35):  # What nobody confirms, what falls due, the month's end; and then they try again.
        client.advance(town.story.instant("D5 10:00") + timedelta(days=days))
        client.settle()
        for role in ROLES:
            trial.run(f"solo_{role}", Alone(town, f"solo_{role}").approvals())
        assert _issued(town) == before, days
    assert _played_by_puppets(town, trial, before) >= PUPPETEERS_MIN
    assert trial.tried >= TRIED_MIN
    assert trial.done >= DONE_MIN, trial.seen
    assert {name for name in TWO_PERSONS if "maker_is_checker" not in trial.seen[name]} == set(), trial.seen
    assert "self_approval" in trial.seen["POST /v1/orders/{}/approval"], trial.seen
    assert _operations(town) - trial.seen.keys() == set()


def _played_by_puppets(town: Town, trial: Trial, before: dict[str, int]) -> int:
    """Let each member of staff play with all the accounts that they alone can make; return how many could make any."""
    day, played = town.story.instant("D45 10:00"), 0
    town.client.advance(day)
    for role in ROLES:
        hands = Actors(town, f"solo_{role}", [f"solo_{other}" for other in ROLES if other != role], trial.run)
        if not hands.make():
            continue
        hands.reach_for_roles()
        hands.reach_for_accounts()
        hands.second(lambda label: chain(Alone(town, label).memberships(), Alone(town, label).credit()))
        for asker, disputed in SCENES:
            hands.serve(day, asker=asker or hands.elder, disputed=disputed)
            day += timedelta(days=5)
        assert _issued(town) == before, role
        played += 1
    assert "done" in trial.seen["POST /v1/orders/{}/approval"], "a puppeteer came as far as a first signature"
    return played


def _template(path: str) -> str:
    """Return a path without its ids: UUIDs, and the thumbprints of keys."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[\w-]{43}(?=/|$)", "{}", path)


def _operations(town: Town) -> set[str]:
    """Everything that changes something, as the platform describes itself."""
    client = town.client
    document = client.session.request("GET", f"{client.base}/openapi.json", timeout=60).json()
    return {
        f"{method.upper()} {re.sub('{[^}]*}', '{}', path)}"
        for path, operations in document["paths"].items()
        for method in operations
        if method in ("put", "post", "patch", "delete") and path not in SESSIONS
    }


def test_the_list_of_roles_is_the_platforms(town: Town) -> None:
    powers = Path(__file__).resolve().parents[2] / "proto" / "powers.yaml"
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"\[(.*)\]", powers.read_text()))))

    assert named <= set(ROLES)
