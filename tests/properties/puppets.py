"""One member of staff who also holds every account that they alone can make, and plays all sides with them.

They register an elder and a volunteer with passwords of their choosing, give them what roles they can, change what
details they can, and let every hand try every step: asking, looking over, taking, the door, confirming, signing, and
the second word of whatever another hand proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

from tests.scenarios.client import ApiCall, Client
from tests.scenarios.world import World

Act = tuple[str, str, dict[str, Any] | bytes]
Run = Callable[[str, Iterable[Act]], None]
OK: dict[str, Any] = {"ok": True, "why": "all my hands agree"}
STAFF_ROLES = {"coordinator": "k1", "checker": "s1", "operator": "d1", "district_admin": "d1", "city_admin": "city"}
MINUTES = 60
SILENT_HOURS = 80


class Actors:
    """A member of staff and their puppets."""

    def __init__(self, world: World, master: str, victims: Iterable[str], run: Run) -> None:
        self.world, self.master, self._run, self._victims = world, master, run, list(victims)
        self.elder, self.volunteer = f"{master}_elder", f"{master}_volunteer"
        self.all: list[str] = [master]

    @property
    def client(self) -> Client:
        """The requests of everybody."""
        return self.world.client

    def make(self) -> bool:
        """Register the puppets and sign in as them; False when this member of staff registers nobody."""
        for label, role in ((self.elder, "recipient"), (self.volunteer, "volunteer")):
            attributes: dict[str, Any] = {**self.world.people["gu"], "roles": [role], "zh": "偶"}
            self.world.people[label] = attributes
            body = self.world.person_body(label, attributes)
            shown = self.world.qualifications(attributes)
            person = f"/v1/persons/{self.world.id_of(label)}"
            self._run(self.master, [("PUT", person, {k: v for k, v in body.items() if k not in shown})])
            self._run(self.master, [("POST", f"{person}/qualifications", shown)])
        self.client.settle()
        there = [label for label in (self.elder, self.volunteer) if self._is_there(label)]
        self.all += there
        return len(there) == 2

    def reach_for_roles(self) -> None:
        """Give the puppets staff roles, as far as these hands can: seen by each, proposed by each, decided by each."""
        for puppet in self.all[1:]:
            person = f"/v1/persons/{self.world.id_of(puppet)}"
            for hand in self.all:
                seen = self.world.id_of(f"{hand} saw {puppet}")
                self._run(hand, [("PUT", f"{person}/identity-sightings/{seen}", {"document": "resident"})])
            for maker, (role, unit) in ((m, r) for m in self.all for r in STAFF_ROLES.items()):
                grant = f"{person}/roles/{self.world.id_of(f'{maker} makes {puppet} {role}')}"
                self._run(maker, [("PUT", grant, {"role": role, "unit_id": self.world.unit_of(unit)})])
                for hand in self.all:
                    self._run(hand, [("POST", f"{grant}/decision", OK)])

    def reach_for_accounts(self) -> None:
        """Point others' numbers at a telephone of one's own, alone and with the puppets' word."""
        for number, victim in enumerate(self._victims):
            person = f"/v1/persons/{self.world.id_of(victim)}"
            body = {"phone_number": f"139{number:08d}"}
            for hand in self.all:
                change = f"{person}/phone-changes/{self.world.id_of(f'{hand} moves {victim}')}"
                self._run(hand, [("POST", f"{person}/details", body), ("PUT", change, body)])
                for other in self.all:
                    self._run(other, [("POST", f"{change}/decision", OK)])
                self._run(hand, [("POST", f"{person}/phone-number/confirmation", {"code": "123456"})])

    def second(self, acts_of: Callable[[str], Iterator[Act]]) -> None:
        """Let each hand propose whatever there is, and each other hand give the second word to it."""
        for puppet in self.all[1:]:
            self._run(puppet, acts_of(puppet))
        for maker, checker in permutations(self.all, 2):
            self._run(checker, [act for act in acts_of(maker) if act[0] == "POST"])

    def serve(self, day: datetime, *, asker: str, disputed: bool) -> None:
        """Ask as the elder, serve as the volunteer, sign as the member of staff; every hand tries every step.

        `asker` asks first: one of the hands, or somebody honest who believes them.
        """
        order = f"/v1/orders/{self.world.id_of(f'{self.master} plays {day}')}"
        start = day + timedelta(hours=2)
        asked = {
            "recipient_id": self.world.id_of(self.elder),
            "service": "A7",
            "minutes": MINUTES,
            "start": start.isoformat(),
            "funding": "programme",
        }
        self._run(asker, [("PUT", order, asked)])
        self._each([("PUT", order, asked)], first=self.elder)
        self._each([("POST", f"{order}/review", OK)])
        self._each([("POST", f"{order}/assignment", {})], first=self.volunteer)
        self.client.advance(start)
        place = {"latitude": "31.230000", "longitude": "121.470000"}
        self._each([("POST", f"{order}/check-in", {"code": self._code(order), "place": place})], first=self.volunteer)
        self.client.advance(start + timedelta(minutes=MINUTES))
        self._each([("POST", f"{order}/check-out", {"place": place})], first=self.volunteer)
        if disputed:
            self._each([("POST", f"{order}/dispute", {"says_minutes": MINUTES // 2})], first=self.elder)
            self._each([("POST", f"{order}/decision", {"minutes": MINUTES // 2, "why": "heard both"})])
        else:
            self._each([("POST", f"{order}/confirmation", {"rating": 5})], first=self.elder)
        self.sign(order)
        self.client.advance(start + timedelta(hours=SILENT_HOURS))
        self.sign(order)

    def sign(self, order: str) -> None:
        """Let every hand sign, in every way."""
        bulk = {"orders": [order.rsplit("/", 1)[-1]]}
        acts: list[Act] = [("POST", "/v1/approvals", bulk), ("POST", f"{order}/approval", {})]
        self._each([*acts, ("POST", f"{order}/second-check", OK)])

    def _each(self, acts: list[Act], *, first: str = "") -> None:
        for hand in sorted(self.all, key=lambda label: label != first):
            self._run(hand, acts)
        self.client.settle()

    def _code(self, order: str) -> str:
        status, answer = self.client.send(ApiCall(self.world.login(self.elder), "GET", f"{order}/door-code"))
        return str(answer["code"]) if status == 200 else "000000"

    def _is_there(self, label: str) -> bool:
        call = ApiCall("harness-a", "GET", f"/v1/persons/{self.world.id_of(label)}")
        return self.client.send(call)[0] == 200
