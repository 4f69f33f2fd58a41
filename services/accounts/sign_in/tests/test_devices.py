"""Keys of devices: registered by whoever is signed in, named by what they are, ended with the session, forgotten."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key

from services.accounts.sign_in.rules import DEVICES_MAX
from services.accounts.tests.platform import PASSWORD, Caller, Platform, must, refused

DEVICES = "/v1/me/devices"


def _text(number: int, length: int = 32) -> str:
    return urlsafe_b64encode(number.to_bytes(length, "big")).rstrip(b"=").decode()


def new_jwk() -> dict[str, str]:
    """Return the public half of a new key."""
    numbers = generate_private_key(SECP256R1()).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _text(numbers.x), "y": _text(numbers.y)}


@pytest.fixture
def min_(platform: Platform) -> Caller:
    """A volunteer who is signed in."""
    platform.register("赵敏", roles=["volunteer"])
    return platform.sign_in("赵敏")


def _register(caller: Caller, jwk: dict[str, str] | None = None) -> Any:
    return caller.post(DEVICES, {"public_key": jwk or new_jwk()})


def test_a_device_is_its_key_and_showing_it_again_is_the_same_device(platform: Platform, min_: Caller) -> None:
    jwk = new_jwk()

    first, again = must(_register(min_, jwk)), must(_register(min_, jwk))

    assert first == again
    assert must(min_.get(DEVICES))["items"] == [first]
    assert len(first["key_id"]) == 43
    [told] = platform.events("DeviceKeyState")
    assert (told.key_id, told.person_id, len(told.public_key)) == (first["key_id"], min_.person_id, 65)
    assert told.revoked_at_us == 0


def test_what_is_not_the_public_half_of_a_p256_key_is_refused(min_: Caller) -> None:
    jwk, other_curve = new_jwk(), generate_private_key(SECP384R1()).public_key().public_numbers()
    beside = _text(int.from_bytes(b"\x01" * 32, "big"))
    twice_said = jwk["x"][:-1] + chr(ord(jwk["x"][-1]) + 1)

    for wrong in ({"x": beside, "y": beside}, {"x": _text(0), "y": _text(0)}, {"x": twice_said}):
        refused(_register(min_, jwk | wrong), "device_key_invalid", 400)
    for malformed in (
        {"d": jwk["x"]},
        {"key_ops": "verify"},
        {"crv": "P-384", "x": _text(other_curve.x, 48), "y": _text(other_curve.y, 48)},
        {"crv": "P-384"},
        {"kty": "OKP"},
        {"x": jwk["x"][:-1]},
        {"x": jwk["x"] + "A"},
    ):
        assert _register(min_, jwk | malformed).status_code == 422, malformed
    assert must(min_.get(DEVICES))["items"] == []


def test_nobody_registers_the_key_of_another(platform: Platform, min_: Caller) -> None:
    jwk = new_jwk()
    must(_register(min_, jwk))
    platform.register("李平")

    refused(_register(platform.sign_in("李平"), jwk), "device_key_taken", 409)


def test_a_person_has_so_many_devices_and_makes_room_by_revoking(min_: Caller) -> None:
    keys = [must(_register(min_))["key_id"] for _ in range(DEVICES_MAX)]

    assert refused(_register(min_), "too_many_devices", 422)["devices_max"] == DEVICES_MAX
    must(min_.post(f"{DEVICES}/{keys[0]}/revocation", {"password": PASSWORD}))
    must(_register(min_))


def test_revoking_takes_the_password_and_a_revoked_key_never_comes_back(platform: Platform, min_: Caller) -> None:
    jwk = new_jwk()
    key_id = must(_register(min_, jwk))["key_id"]

    refused(min_.post(f"{DEVICES}/{key_id}/revocation", {"password": "not the password"}), "sign_in_failed", 403)
    platform.register("李平")
    other = platform.sign_in("李平")
    refused(other.post(f"{DEVICES}/{key_id}/revocation", {"password": PASSWORD}), "device_not_found", 404)
    must(min_.post(f"{DEVICES}/{key_id}/revocation", {"password": PASSWORD}))

    refused(_register(min_, jwk), "device_key_revoked", 422)
    assert must(min_.get(DEVICES))["items"] == []
    assert [(told.version, len(told.public_key)) for told in platform.events("DeviceKeyState")] == [(1, 65), (2, 0)]
    assert platform.rows("SELECT length(public_key) FROM device_key") == [(0,)]


def test_signing_out_ends_the_key_of_this_device_and_of_no_other(platform: Platform, min_: Caller) -> None:
    phone = platform.sign_in("赵敏")
    at_home, on_the_way = new_jwk(), must(_register(phone))["key_id"]
    must(_register(min_, at_home))

    phone.delete("/v1/sessions/current")

    assert on_the_way not in [device["key_id"] for device in must(min_.get(DEVICES))["items"]]
    assert [device["current"] for device in must(min_.get(DEVICES))["items"]] == [True]


def test_a_device_shown_in_a_new_session_belongs_to_that_one(platform: Platform, min_: Caller) -> None:
    jwk = new_jwk()
    must(_register(min_, jwk))
    later = platform.sign_in("赵敏")
    must(_register(later, jwk))

    min_.delete("/v1/sessions/current")

    assert [device["current"] for device in must(later.get(DEVICES))["items"]] == [True]


@pytest.mark.parametrize("way", ["everywhere", "password"])
def test_ending_all_sessions_ends_all_keys(platform: Platform, min_: Caller, way: str) -> None:
    other = platform.sign_in("赵敏")
    must(_register(min_))
    must(_register(other))

    if way == "everywhere":
        min_.delete("/v1/sessions")
    else:
        must(min_.post("/v1/me/password", {"password": PASSWORD, "new_password": "another password"}))

    assert platform.rows("SELECT count(*) FROM device_key WHERE revoked_at IS NULL") == [(0,)]
    assert [told.revoked_at_us > 0 for told in platform.events("DeviceKeyState")].count(True) == 2


def test_an_erased_person_leaves_no_device(platform: Platform, min_: Caller, hear: Callable[[Any], None]) -> None:
    from services.accounts.erasure.tests.test_erasure import _answer_all, _ask

    key_id = must(_register(min_))["key_id"]
    admin = platform.staff("admin", "district_admin", "d1")

    asked = _ask(platform, admin, min_.person_id)
    _answer_all(hear, asked.json["erasure_id"], min_.person_id)

    assert platform.rows("SELECT count(*) FROM device_key") == [(0,)]
    last = platform.rows("SELECT payload FROM outbox WHERE subject = :key ORDER BY version DESC LIMIT 1", key=key_id)
    assert last == [(None,)]


def test_a_suspended_person_registers_no_device_and_may_revoke_theirs(platform: Platform, min_: Caller) -> None:
    key_id = must(_register(min_))["key_id"]
    admin = platform.staff("admin", "district_admin", "d1")
    must(admin.post(f"/v1/persons/{min_.person_id}/suspension", {"why": "looked into"}))

    refused(_register(min_), "person_suspended", 403)
    must(min_.post(f"{DEVICES}/{key_id}/revocation", {"password": PASSWORD}))
