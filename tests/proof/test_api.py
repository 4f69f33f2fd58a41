"""Receipts and logs over HTTP: who may have which, and what anyone may see."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from libs.clock import ManualClock, machine_now
from libs.db.embedded import EmbeddedPostgres
from libs.db.rows import save_row
from libs.http import RoleAt
from libs.ids import new_id
from libs.programme.directory.tables import signing_key, unit as org_unit
from libs.programme.standing import save_standing
from services.ledger.bootstrap import Settings, create_app
from services.ledger.domain.wallets import Id
from services.ledger.store import known
from services.ledger.tests.support import Ledger, earned, issue, new
from tests.proof.support import DISTRICT, LOG_NAME, Bench, load_verifier

verify = load_verifier()
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
CITY, STREET = new_id(), new_id()


@pytest.fixture
def client(ledger: Ledger, bench: Bench, url: str) -> FlaskClient:
    """The ledger's application, with a city, a district and a street known to it."""
    settings = Settings(database_url=url, log_folder=bench.folder / "logs")
    app = create_app(settings, clock=ManualClock(bench.folder / "clock"), database=ledger.database)
    units = [(CITY, None, None, "city"), (UUID(DISTRICT), CITY, UUID(DISTRICT), "district")]
    units.append((STREET, UUID(DISTRICT), UUID(DISTRICT), "street"))
    with ledger.database.transaction() as connection:
        save_row(connection, signing_key, {"key_id": "k", "public_key": KEY.public_key().public_bytes_raw()})
        for unit_id, parent_id, district_id, level in units:
            row = {"unit_id": unit_id, "parent_id": parent_id, "district_id": district_id, "level": level}
            save_row(connection, org_unit, row)
    return app.test_client()


def _person(ledger: Ledger) -> Id:
    person_id = new_id()
    at_home = {"district_id": UUID(DISTRICT), "home_unit_id": STREET}
    row = {"person_id": person_id, "status": "active", "household_verified": False, **at_home}
    with ledger.database.transaction() as connection:
        save_row(connection, known.DIRECTORY.person, row)
    return person_id.bytes


def _token(ledger: Ledger, person: Id, *roles: tuple[str, UUID]) -> dict[str, str]:
    """A token of somebody whom the ledger knows, from now on, with these roles."""
    person_id = UUID(bytes=person)
    with ledger.database.transaction() as connection:
        save_standing(connection, person_id, status="active", roles=[RoleAt(role, unit) for role, unit in roles])
    claims = {
        "sub": str(person_id),
        "aud": "timebank",
        "exp": machine_now() + timedelta(minutes=5),
        "sid": str(new_id()),
    }
    return {"Authorization": "Bearer " + jwt.encode(claims, KEY, algorithm="EdDSA", headers={"kid": "k"})}


def _receipt(client: FlaskClient, request_id: Id, headers: dict[str, str]) -> TestResponse:
    return client.get(f"/v1/receipts/{UUID(bytes=request_id)}", headers=headers)


def test_the_owner_of_a_wallet_gets_the_receipt_as_a_file(client: FlaskClient, ledger: Ledger, bench: Bench) -> None:
    owner = _person(ledger)
    transfer = issue(earned(owner), 30)
    ledger.post(transfer)
    bench.sealer.tick()

    answer = _receipt(client, transfer.request_id, _token(ledger, owner))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('.tlog-proof"')
    trust = client.get(f"/v1/logs/{DISTRICT}/trust").text
    facts = verify.check(answer.text, trust)
    assert (facts["minutes"], facts["transfer"]) == (30, UUID(bytes=transfer.request_id))


def test_before_the_seal_the_answer_says_when_to_ask_again(client: FlaskClient, ledger: Ledger) -> None:
    owner = _person(ledger)
    transfer = issue(earned(owner), 30)
    ledger.post(transfer)

    answer = _receipt(client, transfer.request_id, _token(ledger, owner))

    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "2")
    assert answer.get_json()["code"] == "not_sealed_yet"


def test_staff_in_scope_get_it_and_others_do_not_learn_of_it(client: FlaskClient, ledger: Ledger, bench: Bench) -> None:
    owner, stranger = _person(ledger), _person(ledger)
    transfer = issue(earned(owner), 30)
    ledger.post(transfer)
    bench.sealer.tick()
    held: list[list[tuple[str, UUID]]] = [
        [], [("coordinator", new_id())], [("volunteer", CITY)], [("coordinator", STREET)], [("city_auditor", CITY)],
    ]  # fmt: skip

    answers = [_receipt(client, transfer.request_id, _token(ledger, stranger, *roles)) for roles in held]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 200, 200]
    assert client.get(f"/v1/receipts/{UUID(bytes=transfer.request_id)}").status_code == 401


def test_an_unknown_transfer_has_none(client: FlaskClient, ledger: Ledger) -> None:
    assert _receipt(client, new(), _token(ledger, _person(ledger))).status_code == 404


def test_anyone_reads_the_logs_and_nothing_beside_them(client: FlaskClient, ledger: Ledger, bench: Bench) -> None:
    ledger.post(*(issue(earned(new()), 10) for _ in range(300)))
    (head,) = bench.sealer.tick()
    base = f"/v1/logs/{DISTRICT}"

    assert client.get(f"{base}/checkpoint").text == head.note
    full, partial = client.get(f"{base}/tile/0/000"), client.get(f"{base}/tile/0/001.p/44")
    assert (len(full.data), len(partial.data)) == (256 * 32, 44 * 32)
    assert "immutable" in full.headers["Cache-Control"]
    [log] = client.get("/v1/logs").get_json()["items"]
    assert log.pop("checkpoint").startswith(head.note)  # And who else signed it.
    origin = f"{LOG_NAME}/{DISTRICT}"
    assert log == {"district_id": DISTRICT, "district_name": None, "origin": origin, "size": 300, "stopped": None}
    wrong = ["tile/0/002", "tile/0/..%2f..%2fcheckpoint", "tile/9/000", "tile/0/000.p/300", "alarm", "tile/0"]
    assert [client.get(f"{base}/{name}").status_code for name in wrong] == [404] * len(wrong)
    assert client.get(f"/v1/logs/{new_id()}/checkpoint").status_code == 404


def test_a_row_that_was_changed_after_sealing_gets_no_receipt(
    client: FlaskClient, ledger: Ledger, bench: Bench, postgres_server: EmbeddedPostgres
) -> None:
    owner = _person(ledger)
    transfer = issue(earned(owner), 30)
    ledger.post(transfer)
    bench.sealer.tick()
    database = str(ledger.database.engine.url.database)
    with psycopg.connect(postgres_server.superuser_url(database), autocommit=True) as connection:
        connection.execute("ALTER TABLE journal.entry DISABLE TRIGGER ALL")
        connection.execute("UPDATE journal.entry SET minutes = 31")

    answer = _receipt(client, transfer.request_id, _token(ledger, owner))

    assert answer.status_code == 500
    assert "c2sp.org" not in answer.text
