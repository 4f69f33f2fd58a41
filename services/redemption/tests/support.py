"""What the tests of redemption share: a world told by events, people who call, and the service on real PostgreSQL."""

import dataclasses
import functools
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import sqlalchemy as sa
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from google.protobuf.message import Message

from libs.clock import PROGRAMME_ZONE, machine_now, to_microseconds
from libs.contracts.events import accounts, ledger, orders, redemption as own
from libs.db import Database
from libs.ids import new_id
from libs.inbox import IncomingEvent
from services.redemption.bootstrap import create_app, create_consumers
from services.redemption.core.rules.people import Caller, CommandContext, RoleAt
from services.redemption.settings import Settings

DATA = Path(__file__).parents[2] / "accounts" / "data" / "policies" / "default.yaml"
KEY_ID = "test-key"
DAY_ONE = date(2026, 3, 2)


def type_of(kind: type[Message]) -> str:
    """Return the event type of a kind."""
    return str(kind.DESCRIPTOR.full_name)


OWN_EVENTS = {
    type_of(kind): kind
    for kind in (
        own.RedemptionRequested,
        own.HoldRequested,
        own.ReleaseRequested,
        own.RedemptionAuthorised,
        own.RedemptionDeclined,
        own.RedemptionFulfilled,
        own.RedemptionCancelled,
        own.GiftRequested,
        own.DonationRequested,
        own.GoodsRequested,
        own.GrantScheduled,
        own.EstateSettlementRequested,
        own.ErasureAnswered,
        own.FallbackReferred,
    )
}


@dataclass
class StillClock:
    """A time that the test sets."""

    instant: datetime

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.instant


def local(text: str) -> datetime:
    """Return the instant of `D<n> HH:MM` in the programme's zone."""
    day, _, hour = text.partition(" ")
    hours, minutes = (int(part) for part in hour.split(":"))
    midnight = datetime.combine(DAY_ONE, datetime.min.time(), UTC) - timedelta(hours=8)
    assert PROGRAMME_ZONE == "Asia/Shanghai"
    return midnight + timedelta(days=int(day[1:]) - 1, hours=hours, minutes=minutes)


def said(
    how: str = "phone", words: str = "She asked me to arrange this", *, given_at: str = "D1 00:00"
) -> dict[str, str]:
    """Return a consent, given on the first day or another."""
    return {"how": how, "given_at": local(given_at).isoformat(), "words": words}


@functools.cache
def _defaults() -> str:
    """Parsing the file takes longer than a test."""
    groups = yaml.safe_load(DATA.read_text(encoding="utf-8"))["parameters"]
    return json.dumps(
        {group: {name: spec["default"] for name, spec in specs.items()} for group, specs in groups.items()}
    )


def default_parameters(**changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the default policy's values, some of them changed."""
    values: dict[str, dict[str, Any]] = json.loads(_defaults())
    for group, names in changed.items():
        values[group] |= names
    return values


@dataclass
class Bench:
    """Redemption alone: other services' events are fed to its consumers, its own are read from its outbox."""

    database: Database
    clock: StillClock
    app: Flask
    private_key: Ed25519PrivateKey
    ids: dict[str, UUID] = field(default_factory=dict)
    roles: dict[str, list[tuple[str, UUID]]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def id_of(self, label: str) -> UUID:
        """Return the id that a label stands for."""
        return self.ids.setdefault(label, new_id())

    def command(self, by: str) -> CommandContext:
        """Return a command of a person with the roles that were told."""
        roles = tuple(RoleAt(role, unit_id) for role, unit_id in self.roles.get(by, ()))
        return CommandContext(Caller(self.id_of(by), roles), self.clock.now(), new_id())

    def hear(self, *messages: Message, subject: str = "subject", tombstone_of: type[Message] | None = None) -> None:
        """Give events to the consumers, as the inbox would, in one transaction."""
        consumers = create_consumers(Settings(database_url=""), clock=self.clock)
        with self.database.transaction() as connection:
            for message in messages:
                event = self._event(message, tombstone_of, subject)
                consumers.functions[event.event_type](connection, event)

    def _event(self, message: Message, tombstone_of: type[Message] | None, subject: str) -> IncomingEvent:
        return IncomingEvent(
            event_id=new_id(),
            event_type=type_of(tombstone_of or type(message)),
            topic="topic",
            stream="stream",
            position=next(self.numbers),
            version=None,
            key="key",
            subject=subject,
            payload=None if tombstone_of else message.SerializeToString(),
            occurred_at=self.clock.now(),
        )

    def world(self, **policy: dict[str, Any]) -> None:
        """Tell of the units, the default policy with these values, the catalogue and the key of the tokens."""
        tree = (
            ("city", "city", None),
            ("d1", "district", "city"),
            ("d2", "district", "city"),
            ("s1", "street", "d1"),
            ("k1", "community", "s1"),
            ("k2", "community", "s1"),
            ("k3", "community", "d2"),
        )
        raw = self.private_key.public_key().public_bytes_raw()
        self.hear(
            *(self._unit(label, level, parent) for label, level, parent in tree),
            *(self._policy(district, 1, DAY_ONE, **policy) for district in ("d1", "d2")),
            _catalogue_item("B1", ["credit", "pool"], 240),
            _catalogue_item("A2", ["credit", "purchased"], 240),
            _catalogue_item("B3", ["programme"], 60),
            _bathing(),
            accounts.SigningKeysChanged(keys=[accounts.SigningKey(key_id=KEY_ID, public_key=raw)]),
        )

    def _unit(self, label: str, level: str, parent: str | None) -> accounts.OrgUnitState:
        district = {"d1": "d1", "s1": "d1", "k1": "d1", "k2": "d1", "d2": "d2", "k3": "d2"}.get(label)
        return accounts.OrgUnitState(
            unit_id=str(self.id_of(label)),
            parent_id=str(self.id_of(parent)) if parent else "",
            level=level,
            district_id=str(self.id_of(district)) if district else "",
            name_zh=f"{label} 社区",
        )

    def publish_policy(self, district: str, version: int, effective: date, **policy: dict[str, Any]) -> None:
        """Tell of a version of a district's policy."""
        self.hear(self._policy(district, version, effective, **policy))

    def _policy(
        self, district: str, version: int, effective: date, **policy: dict[str, Any]
    ) -> accounts.PolicyPublished:
        return accounts.PolicyPublished(
            district_id=str(self.id_of(district)),
            policy_version=version,
            effective=effective.isoformat(),
            parameters_json=json.dumps(default_parameters(**policy)),
        )

    def person(self, label: str, *roles: str, unit: str = "k1", age: int = 76, **attributes: Any) -> UUID:
        """Tell of a person whose birthday is D1; staff roles are `role@unit`."""
        district = {"k3": "d2", "d2": "d2"}.get(unit, "d1")
        held = [(name, self.id_of(at or unit)) for name, _, at in (role.partition("@") for role in roles)]
        self.roles[label] = held
        state = accounts.PersonState(
            person_id=str(self.id_of(label)),
            status=attributes.get("status", "active"),
            home_unit_id=str(self.id_of(unit)),
            district_id=str(self.id_of(district)),
            born=DAY_ONE.replace(year=DAY_ONE.year - age).isoformat(),
            grade=attributes.get("grade", "intact"),
            hardship=attributes.get("hardship", []),
            roles=[accounts.RoleAt(role=name, unit_id=str(at)) for name, at in held],
            household_verified=attributes.get("household_verified", "household" in attributes),
            household_id=str(self.id_of(attributes["household"])) if "household" in attributes else "",
        )
        self.hear(state)
        return self.id_of(label)

    def relate(self, person: str, kind: str, relative: str, *, verified: bool = True, by: str = "") -> None:
        """Tell that `relative` is the `kind` of `person`, one direction, as the person (or `by`) declared."""
        self.hear(
            accounts.RelationState(
                relation_id=str(new_id()),
                person_id=str(self.id_of(person)),
                relative_id=str(self.id_of(relative)),
                kind=kind,
                verified=verified,
                active=True,
                declared_by=str(self.id_of(by or person)),
            )
        )

    def grant_acting(
        self, person: str, relative: str, *acts: str, minutes: int = 0, until: str = "", ended: bool = False
    ) -> None:
        """Tell that staff recorded a grant; of everything where nothing else is said."""
        self.hear(
            accounts.ActingGrantState(
                grant_id=str(self.id_of(f"grant/{person}/{relative}")),
                person_id=str(self.id_of(person)),
                relative_id=str(self.id_of(relative)),
                active=not ended,
                acts=acts,
                minutes_per_month=minutes,
                until=until,
            )
        )

    def serve(self, person: str, minutes: int) -> None:
        """Tell of older service of a person."""
        self.hear(
            orders.ServiceTimeRecorded(
                record_id=str(new_id()), person_id=str(self.id_of(person)), minutes=minutes, served_on="2026-03-01"
            )
        )

    def send(self, method: str, path: str, by: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Send a request as a person; return the response."""
        claims = {
            "sub": str(self.id_of(by)),
            "aud": "timebank",
            "exp": machine_now() + timedelta(minutes=5),
            "sid": str(self.id_of(f"session/{by}")),
        }
        token = jwt.encode(claims, self.private_key, algorithm="EdDSA", headers={"kid": KEY_ID})
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client()
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"} | extra)

    def ask(self, label: str, by: str, **terms: Any) -> Any:
        """Ask for a redemption; the recipient defaults to the caller, the rest to an hour of B1 on D2 at 09:00."""
        recipient = self.id_of(terms.pop("recipient", by))
        start = local(terms.pop("start", "D2 09:00")).isoformat()
        body = {"recipient_id": str(recipient), "service": "B1", "minutes": 60, "start": start} | self._named(terms)
        return self.send("PUT", f"/v1/redemptions/{self.id_of(label)}", by, body)

    def _named(self, terms: dict[str, Any]) -> dict[str, Any]:
        people = {"payer": "payer_id", "acting_for": "acting_for", "to": "to"}
        return {people.get(name, name): str(self.id_of(v)) if name in people else v for name, v in terms.items()}

    def entitle(self, person: str, minutes: int) -> None:
        """Have two people set a person's purchased minutes per month."""
        self.person("admin", "district_admin@d1", age=42)
        self.person("cadmin", "city_admin@city", age=48)
        path = f"/v1/entitlements/{self.id_of(f'entitled/{person}')}"
        body = {"person_id": str(self.id_of(person)), "minutes": minutes}
        assert self.send("PUT", path, "admin", body).status_code == 200
        decided = self.send("POST", f"{path}/decision", "cadmin", {"ok": True}, Idempotency_Key=str(new_id()))
        assert decided.get_json()["state"] == "in_force"

    def show(self, label: str, by: str = "", *, of: str = "redemptions") -> dict[str, Any]:
        """Return a resource as its own person (or somebody else) sees it."""
        answer = self.send("GET", f"/v1/{of}/{self.id_of(label)}", by)
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def published(self, kind: type[Message] | None = None) -> list[Any]:
        """Return the events of a kind (or the names of all) in the outbox, oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.text("SELECT event_type, payload FROM outbox ORDER BY stream, pos")).all()
        if kind is None:
            return [row.event_type.rpartition(".")[2] for row in rows]
        return [_parsed(row.payload, kind) for row in rows if row.event_type == type_of(kind)]

    def counts(self) -> Counter[str]:
        """Return how many events of each kind are in the outbox."""
        return Counter(self.published())

    def asked(self) -> Counter[str]:
        """Return how many events of each kind are in the outbox, but for what only tells that somebody acted."""
        return Counter({name: number for name, number in self.counts().items() if name != "ActedFor"})

    def fund(self, label: str, recipient: str, *, funding: str = "credit", minutes: int = 60, **terms: Any) -> None:
        """Tell that orders wants an order funded."""
        start = local(terms.pop("start", "D2 09:00"))
        self.hear(
            orders.FundingRequested(
                order_id=str(self.id_of(label)),
                district_id=str(self.id_of("d1")),
                recipient_id=str(self.id_of(recipient)),
                funding=funding,
                price_minutes=minutes,
                planned_minutes=minutes,
                start_at_us=to_microseconds(start),
                service_code="B1",
                policy_version=1,
                **terms,
            )
        )

    def hold(self, label: str, recipient: str, *, minutes: int = 60) -> None:
        """Tell that orders wants it funded, and that the ledger has placed the hold."""
        self.fund(label, recipient, minutes=minutes)
        self.hear(ledger.HoldPlaced(hold_id=str(self.id_of(label)), amount_minutes=minutes, funding="credit"))


def _parsed(payload: bytes, kind: type[Message]) -> Message:
    message = kind()
    message.ParseFromString(payload)
    return message


def _catalogue_item(code: str, funding: list[str], most: int) -> orders.CatalogueItemPublished:
    return orders.CatalogueItemPublished(
        code=code,
        version=1,
        effective="2026-01-01",
        persons=1,
        min_minutes=30,
        max_minutes=most,
        coefficient_percent=100,
        funding=funding,
        name_zh=f"服务 {code}",
        name_en=f"Service {code}",
    )


def _bathing() -> orders.CatalogueItemPublished:
    service = _catalogue_item("A3", ["credit", "purchased"], 120)
    service.persons, service.max_grade = 2, "mild"
    return service


def make_bench(url: str) -> Bench:
    """Return redemption on a database."""
    database = Database(url, pool_max=4)
    clock = StillClock(local("D1 08:00"))
    settings = dataclasses.replace(Settings(database_url=url), pool_max=4)
    app = create_app(settings, clock=clock, database=database)
    return Bench(database=database, clock=clock, app=app, private_key=Ed25519PrivateKey.generate())


def fresh_bench(made: Bench) -> Bench:
    """Return the same application for another test, with new ids, at D1 08:00."""
    made.clock.instant = local("D1 08:00")
    return Bench(database=made.database, clock=made.clock, app=made.app, private_key=made.private_key)
