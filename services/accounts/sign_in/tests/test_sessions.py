"""Signing in, continuing, being thrown out; keys and their rotation; tokens that are refused."""

import time
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.clock import machine_now
from libs.contracts.timebank.accounts.v1.events_pb2 import SessionsEnded
from libs.db import Database
from libs.ids import new_id
from services.accounts.bootstrap import create_app, rotate_keys
from services.accounts.core.gateways.passwords import Passwords
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.due import next_due
from services.accounts.sign_in.store.session_store import SessionStore
from services.accounts.sign_in.store.try_store import KEPT, TryStore
from services.accounts.sign_in.usecases.change_signing_keys import next_retirement, withdraw_retired_keys
from services.accounts.sign_in.usecases.sign_in import refresh_session
from services.accounts.tests.platform import PASSWORD, Caller, Platform, must, refused


def _sign_in(platform: Platform, login: str, password: str = PASSWORD) -> dict[str, str]:
    if password == PASSWORD and login in platform.lent:
        platform.set_own_password(login)
    answer: dict[str, str] = must(platform.client.post("/v1/sessions", json={"login": login, "password": password}))
    return answer


def _ended_later(platform: Platform) -> list[SessionsEnded]:
    """Return what was told of sessions that ended, after the one of 王兰's first password, which another had set."""
    first, *later = platform.events("SessionsEnded")
    assert len(first.session_ids) == 1
    return later


def test_a_token_says_who_calls_and_nothing_of_what_they_may_do(platform: Platform) -> None:
    person_id = platform.register("王兰", roles=["volunteer"])
    signed_in = _sign_in(platform, "王兰")

    claims = jwt.decode(signed_in["access_token"], options={"verify_signature": False})

    assert (claims["sub"], claims["aud"]) == (person_id, "timebank")
    assert set(claims) == {"sub", "aud", "iat", "exp", "sid"}
    assert claims["exp"] - claims["iat"] == 600
    [key] = must(platform.client.get("/.well-known/jwks.json"))["keys"]
    assert jwt.decode(signed_in["access_token"], jwt.PyJWK(key), algorithms=["EdDSA"], audience="timebank")["sub"]


def test_a_phone_number_signs_in_in_any_spelling(platform: Platform) -> None:
    person_id = platform.register("王兰", phone_number="138-0013-8000")

    assert platform.sign_in("+86 13800138000").person_id == person_id


@pytest.mark.parametrize("login", ["王兰", "nobody"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(platform: Platform, login: str) -> None:
    platform.register("王兰")

    answer = platform.client.post("/v1/sessions", json={"login": login, "password": "wrong password"})

    refused(answer, "sign_in_failed", 403)


def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(platform: Platform) -> None:
    platform.register("王兰")
    first = _sign_in(platform, "王兰")["refresh_token"]
    second = must(platform.client.post("/v1/sessions/refresh", json={"refresh_token": first}))["refresh_token"]

    refused(platform.client.post("/v1/sessions/refresh", json={"refresh_token": first}), "refresh_token_reused", 403)
    refused(platform.client.post("/v1/sessions/refresh", json={"refresh_token": second}), "refresh_token_invalid", 403)
    refused(platform.client.post("/v1/sessions/refresh", json={"refresh_token": "x"}), "refresh_token_invalid", 403)
    assert [len(sessions_ended.session_ids) for sessions_ended in _ended_later(platform)] == [1]


def test_a_session_ends_by_signing_out(platform: Platform) -> None:
    platform.register("王兰")
    signed_in = _sign_in(platform, "王兰")

    caller, other = Caller(platform.client, signed_in["access_token"]), platform.sign_in("王兰")
    answer = caller.delete("/v1/sessions/current")

    assert answer.status_code == 204
    refused(caller.get("/v1/me"), "not_signed_in", 401)
    must(other.get("/v1/me"))
    [sessions_ended] = _ended_later(platform)
    claims = jwt.decode(signed_in["access_token"], options={"verify_signature": False})
    assert (list(sessions_ended.session_ids), sessions_ended.person_id) == ([claims["sid"]], claims["sub"])
    assert sessions_ended.tokens_end_at_us > claims["exp"] * 1_000_000
    again = platform.client.post("/v1/sessions/refresh", json={"refresh_token": signed_in["refresh_token"]})
    refused(again, "refresh_token_invalid", 403)


def test_signing_out_everywhere_ends_every_session_of_ones_own_and_nobody_elses(platform: Platform) -> None:
    platform.register("王兰")
    platform.register("李平")
    phone, desk, other = _sign_in(platform, "王兰"), _sign_in(platform, "王兰"), _sign_in(platform, "李平")

    answer = platform.client.delete("/v1/sessions", headers={"Authorization": f"Bearer {phone['access_token']}"})

    assert answer.status_code == 204
    for session in (phone, desk):
        body = {"refresh_token": session["refresh_token"]}
        refused(platform.client.post("/v1/sessions/refresh", json=body), "refresh_token_invalid", 403)
    must(platform.client.post("/v1/sessions/refresh", json={"refresh_token": other["refresh_token"]}))
    refused(platform.client.delete("/v1/sessions"), "not_signed_in", 401)


def test_a_session_expires_by_the_machines_time(platform: Platform) -> None:
    platform.register("王兰")
    token = _sign_in(platform, "王兰")["refresh_token"]
    platform.move(timedelta(days=400))
    must(platform.client.post("/v1/sessions/refresh", json={"refresh_token": token}))
    token = _sign_in(platform, "王兰")["refresh_token"]
    store_at = Vault.read(platform.settings.master_key_file)

    with pytest.raises(Exception, match="refresh_token_invalid"), platform.database.transaction() as connection:
        refresh_session(
            SealedStore(connection, store_at),
            refresh_token=token,
            is_required=False,
            now=machine_now() + timedelta(days=31),
        )


def test_what_nobody_can_continue_is_forgotten(platform: Platform) -> None:
    person_id = UUID(platform.register("王兰"))
    _sign_in(platform, "王兰")
    platform.client.post("/v1/sessions", json={"login": "王兰", "password": "wrong password"})
    counts = """
        SELECT (SELECT count(*) FROM refresh_token JOIN session USING (session_id) WHERE person_id = :id),
            (SELECT count(*) FROM counted_try)"""

    with platform.database.transaction() as connection:
        SessionStore(connection).forget_expired_sessions(person_id, now=machine_now())
        TryStore(connection).forget_old(machine_now())
    [(sessions, tries)] = platform.rows(counts, id=person_id)
    assert (sessions, tries > 0) == (2, True)
    with platform.database.transaction() as connection:
        SessionStore(connection).forget_expired_sessions(person_id, now=machine_now() + timedelta(days=31))
        TryStore(connection).forget_old(machine_now() + KEPT)

    assert platform.rows(counts, id=person_id) == [(0, 0)]


def test_a_new_password_ends_every_session(platform: Platform) -> None:
    platform.register("王兰")
    signed_in = _sign_in(platform, "王兰")
    caller = Caller(platform.client, signed_in["access_token"])

    body = {"password": "not mine", "new_password": "another one"}
    refused(caller.post("/v1/me/password", body), "sign_in_failed", 403)
    other = platform.sign_in("王兰")
    must(caller.post("/v1/me/password", body | {"password": PASSWORD}))

    for token in (caller, other):
        refused(token.get("/v1/me"), "not_signed_in", 401)
    assert [len(sessions_ended.session_ids) for sessions_ended in _ended_later(platform)] == [2]
    again = platform.client.post("/v1/sessions/refresh", json={"refresh_token": signed_in["refresh_token"]})
    refused(again, "refresh_token_invalid", 403)
    assert _sign_in(platform, "王兰", "another one")["person_id"]


def test_rotating_the_key_refuses_nobody(platform: Platform) -> None:
    caller = platform.a
    rotate_keys(platform.settings, database=platform.database)

    keys = must(platform.client.get("/.well-known/jwks.json"))["keys"]
    assert len(keys) == 2
    must(caller.get("/v1/me"))
    # The new key signs only when everybody has heard of it.
    fresh = platform.sign_in("harness-b", "harness-demo-only")
    assert jwt.get_unverified_header(fresh.token)["kid"] == jwt.get_unverified_header(caller.token)["kid"]
    first, second = platform.events("SigningKeysChanged")
    assert (len(first.keys), len(second.keys), second.version > first.version) == (1, 2, True)


def test_a_retired_key_is_withdrawn_when_its_last_token_has_expired(platform: Platform) -> None:
    rotate_keys(platform.settings, database=platform.database)
    told = len(platform.events("SigningKeysChanged"))

    with platform.database.transaction() as connection:
        retirement = next_retirement(connection)
        assert retirement is not None
        assert withdraw_retired_keys(connection, now=retirement - timedelta(seconds=1)) == 0
        assert withdraw_retired_keys(connection, now=retirement) == 1
        assert withdraw_retired_keys(connection, now=retirement) == 0
        assert next_retirement(connection) is None

    assert len(platform.events("SigningKeysChanged")) == told + 1
    with platform.database.reading() as connection:
        assert next_due(connection, platform.clock.now()) is None


def test_a_second_start_makes_neither_a_second_key_nor_a_second_city(empty_platform: Platform) -> None:
    again = create_app(empty_platform.settings, clock=empty_platform.clock, database=empty_platform.database)

    assert len(must(again.test_client().get("/.well-known/jwks.json"))["keys"]) == 1
    assert empty_platform.rows("SELECT count(*) FROM person") == [(2,)]
    assert empty_platform.rows("SELECT count(*) FROM unit") == [(1,)]


@pytest.mark.parametrize("make", ["none", "garbage", "tampered", "expired", "foreign", "audience"])
def test_a_bad_token_is_not_signed_in(shared_platform: Platform, make: str) -> None:
    token = {
        "none": "",
        "garbage": "abc.def.ghi",
        "tampered": _tampered(shared_platform.a.token),
        "expired": _signed(shared_platform, seconds=-60),
        "foreign": _signed(shared_platform, foreign=True),
        "audience": _signed(shared_platform, audience="another"),
    }[make]

    answer = Caller(shared_platform.client, token).get("/v1/me")

    refused(answer, "not_signed_in", 401)


def _tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    return f"{head}.{payload[:-4]}{'AAAA' if payload[-4:] != 'AAAA' else 'BBBB'}.{signature}"


def _signed(platform: Platform, *, seconds: int = 600, foreign: bool = False, audience: str = "timebank") -> str:
    [row] = platform.rows("SELECT key_id, sealed_private_key FROM signing_key")
    raw = Vault.read(platform.settings.master_key_file).open_secret(bytes(row[1]), name=row[0])
    key = Ed25519PrivateKey.generate() if foreign else Ed25519PrivateKey.from_private_bytes(raw)
    claims = {
        "sub": platform.a.person_id,
        "aud": audience,
        "sid": str(new_id()),
        "exp": machine_now() + timedelta(seconds=seconds),
    }
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": row[0]})


def test_a_command_without_its_key_is_refused(platform: Platform) -> None:
    answer = platform.client.post(
        f"/v1/persons/{new_id()}/suspension", json={}, headers={"Authorization": f"Bearer {platform.a.token}"}
    )

    refused(answer, "idempotency_key_missing", 400)


def test_passwords_are_argon2id_at_full_price_unless_it_is_a_demonstration(platform: Platform) -> None:
    assert Passwords().hash("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    [[kept]] = platform.rows("SELECT password_hash FROM credential LIMIT 1")
    assert kept.startswith("$argon2id$")


def test_nobodys_password_costs_as_much_as_somebodys() -> None:
    passwords = Passwords(memory_kib=8192, passes=3)
    kept = passwords.hash("right")
    passwords.matches("x", None)

    began = time.perf_counter()
    assert not passwords.matches("wrong", kept)
    between = time.perf_counter()
    assert not passwords.matches("wrong", None)

    assert time.perf_counter() - between > (between - began) / 10


def test_a_platform_with_people_refuses_to_start_without_its_master_key(platform: Platform) -> None:
    platform.settings.master_key_file.unlink()

    with pytest.raises(RuntimeError, match="no master key"):
        create_app(platform.settings, clock=platform.clock, database=platform.database)


def test_a_master_key_that_others_can_read_stops_the_start(platform: Platform) -> None:
    platform.settings.master_key_file.chmod(0o640)

    with pytest.raises(RuntimeError, match="0600"):
        create_app(platform.settings, clock=platform.clock, database=platform.database)


def test_readiness_names_a_database_that_is_away(platform: Platform) -> None:
    away = Database("postgresql://accounts_app:x@127.0.0.1:1/accounts")
    service = platform.app.extensions["service"]
    assert platform.client.get("/readyz").status_code == 200

    object.__setattr__(service, "database", away)
    platform.app.extensions["readiness"].forget()
    answer = platform.client.get("/readyz")

    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert "database" in platform.app.extensions["readiness"].report()["problems"]
