"""Orders in the middle of its neighbours: real PostgreSQL, the real application and consumers, and a clock that is set.

What accounts, redemption and the ledger would say is fed as their events; what orders says is read from its outbox.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import jwt
import sqlalchemy as sa
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.message import Message

from libs.clock import from_microseconds, machine_now, to_microseconds
from libs.contracts.events import accounts, ledger, orders as wire, redemption
from libs.db import Connection, Database
from libs.ids import id_from_cause, new_id
from libs.inbox import IncomingEvent
from services.orders.bootstrap import create_app, create_consumers, next_due, run_due
from services.orders.tests.answers import answer_of_day, answer_of_funding
from services.orders.tests.clock import SetClock
from services.orders.tests.keys import settings_of
from services.orders.tests.places import DISTRICT_OF, LEVELS, STAFF, TREE, WORLD

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_ONE = date(2026, 3, 2)
PRESET = Path(__file__).resolve().parents[2] / "accounts" / "data" / "policies" / "default.yaml"
PARAMETERS = {
    group: {name: parameter["default"] for name, parameter in names.items()}
    for group, names in yaml.safe_load(PRESET.read_text("utf-8"))["parameters"].items()
}
THERE = {"spoke_with": "recipient", "was_there": "yes"}
"""What a call to the recipient answers when all is well."""
NAMES = UUID("0b5cf0a4-3f0c-5a35-8a8f-4b3f4f9a2c10")


def named(label: str) -> UUID:
    """Return the id that a label stands for in every test."""
    return id_from_cause(NAMES, label)


def at(text: str) -> datetime:
    """Return the instant of "D2 09:30", Shanghai time."""
    day, _, clock = text.partition(" ")
    hours, minutes = map(int, clock.split(":"))
    local = datetime.combine(DAY_ONE + timedelta(days=int(day[1:]) - 1), datetime.min.time(), SHANGHAI)
    return local + timedelta(hours=hours, minutes=minutes)


def said(how: str = "phone", words: str = "She asked me to arrange this") -> dict[str, str]:
    """Return a consent given when every test begins."""
    return {"how": how, "given_at": at("D1 08:00").isoformat(), "words": words}


class OrdersHarness:
    """Everything around orders that a test needs."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SetClock(at("D1 08:00"))
        settings = settings_of(database.url)
        self.app = create_app(settings, clock=self.clock, database=database)
        self.consumers = create_consumers(settings, clock=self.clock)
        self.key = Ed25519PrivateKey.generate()
        self.roles: dict[str, list[tuple[str, str]]] = {}
        self.units: dict[str, str] = {}
        self.heard = 0
        self.refuse: dict[UUID, str] = {}
        self.refuse_days: dict[datetime, str] = {}
        with database.transaction() as connection:
            self.batch: Connection | None = connection
            self._hear_world()
        self.batch = None

    def _hear_world(self) -> None:
        self.sign_with("k")
        for unit, parent in TREE.items():
            district = DISTRICT_OF[unit]
            state = accounts.OrgUnitState(
                unit_id=str(named(unit)),
                version=1,
                parent_id=str(named(parent)) if parent else "",
                level=LEVELS[unit[0]],
                district_id=str(named(district)) if district else "",
                name_zh=f"{unit} 社区",
                name_en=f"Community {unit}",
            )
            self.hear(state, subject=state.unit_id)
        for district in ("d1", "d2"):
            self.policy({}, district=district)
        for label, roles in STAFF.items():
            self.person(label, roles=roles, born=date(1985, 1, 1))
        for label in ("lan", "mei"):
            self.person(label, roles=["recipient"])
        for label in ("min", "hua"):
            self.person(label, roles=["volunteer"])

    def sign_with(self, *key_ids: str, retired_at_us: int = 0) -> None:
        """Let accounts say that tokens are signed with this test's key under these ids, and no others."""
        public = self.key.public_key().public_bytes_raw()
        keys = accounts.SigningKeysChanged(version=1)
        for key_id in key_ids:
            keys.keys.add(key_id=key_id, public_key=public, retired_at_us=retired_at_us)
        self.hear(keys, subject="signing-keys")

    def policy(
        self,
        change: Mapping[str, Mapping[str, Any]],
        *,
        district: str = "d1",
        version: int = 1,
        effective: date = DAY_ONE,
    ) -> None:
        """Publish a version of a district's policy: the default preset, the world's values, and these."""
        parameters = copy.deepcopy(PARAMETERS)
        layers: tuple[Mapping[str, Mapping[str, Any]], ...] = (WORLD, change)
        for layer in layers:
            for group, values in layer.items():
                parameters[group] |= values
        published = accounts.PolicyPublished(
            district_id=str(named(district)),
            policy_version=version,
            effective=effective.isoformat(),
            parameters_json=json.dumps(parameters),
        )
        self.hear(published, subject=f"{district}/{version}")

    def person(self, label: str, *, roles: list[str], unit: str = "k1", **others: Any) -> UUID:
        """Register a person; `roles` as in the scenarios, a bare role at the home unit, `~` whose it is."""
        held = [(role, where or unit) for role, _, where in (text.partition("@") for text in roles)]
        lenders = [where.partition("~")[2] for _, where in held]
        held = [(role, where.partition("~")[0]) for role, where in held]
        self.roles[label], self.units[label] = held, unit
        latitude, longitude = others.pop("home", (31230, 121470))
        born = others.pop("born", date(1950, 1, 1) if "recipient" in roles else date(1981, 1, 1))
        state = accounts.PersonState(
            person_id=str(named(label)),
            version=others.pop("version", 1),
            status=others.pop("status", "active"),
            home_unit_id=str(named(unit)),
            district_id=str(named(DISTRICT_OF[unit])),
            born=born.isoformat(),
            sex=others.pop("sex", "female"),
            grade=others.pop("grade", "intact"),
            hardship=others.pop("hardship", []),
            household_verified=others.pop("household_verified", "household" in others),
            household_id=str(named(others.pop("household"))) if "household" in others else "",
            home_latitude_millideg=latitude,
            home_longitude_millideg=longitude,
            home_known=True,
            roles=[
                accounts.RoleAt(role=role, unit_id=str(named(where)), lent_by_id=str(named(by)) if by else "")
                for (role, where), by in zip(held, lenders, strict=True)
            ],
            qualifications=accounts.Qualifications(
                training=others.pop("training", True),
                clean_record=others.pop("clean_record", True),
                insured_until=others.pop("insured_until", "2027-03-01"),
                certificates=others.pop("certificates", []),
            ),
            visit_risk=others.pop("visit_risk", ""),
            visit_listed_on=others.pop("visit_listed_on", ""),
            speaks=others.pop("speaks", []),
        )
        assert not others, f"unknown attributes: {others}"
        self.hear(state, subject=state.person_id)
        return named(label)

    def relate(self, person: str, kind: str, relative: str, *, verified: bool = True, by: str = "") -> None:
        """Let `relative` be the `kind` of `person`, as the person (or somebody else) declared."""
        state = accounts.RelationState(
            relation_id=str(named(f"{person}/{kind}/{relative}")),
            version=1,
            person_id=str(named(person)),
            relative_id=str(named(relative)),
            kind=kind,
            verified=verified,
            active=True,
            declared_by=str(named(by or person)),
        )
        self.hear(state, subject=state.relation_id)

    def grant(
        self, person: str, relative: str, *acts: str, minutes: int = 0, until: str = "", ended: bool = False
    ) -> None:
        """Let staff have recorded that the relative may act for the person; in everything if nothing is said."""
        state = accounts.ActingGrantState(
            grant_id=str(named(f"grant/{person}/{relative}")),
            version=1,
            person_id=str(named(person)),
            relative_id=str(named(relative)),
            how="desk",
            active=not ended,
            acts=acts,
            minutes_per_month=minutes,
            until=until,
        )
        self.hear(state, subject=state.grant_id)

    def hear(self, message: Message, *, subject: str) -> None:
        """Apply an event as the inbox would; the world is heard in one batch."""
        if self.batch is not None:
            self._apply(self.batch, message, subject)
            return
        with self.database.transaction() as connection:
            self._apply(connection, message, subject)

    def _apply(self, connection: Connection, message: Message, subject: str) -> None:
        event = self._event(message.DESCRIPTOR.full_name, subject, message.SerializeToString())
        self.consumers.functions[event.event_type](connection, event)

    def _event(self, event_type: str, subject: str, payload: bytes | None) -> IncomingEvent:
        return IncomingEvent(
            event_id=new_id(),
            event_type=event_type,
            topic="test",
            stream="test",
            position=1,
            version=1,
            key=subject,
            subject=subject,
            payload=payload,
            occurred_at=self.clock.now(),
        )

    def forget(self, label: str) -> None:
        """Apply the tombstone of a person."""
        name = accounts.PersonState.DESCRIPTOR.full_name
        with self.database.transaction() as connection:
            self.consumers.functions[name](connection, self._event(name, str(named(label)), None))

    def said(self, kind: type[Message] | None = None) -> list[Any]:
        """Return what orders published, in order, of one type or of all."""
        with self.database.reading() as connection:
            query = sa.text(
                "SELECT event_type, payload FROM outbox WHERE topic = 'timebank.orders.v1' ORDER BY stream, pos"
            )
            rows = connection.execute(query).all()
        messages = []
        for event_type, payload in rows:
            message = getattr(wire, event_type.rsplit(".", 1)[1])()
            message.ParseFromString(bytes(payload))
            messages.append(message)
        return [message for message in messages if kind is None or isinstance(message, kind)]

    def settle(self) -> None:
        """Let redemption and the ledger answer what orders said, until there is nothing new."""
        while self.heard < len(said := self.said()):
            for message in said[self.heard :]:
                self.heard += 1
                self._answer(message)

    def _answer(self, message: Message) -> None:
        if isinstance(message, wire.FundingRequested):
            refused = self.refuse.get(UUID(message.order_id), "")
            self.hear(answer_of_funding(message, refused=refused), subject=message.order_id)
        elif isinstance(message, wire.SeriesDayDue):
            code = self.refuse_days.get(from_microseconds(message.start_at_us), "")
            self.hear(answer_of_day(message, declined_code=code), subject=message.order_id)
        elif isinstance(message, wire.HoursApproved):
            counted = [min(part.actual_minutes, message.planned_minutes) // 30 * 30 for part in message.hours]
            settled = ledger.HoursSettled(
                order_id=message.order_id,
                district_id=message.district_id,
                settlement=message.settlement,
                issued_minutes=sum(counted) if message.funding == "programme" else 0,
            )
            self.hear(settled, subject=message.order_id)

    def redeem(
        self, label: str, *, recipient: str, start: str, minutes: int = 60, service: str = "B1", **others: Any
    ) -> None:
        """Let redemption ask for help to be paid by credit."""
        requested = redemption.RedemptionRequested(
            redemption_id=str(named(label)),
            district_id=str(named(DISTRICT_OF[self.units[recipient]])),
            recipient_id=str(named(recipient)),
            payer_id=str(named(others.pop("payer", recipient))),
            service_code=service,
            planned_minutes=minutes,
            start_at_us=to_microseconds(at(start)),
            price_minutes=minutes * others.get("persons", 1),
            coefficient_percent=100,
            persons=others.pop("persons", 1),
            requested_by=str(named(others.pop("by", recipient))),
            policy_version=1,
            declined_code=others.pop("declined_code", ""),
            catalogue_version=others.pop("catalogue_version", 0),
        )
        self.hear(requested, subject=requested.redemption_id)
        self.settle()

    def set_time(self, text: str) -> None:
        """Move the clock, and let everything due happen at its own instant."""
        target = at(text)
        while True:
            with self.database.transaction() as connection:
                due = next_due(connection, target)
                if due is None or due > target:
                    break
                self.clock.instant = max(due, self.clock.instant)
                run_due(connection, self.clock.instant)
            self.settle()
        self.clock.instant = target

    def token(self, label: str) -> str:
        """Return a token of a person, as accounts would sign it."""
        return self.token_of(named(label))

    def token_of(self, person_id: UUID) -> str:
        """Return a token of whoever has this id."""
        claims = {
            "sub": str(person_id),
            "aud": "timebank",
            "exp": int(machine_now().timestamp()) + 600,
            "sid": str(named(f"session/{person_id}")),
        }
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": "k"})

    def call(self, method: str, by: str, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> Any:
        """Send a request as a person; return the response."""
        headers = {"Authorization": f"Bearer {self.token(by)}"}
        if method in ("POST", "DELETE"):
            headers["Idempotency-Key"] = str(named(key) if key else new_id())
        response = self.app.test_client().open(path, method=method, headers=headers, json=body)
        if method != "GET":
            self.settle()
        return response

    def act(self, by: str, order: str, act: str, body: dict[str, Any] | None = None, *, key: str = "") -> str:
        """Do something to an order; return "" when it was done, else the code of the refusal."""
        return outcome(self.call("POST", by, f"/v1/orders/{named(order)}/{act}", body or {}, key=key))

    def place(self, by: str, order: str, *, recipient: str, start: str, **others: Any) -> str:
        """Ask for help; return "" or the code of the refusal."""
        body = {
            "recipient_id": str(named(recipient)),
            "service": others.pop("service", "B1"),
            "minutes": others.pop("minutes", 60),
            "start": at(start).isoformat(),
            "funding": others.pop("funding", "programme"),
            **others,
        }
        return outcome(self.call("PUT", by, f"/v1/orders/{named(order)}", body))

    def order(self, label: str, by: str = "cadmin") -> dict[str, Any]:
        """Return an order as staff see it."""
        return dict(self.call("GET", by, f"/v1/orders/{named(label)}").get_json())

    def state(self, label: str) -> str:
        """Return an order's state."""
        return str(self.order(label)["state"])

    def code(self, label: str, *, when: str = "") -> str:
        """Return an order's door code, as its recipient reads it now, or at an instant that is named."""
        now, self.clock.instant = self.clock.instant, at(when) if when else self.clock.instant
        try:
            return self._code(label)
        finally:
            self.clock.instant = now

    def _code(self, label: str) -> str:
        recipient_id = UUID(self.order(label)["recipient_id"])
        recipient = next(name for name in self.roles if named(name) == recipient_id)
        return str(self.call("GET", recipient, f"/v1/orders/{named(label)}/door-code").get_json()["code"])

    def queue(self, name: str) -> set[str]:
        """Return the ids that wait in a queue of the city."""
        rows = self.call("GET", "cadmin", f"/v1/queues/{name}?unit={named('city')}").get_json()["items"]
        return {row.get("incident_id") or row["order_id"] for row in rows}

    def served(self, label: str) -> dict[str, Any]:
        """Return a person's service-time book."""
        book: dict[str, Any] = self.call("GET", "cadmin", f"/v1/service-records?person={named(label)}").get_json()
        return book

    def serve(self, order: str, *, by: str, start: str, end: str, code: bool = True, **door: Any) -> None:
        """Check in at the door and out again."""
        self.set_time(start)
        shown = {"code": self.code(order)} if code else {}
        assert self.act(by, order, "check-in", {**shown, **door}) == ""
        self.set_time(end)
        assert self.act(by, order, "check-out") == ""


def outcome(response: Any) -> str:
    """Return "" for success, else the code of the problem."""
    if response.status_code < 300:
        return ""
    document = response.get_json()
    return str(document["code"]) if "code" in document else f"{response.status_code}"
