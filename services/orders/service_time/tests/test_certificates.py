"""Certificates are signed credentials: checked with the key alone, valid until a day, revoked on a signed list."""

from __future__ import annotations

import gzip
import json
from base64 import urlsafe_b64decode
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.tlog.policy import Policy
from services.orders.service_time.rules.credentials import LIST_ENTRIES
from services.orders.service_time.rules.status_lists import encoded_list
from services.orders.tests.harness import OrdersHarness, named, outcome
from services.orders.tests.keys import CERTIFICATE_NAME

MIN = {"person_id": str(named("min"))}


def issue(world: OrdersHarness, label: str = "c1", **terms: str) -> dict[str, Any]:
    """Return a certificate that Min has made of her own service."""
    answer = world.call("PUT", "min", f"/v1/certificates/{named(label)}", MIN | terms)
    assert answer.status_code == 201, answer.get_json()
    issued: dict[str, Any] = answer.get_json()
    return issued


def parts_of(credential: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Return header, claims and signature."""
    header, claims, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in credential.split("."))
    return json.loads(header), json.loads(claims), signature


def is_signed_by_who_is_trusted(world: OrdersHarness, credential: str) -> bool:
    """Tell whether the key that the platform shows signed it: read with nothing of the code that made it."""
    trust = world.app.test_client().get("/v1/certificates/trust").get_data(as_text=True)
    [key] = Policy.parse(trust + "quorum none\n").logs
    header, _, signature = parts_of(credential)
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature, credential.rpartition(".")[0].encode())
    return bool(header["kid"] == key.key_id.hex() and key.name == CERTIFICATE_NAME)


def test_a_certificate_is_a_signed_credential_of_the_service_as_it_was(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00", minutes=120)
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:55")
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")

    issued = issue(world, valid_until="2026-12-31")

    header, claims, _ = parts_of(issued["credential"])
    subject = claims["credentialSubject"]
    assert is_signed_by_who_is_trusted(world, issued["credential"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "vc+jwt")
    assert claims["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert claims["type"] == ["VerifiableCredential", "VolunteerServiceCertificate"]
    assert (claims["issuer"], claims["validUntil"]) == (f"https://{CERTIFICATE_NAME}", "2026-12-31T16:00:00Z")
    assert subject["id"] == f"urn:uuid:{named('min')}"
    assert subject["minutes"] == issued["minutes"] == sum(subject["services"].values()) > 0
    assert subject["services"] == issued["services"]
    assert claims["credentialStatus"]["statusListIndex"] == str(issued["number"])
    assert "name" not in json.dumps(claims)


def test_a_certificate_that_would_be_valid_for_no_day_is_refused(world: OrdersHarness) -> None:
    today, tomorrow = (
        outcome(world.call("PUT", "min", f"/v1/certificates/{named(day)}", MIN | {"valid_until": day}))
        for day in ("2026-03-02", "2026-03-03")
    )

    assert (today, tomorrow) == ("valid_until_past", "")


def test_a_certificate_is_over_after_its_last_day(world: OrdersHarness) -> None:
    issued = issue(world, valid_until="2026-03-03")
    path = f"/v1/certificates/{issued['certificate_id']}?code={issued['verification_code']}"
    anyone, states = world.app.test_client(), []

    for instant in ("D2 23:59", "D3 00:00"):
        world.set_time(instant)
        answer = anyone.get(path).get_json()
        states.append((answer["state"], answer["verifies"]))

    assert states == [("valid", True), ("expired", False)]


def test_the_desk_revokes_with_a_reason_and_the_signed_list_says_so(world: OrdersHarness) -> None:
    issued, other = issue(world), issue(world, "c2")
    path, code = f"/v1/certificates/{issued['certificate_id']}", issued["verification_code"]
    reason = {"why": "Half of the hours were taken back"}

    refused = [
        outcome(world.call("POST", who, f"{path}/revocation", reason)) for who in ("min", "hua", "audit", "coord_k2")
    ]
    silent = outcome(world.call("POST", "coord", f"{path}/revocation", {}))
    unknown = outcome(world.call("POST", "coord", f"/v1/certificates/{named('none')}/revocation", reason))
    revoked = outcome(world.call("POST", "coord", f"{path}/revocation", reason))
    again = outcome(world.call("POST", "coord", f"{path}/revocation", reason))

    assert refused == ["not_authorised", "not_authorised", "not_authorised", "out_of_scope"]
    assert (silent, unknown, revoked, again) == ("invalid_fields", "record_not_found", "", "already_revoked")
    shown, checked = (
        world.call("GET", "min", path).get_json(),
        world.app.test_client().get(f"{path}?code={code}").get_json(),
    )
    assert (shown["state"], shown["revoked_why"]) == ("revoked", reason["why"])
    assert (checked["state"], checked["verifies"], checked["revoked_why"]) == ("revoked", False, None)
    answer = world.app.test_client().get("/v1/certificates/status/0")
    assert answer.content_type == "application/vc+jwt"
    assert is_signed_by_who_is_trusted(world, answer.get_data(as_text=True))
    _, claims, _ = parts_of(answer.get_data(as_text=True))
    packed = claims["credentialSubject"]["encodedList"]
    bits = gzip.decompress(urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    status = {n: bits[n // 8] >> (7 - n % 8) & 1 for n in (issued["number"], other["number"])}
    assert (packed[0], len(bits) * 8, status) == ("u", LIST_ENTRIES, {issued["number"]: 1, other["number"]: 0})
    assert claims["id"] == parts_of(issued["credential"])[1]["credentialStatus"]["statusListCredential"]


def test_a_row_that_was_changed_does_not_verify(world: OrdersHarness) -> None:
    issued = issue(world)
    with world.database.transaction() as connection:
        connection.execute(sa.text("UPDATE certificate SET credential = credential || 'A'"))

    shown = world.call("GET", "min", f"/v1/certificates/{issued['certificate_id']}").get_json()

    assert (shown["state"], shown["verifies"]) == ("not_genuine", False)


def test_a_list_has_the_size_that_the_standard_asks_for_whoever_is_on_it() -> None:
    assert encoded_list([]) != encoded_list([0])
    assert encoded_list([LIST_ENTRIES + 3]) == encoded_list([3])
