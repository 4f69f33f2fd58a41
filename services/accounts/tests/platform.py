"""A running accounts on a database of its own, and its people, for tests over HTTP."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from libs.clock import ManualClock, monotonic
from libs.contracts.timebank.accounts.v1 import events_pb2
from libs.db import Database
from libs.db.migrations import ServiceUrls
from libs.ids import new_id
from libs.programme.words import UnitLevel
from services.accounts.bootstrap import CITY_ID, HARNESS_IDS, create_app, create_importer
from services.accounts.core.rules.sign_in_names import phone_number_of
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.organisation.usecases.add_unit import add_unit
from services.accounts.settings import Settings

PASSWORD = "a good password"
LENT_PASSWORD = "set by somebody else"
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 1)
# Tokens run on the machine's time, and a platform that tests share may outlive one.
TOKEN_USED_SECONDS = 300
Document = dict[str, Any]
WORLD = (
    ("d1", "district", "city"),
    ("d2", "district", "city"),
    ("s1", "street", "d1"),
    ("s2", "street", "d2"),
    ("k1", "community", "s1"),
    ("k2", "community", "s1"),
    ("k3", "community", "s2"),
)


@dataclass
class Caller:
    """Somebody signed in."""

    client: FlaskClient
    token: str
    person_id: str = ""
    signed_in_at: float = field(default_factory=monotonic)

    def get(self, path: str, **query: Any) -> TestResponse:
        """Read."""
        return self.client.get(path, query_string=query, headers=self._headers())

    def put(self, path: str, body: Document | None = None) -> TestResponse:
        """Create what the path names."""
        return self.client.put(path, json=body or {}, headers=self._headers())

    def post(self, path: str, body: Document | None = None, *, key: UUID | None = None) -> TestResponse:
        """Act."""
        return self.client.post(path, json=body or {}, headers=self._headers(key or new_id()))

    def delete(self, path: str) -> TestResponse:
        """End what the path names."""
        return self.client.delete(path, headers=self._headers(new_id()))

    def _headers(self, key: UUID | None = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        return headers | ({"Idempotency-Key": str(key)} if key else {})


@dataclass
class Platform:
    """One accounts with the demonstration's two members of staff, a district, a street and two communities."""

    app: Flask
    database: Database
    clock: ManualClock
    settings: Settings
    units: dict[str, str] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    lent: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> FlaskClient:
        """Return a client that has no token."""
        return self.app.test_client()

    def sign_in(self, login: str, password: str = PASSWORD) -> Caller:
        """Return a caller who is signed in; on their first time they have set their own password."""
        if password == PASSWORD and _spelt(login) in self.lent:
            self.set_own_password(login)
        answer = self.client.post("/v1/sessions", json={"login": login, "password": password})
        assert answer.status_code == 201, answer.json
        return Caller(self.client, answer.json["access_token"], answer.json["person_id"])

    def set_own_password(self, login: str, *, lent: str = LENT_PASSWORD, own: str = PASSWORD) -> None:
        """Sign in with the password that somebody else set, and set one's own."""
        first = self.sign_in(login, lent)
        self.lent = {name: of for name, of in self.lent.items() if of != first.person_id}
        must(first.post("/v1/me/password", {"password": lent, "new_password": own}))

    @property
    def a(self) -> Caller:
        """Return the first of the two built-in members of staff."""
        return self._harness("harness-a")

    @property
    def b(self) -> Caller:
        """Return the second."""
        return self._harness("harness-b")

    def _harness(self, name: str) -> Caller:
        caller = self.callers.get(name)
        if caller is None or monotonic() - caller.signed_in_at > TOKEN_USED_SECONDS:
            caller = self.callers[name] = self.sign_in(name, "harness-demo-only")
        return caller

    def unit(self, label: str, level: str, parent: str) -> str:
        """Add a unit."""
        self.units[label] = str(new_id())
        body = {"level": level, "parent_id": self.units[parent], "name_zh": label}
        must(self.a.put(f"/v1/organisation-units/{self.units[label]}", body))
        return self.units[label]

    def settle_codes(self) -> None:
        """Wait until the codes that were asked for are made."""
        self.app.extensions["service"].parts["SignInParts"].code_desk.settle()

    def run_imports(self) -> None:
        """Take all that was sent to be imported."""
        importer = create_importer(self.settings, clock=self.clock, database=self.database)
        while importer.take_next():
            pass

    def register(self, name: str, *, unit: str = "k1", **fields: Any) -> str:
        """Register somebody who may sign in by their name; return their id."""
        person_id = str(new_id())
        body = self.person(name, unit=unit, **fields)
        must(self.a.put(f"/v1/persons/{person_id}", body))
        if body.get("password") == LENT_PASSWORD:
            self.lent |= {_spelt(body[login]): person_id for login in ("sign_in_name", "phone_number") if login in body}
        return person_id

    def person(self, name: str, *, unit: str = "k1", **fields: Any) -> Document:
        """Return what is sent to register somebody."""
        body = {
            "names": {"zh": name},
            "born": "1950-05-01",
            "sex": "female",
            "home_unit_id": self.units[unit],
            "sign_in_name": name,
            "password": LENT_PASSWORD,
        }
        return {name: value for name, value in (body | fields).items() if value is not None}

    def grant(self, person: str, relative: str, **terms: Any) -> Document:
        """Return a person's word that a relative may act for them, to the end of the year."""
        said = {"how": "desk", "given_at": self.clock.now().isoformat(), "words": "女儿可以替我办这些事"}
        scope = {"acts": ["see", "ask"], "minutes_per_month": 600, "until": "2026-12-31"}
        return {"person_id": person, "relative_id": relative, "consent": said} | scope | terms

    def staff(self, name: str, role: str, unit: str, *, home: str = "k1") -> Caller:
        """Register somebody, give them a staff role at a unit, and sign them in."""
        person_id = self.register(name, unit=home)
        self.appoint(person_id, role, unit)
        return self.sign_in(name)

    def die(self, person_id: str, died: str = "2026-02-28") -> str:
        """Record a death and confirm it; return its id."""
        death_id = str(new_id())
        must(self.a.put(f"/v1/persons/{person_id}/deaths/{death_id}", {"died": died}))
        must(self.b.post(f"/v1/deaths/{death_id}/confirmation", {"ok": True}))
        return death_id

    def appoint(self, person_id: str, role: str, unit: str) -> str:
        """Give a staff role as two members of staff do, who have seen who it is; return the grant's id."""
        for caller in (self.a, self.b):
            seen = caller.put(f"/v1/persons/{person_id}/identity-sightings/{new_id()}", {"document": "resident"})
            assert seen.status_code == 201 or seen.get_json()["code"] == "already_decided", seen.get_json()
        grant = str(new_id())
        path = f"/v1/persons/{person_id}/roles/{grant}"
        must(self.a.put(path, {"role": role, "unit_id": self.units[unit]}))
        must(self.b.post(f"{path}/decision", {"ok": True, "why": "known here"}))
        return grant

    def move(self, delta: timedelta) -> None:
        """Move the platform's day forward."""
        self.clock.set(self.clock.now() + delta)

    def events(self, name: str) -> list[Any]:
        """Return the events of a type that were recorded, oldest first in their stream."""
        query = sa.text("SELECT payload FROM outbox WHERE event_type = :name ORDER BY stream, pos")
        with self.database.reading() as connection:
            payloads = list(connection.scalars(query, {"name": f"timebank.accounts.v1.{name}"}))
        return [getattr(events_pb2, name).FromString(bytes(payload)) for payload in payloads]

    def states_of(self, person_id: str) -> list[events_pb2.PersonState]:
        """Return a person's published states, oldest first."""
        return [state for state in self.events("PersonState") if state.person_id == person_id]

    def rows(self, statement: str, **values: object) -> list[Any]:
        """Return rows of the database itself."""
        with self.database.reading() as connection:
            return list(connection.execute(sa.text(statement), values))


def _spelt(login: str) -> str:
    return phone_number_of(login) or login


def must(answer: TestResponse) -> Document:
    """Return the document of an answer that must be a success."""
    assert answer.status_code < 300, (answer.status_code, answer.get_json())
    document: Document = answer.get_json()
    return document


def refused(answer: TestResponse, code: str, status: int) -> Document:
    """Return the problem of an answer that must be this refusal."""
    document: Document = answer.get_json()
    assert (document["code"], answer.status_code) == (code, status), document
    assert answer.content_type == "application/problem+json"
    assert document["title"]
    return document


def wait_until_somebody_waits(platform: Platform) -> None:
    """Wait until another transaction stands before a lock."""
    for _ in range(1000):
        if platform.rows(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits for the lock")


def start_platform(
    urls: ServiceUrls, folder: Path, *, demo: bool = True, index_key_file: Path | None = None
) -> Platform:
    """Return accounts running on a fresh database, its clock at noon of 1 March 2026."""
    clock = ManualClock(folder / "clock")
    clock.set(NOON)
    settings = Settings(
        database_url=urls.app, master_key_file=folder / "master.key", index_key_file=index_key_file, demo=demo
    )
    database = Database(urls.app, pool_max=8)
    platform = Platform(create_app(settings, clock=clock, database=database), database, clock, settings)
    platform.units["city"] = str(CITY_ID)
    return platform


def add_units(platform: Platform) -> None:
    """Add two districts with streets and communities, as in the scenarios' world."""
    vault = Vault.read(platform.settings.master_key_file, platform.settings.index_key_file)
    with platform.database.transaction() as connection:
        store = SealedStore(connection, vault)
        context = CommandContext(store.actor(HARNESS_IDS[0]), platform.clock.now(), new_id())
        for label, level, parent in WORLD:
            unit_id = new_id()
            parent_id = UUID(platform.units[parent])
            add_unit(
                store, context, unit_id=unit_id, level=UnitLevel(level), parent_id=parent_id, name_zh=label, name_en=""
            )
            platform.units[label] = str(unit_id)
