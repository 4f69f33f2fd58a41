"""Changing details on the version looked at, moving house, signing in by code."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from libs.clock import machine_now
from libs.ids import new_id
from services.accounts.bootstrap import create_app
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.settings import Settings
from services.accounts.sign_in.usecases.send_code import TRIES_MAX, make_code, use_code
from services.accounts.tests.platform import Caller, Platform, must, refused


def _change(
    platform: Platform, caller: Caller, path: str, body: dict[str, Any], version: int | str | None
) -> TestResponse:
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": str(new_id()), "Accept-Language": "en"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return platform.client.post(path, json=body, headers=headers)


def test_details_change_on_the_version_that_was_looked_at(platform: Platform) -> None:
    person_id = platform.register("王兰", phone_number="13800000001", address="旧址", visit_risk="key")
    own, path = platform.sign_in("王兰"), f"/v1/persons/{person_id}/details"

    changed = must(_change(platform, own, path, {"phone_number": "138 0000 0002", "address": None}, 1))
    assert changed["version"] == 2
    refused(_change(platform, platform.a, path, {"has_phone": False}, 1), "changed_meanwhile", 409)
    refused(_change(platform, platform.a, path, {"has_phone": False}, "x"), "changed_meanwhile", 409)
    refused(_change(platform, platform.a, path, {"has_phone": False}, None), "precondition_required", 428)
    staff_change = {
        "names": {"zh": "王小兰"},
        "home": {"latitude": "31.5", "longitude": "121.5"},
        "household": "七号楼",
        "visit_risk": None,
        "has_phone": False,
    }
    must(_change(platform, platform.a, path, staff_change, 2))

    mine = must(own.get("/v1/me"))
    assert (mine["names"], mine["address"], mine["phone_number"]) == ({"zh": "王小兰"}, None, "138 0000 0002")
    state = platform.states_of(person_id)[-1]
    assert (state.version, state.home_latitude_millideg, state.visit_risk, state.visit_listed_on) == (3, 31500, "", "")
    assert state.household_id
    assert must(platform.a.get("/v1/persons", q="13800000001"))["items"] == []
    assert len(must(platform.a.get("/v1/persons", q="13800000002"))["items"]) == 1
    assert len(must(platform.a.get("/v1/persons", q="王小兰"))["items"]) == 1


def test_a_household_is_verified_and_left_when_a_second_member_of_staff_says_the_same(platform: Platform) -> None:
    person_id = platform.register("王兰", household="七号楼")
    path, households = f"/v1/persons/{person_id}/details", []
    for version, (caller, household) in enumerate(
        [
            (platform.a, "七号楼"),
            (platform.b, "七号楼"),
            (platform.a, "八号楼"),
            (platform.a, "八号楼"),
            (platform.b, None),
            (platform.b, "八号楼"),
            (platform.a, "八号楼"),
            (platform.a, None),
            (platform.b, None),
        ],
        start=1,
    ):
        state = platform.states_of(person_id)[-1]
        households.append((state.household_id, state.household_verified))
        must(_change(platform, caller, path, {"household": household}, version))
    seven, eight = households[0][0], households[7][0]
    last = must(platform.a.get(f"/v1/persons/{person_id}"))

    assert households == [(seven, False)] * 2 + [(seven, True)] * 5 + [(eight, True)] * 2
    assert seven != eight
    assert (last["household_id"], last["household_verified"], last["household_next_by"]) == (None, False, None)


def test_no_housemate_says_that_somebody_left_their_verified_household(platform: Platform) -> None:
    lan, coord = platform.register("王兰", household="七号楼"), platform.staff("同住", "coordinator", "k1")
    path, mate = f"/v1/persons/{lan}/details", f"/v1/persons/{coord.person_id}"
    must(_change(platform, platform.b, path, {"household": "七号楼"}, 1))
    version = must(platform.a.get(mate))["version"]
    must(_change(platform, platform.a, f"{mate}/details", {"household": "七号楼"}, version))

    refused(_change(platform, coord, path, {"household": None}, 2), "maker_is_checker", 403)
    refused(_change(platform, coord, path, {"household": "八号楼"}, 2), "maker_is_checker", 403)
    must(_change(platform, coord, path, {"household": "七号楼"}, 2))


def test_a_person_changes_their_number_and_address_but_not_their_name(platform: Platform) -> None:
    person_id = platform.register("王兰", phone_number="13800000001")
    other = platform.register("李梅", phone_number="13800000002")
    path = f"/v1/persons/{person_id}/details"
    own = platform.sign_in("王兰")

    refused(_change(platform, own, path, {"names": {"zh": "别名"}}, 1), "not_authorised", 403)
    refused(_change(platform, own, f"/v1/persons/{other}/details", {"address": "x"}, 1), "not_authorised", 403)
    refused(_change(platform, own, path, {"phone_number": "13800000002"}, 1), "phone_number_taken", 409)
    refused(_change(platform, own, path, {"phone_number": "no number"}, 1), "phone_number_invalid", 400)
    platform.die(person_id, "2026-02-01")
    refused(_change(platform, platform.a, path, {"address": "x"}, 2), "wrong_person_state", 409)


def test_who_moves_takes_along_what_they_are_and_not_what_they_do(platform: Platform) -> None:
    coordinator = platform.staff("协调员", "coordinator", "k1")
    volunteer = {"role": "volunteer", "unit_id": platform.units["k1"]}
    must(platform.a.put(f"/v1/persons/{coordinator.person_id}/roles/{new_id()}", volunteer))
    path = f"/v1/persons/{coordinator.person_id}/move"
    version = platform.states_of(coordinator.person_id)[-1].version
    near = platform.staff("近", "operator", "d1")

    refused(_change(platform, near, path, {"home_unit_id": platform.units["k3"]}, version), "out_of_scope", 403)
    refused(
        _change(platform, platform.a, path, {"home_unit_id": platform.units["city"]}, version), "district_needed", 422
    )
    must(_change(platform, platform.a, path, {"home_unit_id": platform.units["k3"]}, version))

    state = platform.states_of(coordinator.person_id)[-1]
    assert state.district_id == platform.units["d2"]
    assert {(role.role, role.unit_id) for role in state.roles} == {
        ("volunteer", platform.units["k3"]),
        ("coordinator", platform.units["k1"]),
    }


@pytest.fixture
def by_code(platform: Platform, tmp_path: Path) -> Platform:
    """The platform with a folder that codes are written to."""
    settings = Settings(
        database_url=platform.settings.database_url,
        master_key_file=platform.settings.master_key_file,
        demo=True,
        codes_folder=tmp_path / "codes",
    )
    platform.app = create_app(settings, clock=platform.clock, database=platform.database)
    return platform


def test_a_code_signs_in_once(by_code: Platform, tmp_path: Path) -> None:
    person_id = by_code.register("王兰", phone_number="13800000001", sign_in_name=None, password=None)
    answers = [
        by_code.client.post("/v1/sign-in-codes", json={"login": login})
        for login in ("138 0000 0001", "13999999999", "nobody")
    ]
    by_code.settle_codes()

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_data() for answer in answers}) == 1
    [path] = (tmp_path / "codes").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    number, code = path.read_text().split()
    assert number == "13800000001"

    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    refused(by_code.client.post("/v1/sessions", json={"login": number, "code": wrong}), "sign_in_failed", 403)
    assert must(by_code.client.post("/v1/sessions", json={"login": number, "code": code}))["person_id"] == person_id
    refused(by_code.client.post("/v1/sessions", json={"login": number, "code": code}), "sign_in_failed", 403)
    assert by_code.rows("SELECT count(*) FROM sign_in_code") == [(0,)]
    both = {"login": number, "code": code, "password": "x"}
    refused(by_code.client.post("/v1/sessions", json=both), "invalid_fields", 422)
    refused(by_code.client.post("/v1/sessions", json={"login": number}), "invalid_fields", 422)


def test_a_code_grows_old_and_bears_few_tries(platform: Platform) -> None:
    platform.register("王兰", phone_number="13800000001")
    vault, now = Vault.read(platform.settings.master_key_file), machine_now()
    with platform.database.transaction() as connection:
        store = SealedStore(connection, vault)
        made = make_code(store, login="王兰", digest=vault.digest, now=now)
        assert made is not None
        late = now + timedelta(minutes=5)
        assert use_code(store, login="王兰", code=made.code, digest=vault.digest, now=late) is None
        wrong = f"{(int(made.code) + 1) % 1_000_000:06d}"
        for _ in range(TRIES_MAX):
            assert use_code(store, login="王兰", code=wrong, digest=vault.digest, now=now) is None
        assert use_code(store, login="王兰", code=made.code, digest=vault.digest, now=now) is None
        assert make_code(store, login="王兰", digest=vault.digest, now=now + timedelta(seconds=59)) is None
        again = make_code(store, login="王兰", digest=vault.digest, now=now + timedelta(seconds=60))
        assert again is not None
        assert use_code(store, login="王兰", code=again.code, digest=vault.digest, now=late) is not None


def test_nobody_signs_in_by_code_where_none_are_sent(platform: Platform) -> None:
    refused(platform.client.post("/v1/sign-in-codes", json={"login": "13800000001"}), "codes_unavailable", 422)
    person_id = platform.register("停", phone_number="13800000001")
    platform.die(person_id)
    vault = Vault.read(platform.settings.master_key_file)

    with platform.database.transaction() as connection:
        assert make_code(SealedStore(connection, vault), login="停", digest=vault.digest, now=machine_now()) is None
