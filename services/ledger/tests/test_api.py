"""The ledger over HTTP: who may see and do what, acts of two people, bad input; on real PostgreSQL with real tokens."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from libs.clock import SystemClock, machine_now, to_microseconds
from libs.db import Database
from libs.db.rows import save_row
from libs.http import RoleAt
from libs.ids import new_id
from libs.programme.directory import related_to
from libs.programme.directory.tables import relation, signing_key, unit as org_unit
from libs.programme.standing import save_standing
from libs.programme.two_people import LAPSES_AFTER
from services.ledger.bootstrap import Settings, create_app
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.store import known, proposal_store
from services.ledger.store.proposal_store import Proposal
from services.ledger.tests.stories import approval, balances, give, hold, of_district, served
from services.ledger.tests.support import EAST, Ledger, issue, new
from tests.support.postgres import DatabaseFactory

DISTRICT = UUID(bytes=EAST)
CITY, STREET, COMMUNITY, OTHER = (new_id() for _ in range(4))
STAFF_ROLES = ("coordinator", "checker", "operator", "district_admin", "city_admin", "city_auditor", "provider_worker")


class Api:
    """A ledger with a small tree of units, and people who may sign in."""

    def __init__(self, factory: DatabaseFactory) -> None:
        self.name, urls = factory.create("ledger")
        self.database = Database(urls.app)
        self.ledger = Ledger(urls.app)
        self.ledger.now_us = int(machine_now().timestamp()) * 1_000_000
        settings = Settings(database_url=urls.app, bus_url=urls.app)
        self.client: FlaskClient = create_app(settings, clock=SystemClock(), database=self.database).test_client()
        self._key = Ed25519PrivateKey.generate()
        with self.database.transaction() as connection:
            self._tree(connection)
            save_row(connection, signing_key, {"key_id": "k1", "public_key": self._key.public_key().public_bytes_raw()})

    @staticmethod
    def _tree(connection: sa.Connection) -> None:
        for unit, parent, level in (
            (CITY, None, "city"), (DISTRICT, CITY, "district"), (STREET, DISTRICT, "street"),
            (COMMUNITY, STREET, "community"), (OTHER, CITY, "district"),
        ):  # fmt: skip
            row = {
                "unit_id": unit,
                "parent_id": parent,
                "district_id": DISTRICT,
                "level": level,
            }
            save_row(connection, org_unit, row)

    def person(self, household: UUID | None = None, *, is_verified: bool = True) -> UUID:
        """Somebody at home in the community."""
        person_id = new_id()
        row = {"person_id": person_id, "district_id": DISTRICT, "home_unit_id": COMMUNITY, "status": "active",
               "household_id": household, "household_verified": is_verified}  # fmt: skip
        with self.database.transaction() as connection:
            save_row(connection, known.DIRECTORY.person, row)
        return person_id

    def relate(self, one: UUID, other: UUID, declared_by: UUID | None = None) -> None:
        """Make two people relatives, or let somebody declare that they are."""
        row = {"relation_id": new_id(), "person_id": one, "relative_id": other, "kind": "child",
               "verified": declared_by is None, "declared_by": declared_by}  # fmt: skip
        with self.database.transaction() as connection:
            save_row(connection, relation, row)

    def token(self, person_id: UUID, *roles: str | None, unit: UUID = DISTRICT, **claims: Any) -> str:
        """A token of somebody whom the ledger knows, from now on, with these roles at a unit."""
        with self.database.transaction() as connection:
            save_standing(connection, person_id, status="active", roles=[RoleAt(role, unit) for role in roles if role])
        content = {
            "sub": str(person_id),
            "aud": "timebank",
            "exp": machine_now() + timedelta(minutes=5),
            "sid": str(new_id()),
        }
        return jwt.encode(content | claims, self._key, algorithm="EdDSA", headers={"kid": "k1"})

    def send(self, token: str, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One request."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}
        return self.client.open(path, method=method, json=body, headers=headers | more.pop("headers", {}), **more)


@pytest.fixture(scope="module")
def api(database_factory: DatabaseFactory) -> Iterator[Api]:
    """One ledger for the module; every test has people of its own."""
    api = Api(database_factory)
    yield api
    api.database.dispose()
    api.ledger.database.dispose()
    database_factory.drop(api.name)


def migration(person: UUID, minutes: Any = 120, **more: Any) -> dict[str, Any]:
    """An old book's balance."""
    return {
        "kind": "migration",
        "person_id": str(person),
        "minutes": minutes,
        "scan": "page 3",
        "why": "old book",
    } | more


def test_an_old_balance_needs_two_people(api: Api) -> None:
    lan, proposal = api.person(), new_id()
    admin, city = api.token(new_id(), "district_admin"), api.token(new_id(), "city_admin", unit=CITY)

    proposed = api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    assert (proposed.status_code, proposed.json["state"]) == (200, "proposed")
    assert balances(api.ledger, lan.bytes) == (0, 0, 0, 0)
    decided = api.send(city, "POST", f"/v1/adjustments/{proposal}/decision", {"ok": True})

    assert (decided.status_code, decided.json["state"]) == (200, "done")
    assert balances(api.ledger, lan.bytes)[2] == 120
    again = api.send(city, "POST", f"/v1/adjustments/{proposal}/decision", {"ok": True})
    assert (again.status_code, again.json["code"]) == (409, "already_decided")
    assert api.send(admin, "GET", f"/v1/adjustments/{proposal}").json["state"] == "done"


@pytest.mark.parametrize("late", [False, True])
def test_what_nobody_decides_lapses_and_is_shown_so(api: Api, late: bool) -> None:
    lan, proposal_id = api.person(), new_id()
    admin, city = api.token(new_id(), "district_admin"), api.token(new_id(), "city_admin", unit=CITY)
    made_at = machine_now() - LAPSES_AFTER + timedelta(seconds=-1 if late else 600)
    waiting = Proposal(
        proposal_id, "migration", DISTRICT, lan, "earned", 120, None, "book", True, None, new_id(),
        to_microseconds(made_at),
    )  # fmt: skip
    with api.database.transaction() as connection:
        proposal_store.add(connection, waiting)

    shown = api.send(admin, "GET", f"/v1/adjustments/{proposal_id}").json
    listed = [one["proposal_id"] for one in api.send(admin, "GET", "/v1/adjustments?limit=200").json["items"]]
    decided = api.send(city, "POST", f"/v1/adjustments/{proposal_id}/decision", {"ok": True})

    assert (shown["state"], shown["lapses_at"]) == (
        "lapsed" if late else "proposed",
        (made_at + LAPSES_AFTER).isoformat(),
    )
    assert (str(proposal_id) in listed) is not late
    assert (decided.json or {}).get("code") == ("proposal_lapsed" if late else None)
    assert balances(api.ledger, lan.bytes)[2] == (0 if late else 120)


def test_a_household_that_one_alone_said_keeps_nobody_from_signing(api: Api) -> None:
    home = new_id()
    sure, unsure, other = api.person(home), api.person(home, is_verified=False), api.person(home)

    with api.database.reading() as connection:
        assert related_to(connection, sure, [other]) == {other}
        assert related_to(connection, sure, [unsure]) == set()
        assert related_to(connection, unsure, [other]) == set()


def test_the_same_proposal_again_is_answered_as_before_and_other_terms_are_refused(api: Api) -> None:
    lan, proposal = api.person(), new_id()
    admin = api.token(new_id(), "district_admin")

    first = api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    again = api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    other = api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan, 60))

    assert first.json == again.json
    assert (other.status_code, other.json["code"]) == (409, "id_reused")


def test_no_single_person_moves_issuance_whatever_their_role(api: Api) -> None:
    """Every act of every single role, also all roles at once, by one person alone."""
    lan = api.person()
    gift_like = new()
    api.ledger.post(issue(of_district(W.POOL), 500))
    before = api.ledger.balance(of_district(W.ISSUANCE))
    roles = [[role] for role in STAFF_ROLES] + [list(STAFF_ROLES), []]

    for held, unit in itertools.product(roles, (CITY, DISTRICT, COMMUNITY)):
        me = new_id()
        token = api.token(me, *held, unit=unit)
        funding = {"kind": "pool_funding", "district_id": str(DISTRICT), "minutes": 60, "why": "x"}
        for body in (migration(lan), migration(me), funding):
            proposal = new_id()
            api.send(token, "PUT", f"/v1/adjustments/{proposal}", body)
            api.send(token, "POST", f"/v1/adjustments/{proposal}/decision", {"ok": True})
        reversal = new_id()
        api.send(token, "PUT", f"/v1/reversals/{reversal}", {"cause_id": str(UUID(bytes=gift_like)), "why": "x"})
        api.send(token, "POST", f"/v1/reversals/{reversal}/decision", {"ok": True})

    assert api.ledger.balance(of_district(W.ISSUANCE)) == before


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"scan": None}, 422, "scan_missing"),
        ({"minutes": 0}, 422, None),
        ({"minutes": -5}, 422, None),
        ({"minutes": 1.5}, 422, None),
        ({"minutes": "60"}, 422, None),
        ({"minutes": 10**12}, 422, None),
        ({"kind": "gift"}, 422, None),
        ({"person_id": "nobody"}, 422, None),
        ({"more": 1}, 422, None),
        ({"class": "issuance"}, 422, None),
        ({"person_id": str(UUID(int=7))}, 404, "person_not_found"),
    ],
)
def test_bad_input_is_refused_by_name_and_changes_nothing(
    api: Api, change: dict[str, Any], status: int, code: str | None
) -> None:
    lan, proposal = api.person(), new_id()
    admin = api.token(new_id(), "district_admin")

    refused = api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan) | change)

    assert refused.status_code in (status, 400), refused.json
    assert refused.content_type.startswith("application/problem+json")
    assert code is None or refused.json["code"] == code
    assert api.send(admin, "GET", f"/v1/adjustments/{proposal}").status_code == 404


@pytest.mark.parametrize(
    ("role", "unit", "code"),
    [
        ("coordinator", DISTRICT, "not_authorised"),
        ("city_auditor", CITY, "not_authorised"),
        (None, CITY, "not_authorised"),
        ("district_admin", OTHER, "out_of_scope"),
    ],
)
def test_who_may_propose_is_checked_by_role_and_reach(api: Api, role: str | None, unit: UUID, code: str) -> None:
    refused = api.send(
        api.token(new_id(), role, unit=unit), "PUT", f"/v1/adjustments/{new_id()}", migration(api.person())
    )

    assert (refused.status_code, refused.json["code"]) == (403, code)


def test_a_donation_is_reversed_by_two_and_a_settlement_only_through_orders(api: Api) -> None:
    lan, donated, order = api.person(), new(), new()
    give(api.ledger, lan.bytes, earned=300)
    from services.ledger.tests.test_transfers import donate

    donate(api.ledger, lan.bytes, 100, donated)
    hold(api.ledger, order, lan.bytes, 60)
    api.ledger.post(approval(order, served(new(), 60, api.ledger), planned=60))
    coordinator, checker = (
        api.token(new_id(), "coordinator", unit=COMMUNITY),
        api.token(new_id(), "checker", unit=STREET),
    )

    def propose(act: bytes) -> TestResponse:
        body = {"cause_id": str(UUID(bytes=act)), "why": "by mistake"}
        return api.send(coordinator, "PUT", f"/v1/reversals/{UUID(bytes=act)}", body)

    settled = propose(order)
    first = propose(donated)
    decided = api.send(checker, "POST", f"/v1/reversals/{UUID(bytes=donated)}/decision", {"ok": True})
    again = api.send(coordinator, "PUT", f"/v1/reversals/{new_id()}",
                     {"cause_id": str(UUID(bytes=donated)), "why": "again"})  # fmt: skip

    assert settled.json["code"] == "settlement_through_orders"
    assert (first.status_code, decided.status_code) == (200, 200)
    assert again.json["code"] == "already_reversed"
    assert balances(api.ledger, lan.bytes)[2] == 240


def test_a_no_is_final_moves_nothing_and_is_shown_with_who_and_why(api: Api) -> None:
    lan, proposal, decider = api.person(), new_id(), new_id()
    admin, city = api.token(new_id(), "district_admin"), api.token(decider, "city_admin", unit=CITY)
    api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(lan))
    path = f"/v1/adjustments/{proposal}/decision"

    for verdict in ({"ok": False}, {"ok": False, "why": "  "}, {"why": "no"}, {"ok": "false"}, {"ok": 0}, {}):
        assert api.send(city, "POST", path, verdict).status_code == 422, verdict
    told = api.send(city, "POST", path, {"ok": False, "why": "another's page"}).json
    again = api.send(city, "POST", path, {"ok": True})

    assert (told["state"], told["decided_by"], told["decision_why"]) == (
        "declined",
        str(decider),
        "another's page",
    )
    assert api.send(admin, "GET", f"/v1/adjustments/{proposal}").json == told
    assert (again.status_code, again.json["code"]) == (409, "already_decided")
    assert balances(api.ledger, lan.bytes) == (0, 0, 0, 0)


def test_a_reversal_that_is_turned_down_reverses_nothing(api: Api) -> None:
    from services.ledger.tests.test_transfers import donate

    lan, donated, proposal = api.person(), new(), new_id()
    give(api.ledger, lan.bytes, earned=300)
    donate(api.ledger, lan.bytes, 100, donated)
    coordinator, checker = (
        api.token(new_id(), "coordinator", unit=COMMUNITY),
        api.token(new_id(), "checker", unit=STREET),
    )
    body = {"cause_id": str(UUID(bytes=donated)), "why": "by mistake"}
    api.send(coordinator, "PUT", f"/v1/reversals/{proposal}", body)

    response = api.send(checker, "POST", f"/v1/reversals/{proposal}/decision", {"ok": False, "why": "she meant it"})

    assert (response.status_code, response.json["state"]) == (200, "declined")
    assert balances(api.ledger, lan.bytes)[2] == 200


@pytest.mark.parametrize("why", [None, "", "   ", 7, "x" * 501])
def test_a_reversal_needs_a_reason(api: Api, why: Any) -> None:
    from services.ledger.tests.test_transfers import donate

    lan, donated = api.person(), new()
    give(api.ledger, lan.bytes, earned=300)
    donate(api.ledger, lan.bytes, 100, donated)
    coordinator, proposal = api.token(new_id(), "coordinator", unit=COMMUNITY), new_id()
    body = {"cause_id": str(UUID(bytes=donated)), "why": why}

    refused = api.send(coordinator, "PUT", f"/v1/reversals/{proposal}", body)
    without = api.send(coordinator, "PUT", f"/v1/reversals/{proposal}", {"cause_id": body["cause_id"]})

    for answer in (refused, without):
        assert answer.status_code == 422
        assert "why" in str(answer.json)
    assert api.send(coordinator, "GET", f"/v1/reversals/{proposal}").status_code == 404
