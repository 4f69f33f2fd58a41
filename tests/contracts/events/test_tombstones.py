"""Every service obeys the tombstones of accounts' states alike, and reads rules of an older release complete."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.message import Message
from werkzeug.exceptions import Unauthorized

from libs.clock import SystemClock, machine_now
from libs.contracts.timebank.accounts.v1 import events_pb2 as accounts
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.db import Database
from libs.http.auth import Verifier
from libs.ids import new_id
from libs.inbox import IncomingEvent
from libs.programme.directory import Directory, signing_keys
from libs.programme.policy import default_parameters
from libs.programme.policy.store import find_policy_on, forget_read_policies, policy_on
from services.ledger.store import known as ledger_known
from services.orders.core.store.directory import DIRECTORY as ORDERS_DIRECTORY
from services.redemption.core.store import directory as redemption_known
from tests.support.postgres import DatabaseFactory

SERVICES = ("orders", "redemption", "ledger")
KEY = Ed25519PrivateKey.generate()
PERSON, OTHER, UNIT, DISTRICT, RELATION, GRANT, GROUP, DEVICE = (str(new_id()) for _ in range(8))
STATES: dict[type[Message], tuple[str, Message]] = {
    accounts.PersonState: (
        PERSON,
        accounts.PersonState(
            person_id=PERSON, status="active", home_unit_id=UNIT, district_id=DISTRICT, grade="intact"
        ),
    ),
    accounts.RelationState: (
        RELATION,
        accounts.RelationState(
            relation_id=RELATION, person_id=PERSON, relative_id=OTHER, kind="child", verified=True, active=True
        ),
    ),
    accounts.ActingGrantState: (
        GRANT,
        accounts.ActingGrantState(grant_id=GRANT, person_id=PERSON, relative_id=OTHER, active=True),
    ),
    accounts.GroupState: (
        GROUP,
        accounts.GroupState(group_id=GROUP, unit_id=UNIT, leader_id=OTHER, member_ids=[PERSON], active=True),
    ),
    accounts.DeviceKeyState: (
        DEVICE,
        accounts.DeviceKeyState(key_id=DEVICE, version=1, person_id=PERSON, public_key=b"k", registered_at_us=1),
    ),
    accounts.OrgUnitState: (
        UNIT,
        accounts.OrgUnitState(unit_id=UNIT, parent_id=DISTRICT, level="community", district_id=DISTRICT),
    ),
    accounts.PolicyPublished: (
        f"{DISTRICT}/1",
        accounts.PolicyPublished(
            district_id=DISTRICT,
            policy_version=1,
            effective="2026-03-01",
            parameters_json=json.dumps({"death": {"settle_within_days": 30}}),
        ),
    ),
    accounts.SigningKeysChanged: (
        "signing-keys",
        accounts.SigningKeysChanged(
            version=1,
            keys=[accounts.SigningKey(key_id="k1", public_key=KEY.public_key().public_bytes_raw())],
        ),
    ),
    orders.CatalogueItemPublished: (
        "A1/1",
        orders.CatalogueItemPublished(code="A1", version=1, effective="2026-03-01", persons=1),
    ),
}
TABLES = {
    accounts.PersonState: "person",
    accounts.RelationState: "relation",
    accounts.ActingGrantState: "acting_grant",
    accounts.GroupState: "volunteer_group",
    accounts.DeviceKeyState: "device_key",
    accounts.OrgUnitState: "unit",
    accounts.PolicyPublished: "policy",
    accounts.SigningKeysChanged: "signing_key",
    orders.CatalogueItemPublished: "catalogue_item",
}
NOT_HEARD = {
    ("ledger", accounts.GroupState),
    ("redemption", accounts.GroupState),
    ("ledger", accounts.DeviceKeyState),
    ("redemption", accounts.DeviceKeyState),
    ("ledger", orders.CatalogueItemPublished),
    ("orders", orders.CatalogueItemPublished),
}
HEARD = [(service, state) for service in SERVICES for state in STATES if (service, state) not in NOT_HEARD]
DIRECTORIES: dict[str, Directory] = {
    "orders": ORDERS_DIRECTORY,
    "redemption": redemption_known.DIRECTORY,
    "ledger": ledger_known.DIRECTORY,
}
KNOWN_KEYS = {
    "orders": signing_keys,
    "redemption": redemption_known.signing_keys,
    "ledger": ledger_known.signing_keys,
}


@dataclass
class Hearer:
    """A service's consumer on a database of its own."""

    service: str
    database: Database

    def hear(self, state: type[Message], subject: str, payload: bytes | None) -> None:
        """Deliver a state, or its tombstone."""
        event_type = str(state.DESCRIPTOR.full_name)
        event = IncomingEvent(
            event_id=new_id(), event_type=event_type, topic="t", stream="s", position=1, version=1,
            key=subject, subject=subject, payload=payload, occurred_at=SystemClock().now(),
        )  # fmt: skip
        consumers: Any = importlib.import_module(f"services.{self.service}.consumers")
        with self.database.transaction() as connection:
            consumers.consumers(clock=SystemClock()).functions[event_type](connection, event)

    def hear_all(self) -> None:
        """Deliver every state that the service hears."""
        for service, state in HEARD:
            if service == self.service:
                subject, message = STATES[state]
                self.hear(state, subject, message.SerializeToString())

    def rows(self, state: type[Message]) -> int:
        """Count what is known of a kind of state."""
        with self.database.reading() as connection:
            return int(connection.scalar(sa.text(f"SELECT count(*) FROM {TABLES[state]}")) or 0)


@pytest.fixture(scope="module")
def hearers(database_factory: DatabaseFactory) -> Iterator[dict[str, Hearer]]:
    """The consumers of the three services that hear accounts."""
    made = {service: database_factory.create(service) for service in SERVICES}
    found = {service: Hearer(service, Database(urls.app, pool_max=2)) for service, (_, urls) in made.items()}
    yield found
    for service, (name, _) in made.items():
        found[service].database.dispose()
        database_factory.drop(name)


@pytest.mark.parametrize(("service", "state"), HEARD, ids=lambda one: getattr(one, "__name__", one))
def test_a_tombstone_is_obeyed(hearers: dict[str, Hearer], service: str, state: type[Message]) -> None:
    hearer = hearers[service]
    hearer.hear_all()
    assert hearer.rows(state) == 1
    others = {other: hearer.rows(other) for name, other in HEARD if name == service and other is not state}

    for _ in range(2):  # A second time there is nothing left, and nothing breaks.
        hearer.hear(state, STATES[state][0], None)

    assert hearer.rows(state) == 0
    ending = {accounts.RelationState, accounts.ActingGrantState, accounts.DeviceKeyState}
    gone = ending if state is accounts.PersonState else set()
    for other, before in others.items():
        assert hearer.rows(other) == (0 if other in gone else before), other
    hearer.hear_all()
    assert hearer.rows(state) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_without_keys_every_token_is_refused_and_with_new_ones_taken_again(
    hearers: dict[str, Hearer], service: str
) -> None:
    hearer = hearers[service]
    hearer.hear_all()
    claims = {"sub": str(new_id()), "sid": str(new_id()), "aud": "timebank", "exp": machine_now().timestamp() + 600}
    token = jwt.encode(claims, KEY, algorithm="EdDSA", headers={"kid": "k1"})

    def keys() -> dict[str, bytes]:
        with hearer.database.reading() as connection:
            return dict(KNOWN_KEYS[service](connection))

    assert str(Verifier(keys).bearer(token).person_id) == claims["sub"]
    hearer.hear(accounts.SigningKeysChanged, "signing-keys", None)
    with pytest.raises(Unauthorized):
        Verifier(keys).bearer(token)
    hearer.hear_all()
    assert str(Verifier(keys).bearer(token).person_id) == claims["sub"]


def _read(database: Database) -> dict[str, Any]:
    with database.reading() as connection:
        policy = policy_on(connection, UUID(DISTRICT), date(2026, 3, 2))
    return {"settle": policy.death.settle_within_days, "step": policy.time.rounding_step_minutes}


@pytest.mark.parametrize("service", SERVICES)
def test_rules_of_an_older_release_are_read_complete(hearers: dict[str, Hearer], service: str) -> None:
    hearers[service].hear_all()
    forget_read_policies()

    assert _read(hearers[service].database) == {
        "settle": 30,
        "step": default_parameters()["time"]["rounding_step_minutes"],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_version_in_force_binds_and_before_the_first_that_one(
    hearers: dict[str, Hearer], service: str
) -> None:
    district, effective = new_id(), {1: "2026-03-10", 2: "2026-04-01", 3: "2026-04-01"}
    for version, day in effective.items():
        published = accounts.PolicyPublished(
            district_id=str(district), policy_version=version, effective=day, parameters_json="{}"
        )
        hearers[service].hear(accounts.PolicyPublished, f"{district}/{version}", published.SerializeToString())

    with hearers[service].database.reading() as connection:
        found = [
            policy_on(connection, district, date.fromisoformat(day)).version
            for day in ("2000-01-01", "2026-03-10", "2026-03-31", "2026-04-01", "2099-12-31")
        ]

    assert found == [1, 1, 1, 3, 3]
    for version in effective:
        hearers[service].hear(accounts.PolicyPublished, f"{district}/{version}", None)
    with hearers[service].database.reading() as connection:
        assert find_policy_on(connection, district, date(2026, 4, 1)) is None


COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = :name"


@pytest.mark.parametrize("service", DIRECTORIES)
def test_a_service_holds_the_columns_that_it_names_and_no_others(hearers: dict[str, Hearer], service: str) -> None:
    with hearers[service].database.reading() as connection:
        held = set(connection.execute(sa.text(COLUMNS), {"name": "person"}).scalars())

    assert held == {"person_id", *DIRECTORIES[service].person_columns}
