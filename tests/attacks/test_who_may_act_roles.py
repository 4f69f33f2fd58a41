"""Roles: superiors who live in one's community, puppets, borrowed numbers and look-alike names, founders alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from libs.ids import new_id
from services.accounts.bootstrap import create_app
from services.accounts.settings import Settings
from services.accounts.tests.platform import (
    LENT_PASSWORD,
    Caller,
    Platform,
    add_units,
    must,
    refused,
    start_platform,
)
from tests.support.postgres import DatabaseFactory

BOSS, THIEF = "13800000001", "13900000002"
ALIKE = [
    "13611110004",
    "１３６１１１１０００４",
    "+86 136-1111-0004",
    "boss.k1\u200b",
    "ｂｏｓｓ.ｋ１",
    "b\u043ess.k1",
    "b0ss.k1",
]
"""Spellings of one number, and of one name: with no width, full width, a Cyrillic o, a nought."""
OWN = "a password of one's own"


@pytest.fixture(scope="module")
def city(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Accounts with two districts, whose messages to telephones are written to files."""
    name, urls = database_factory.create("accounts")
    platform = start_platform(urls, tmp_path_factory.mktemp("city"))
    settings = Settings(
        database_url=platform.settings.database_url,
        master_key_file=platform.settings.master_key_file,
        demo=True,
        codes_folder=tmp_path_factory.mktemp("telephones"),
    )
    platform.app = create_app(settings, clock=platform.clock, database=platform.database)
    platform.settings = settings
    add_units(platform)
    yield platform
    platform.database.dispose()
    database_factory.drop(name)


def _inbox(city: Platform, number: str) -> list[str]:
    """Return what a telephone was sent."""
    folder = city.settings.codes_folder
    assert folder is not None
    return [path.read_text() for path in sorted(Path(folder).iterdir()) if path.read_text().startswith(number)]


def _staff(city: Platform, label: str, role: str, unit: str, **fields: str) -> Caller:
    """Register somebody of an own name, who lives in k1, and appoint them."""
    name = f"{label}.{new_id().hex[-8:]}"
    person_id = city.register(label, sign_in_name=name, **fields)
    city.appoint(person_id, role, unit)
    return city.sign_in(name)


def _details(city: Platform, caller: Caller, person_id: str, body: dict[str, object]) -> TestResponse:
    version = city.rows("SELECT version FROM person WHERE person_id = :id", id=UUID(person_id))[0][0]
    headers = caller._headers(new_id()) | {"If-Match": str(version)}
    return city.client.post(f"/v1/persons/{person_id}/details", json=body, headers=headers)


def test_a_coordinator_does_not_take_over_the_city_administrator_who_lives_in_her_community(city: Platform) -> None:
    boss = _staff(city, "上司", "city_admin", "city", phone_number=BOSS)
    coordinator = _staff(city, "协调员", "coordinator", "k1")

    refused(_details(city, coordinator, boss.person_id, {"phone_number": THIEF}), "person_not_below", 403)
    change = f"/v1/persons/{boss.person_id}/phone-changes/{new_id()}"
    refused(coordinator.put(change, {"phone_number": THIEF}), "person_not_below", 403)
    city.client.post("/v1/sign-in-codes", json={"login": THIEF})
    city.settle_codes()

    assert _inbox(city, THIEF) == []
    assert must(boss.get("/v1/me"))["phone_number"] == BOSS


def test_a_coordinator_does_not_record_an_administrators_death(city: Platform) -> None:
    boss = _staff(city, "上司", "district_admin", "d1")
    coordinator = _staff(city, "协调员", "coordinator", "k1")

    answer = coordinator.put(f"/v1/persons/{boss.person_id}/deaths/{new_id()}", {"died": "2026-02-01"})

    refused(answer, "person_not_below", 403)


@pytest.mark.parametrize(("role", "unit"), [("city_admin", "city"), ("city_auditor", "city"), ("district_admin", "d1")])
def test_a_district_administrator_suspends_or_erases_none_of_their_level_or_above(
    city: Platform, role: str, unit: str
) -> None:
    target = _staff(city, "同级", role, unit)
    admin = _staff(city, "区管理员", "district_admin", "d1")

    for act in ("suspension", "erasure"):
        refused(admin.post(f"/v1/persons/{target.person_id}/{act}", {"why": "x"}), "person_not_below", 403)

    assert must(target.get("/v1/me"))["status"] == "active"


def test_an_administrator_alone_makes_no_staff_of_a_puppet(city: Platform) -> None:
    admin = _staff(city, "区管理员", "district_admin", "d1")
    name = f"puppet.{new_id().hex[-8:]}"
    puppet_id = str(new_id())
    must(admin.put(f"/v1/persons/{puppet_id}", city.person("偶", sign_in_name=name)))
    first = city.sign_in(name, LENT_PASSWORD)
    must(first.post("/v1/me/password", {"password": LENT_PASSWORD, "new_password": OWN}))
    puppet = city.sign_in(name, OWN)
    path = f"/v1/persons/{puppet_id}/roles/{new_id()}"
    role = {"role": "coordinator", "unit_id": city.units["k1"]}

    must(admin.put(f"/v1/persons/{puppet_id}/identity-sightings/{new_id()}", {"document": "resident"}))
    for hand in (puppet, admin):
        sighting = f"/v1/persons/{puppet_id}/identity-sightings/{new_id()}"
        assert hand.put(sighting, {"document": "resident"}).status_code in (403, 409)
    refused(admin.put(path, role), "identity_not_seen", 422)

    # And when another has seen the puppet, the role still has one signature.
    must(city.a.put(f"/v1/persons/{puppet_id}/identity-sightings/{new_id()}", {"document": "resident"}))
    path = f"/v1/persons/{puppet_id}/roles/{new_id()}"
    must(admin.put(path, role))
    for hand in (admin, puppet):
        refused(hand.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    assert must(puppet.get("/v1/me"))["roles"] == []


def test_two_administrators_of_a_district_do_not_lift_anybody_above_themselves(city: Platform) -> None:
    admins = [_staff(city, "区管理员", "district_admin", "city") for _ in range(2)]
    person_id = city.register("新人", sign_in_name=None, password=None)
    for admin in admins:
        must(admin.put(f"/v1/persons/{person_id}/identity-sightings/{new_id()}", {"document": "resident"}))

    for role in ("city_admin", "city_auditor"):
        body = {"role": role, "unit_id": city.units["city"]}
        refused(admins[0].put(f"/v1/persons/{person_id}/roles/{new_id()}", body), "not_authorised", 403)


def test_a_stolen_session_does_not_move_a_number_unseen(city: Platform) -> None:
    name, old, new = f"lan.{new_id().hex[-8:]}", "13611110001", "13611110002"
    person_id = city.register("王兰", sign_in_name=name, phone_number=old)
    stolen = city.sign_in(name)

    must(_details(city, stolen, person_id, {"phone_number": new}))
    city.client.post("/v1/sign-in-codes", json={"login": new})
    city.client.post("/v1/sign-in-codes", json={"login": name})
    city.settle_codes()

    assert [text for text in _inbox(city, new) if re.search(r"\b\d{6}\b", text.split("\n", 1)[-1])] == []
    assert len(_inbox(city, old)) == 2, "told, and the code went where it always went"
    refused(stolen.post("/v1/me/password", {"password": "guess", "new_password": OWN}), "sign_in_failed", 403)


def test_a_stolen_session_of_staff_does_not_move_a_number_at_all(city: Platform) -> None:
    boss = _staff(city, "上司", "district_admin", "d1", phone_number="13611110003")

    refused(_details(city, boss, boss.person_id, {"phone_number": THIEF}), "two_people_needed", 409)
    change = f"/v1/persons/{boss.person_id}/phone-changes/{new_id()}"
    must(boss.put(change, {"phone_number": THIEF}))
    refused(boss.post(f"{change}/decision", {"ok": True}), "maker_is_checker", 403)

    assert must(boss.get("/v1/me"))["phone_number"] == "13611110003"


@pytest.mark.parametrize(
    "name",
    [
        "13611110004",
        "１３６１１１１０００４",
        "+86 136-1111-0004",
        "boss.k1\u200b",
        "ｂｏｓｓ.ｋ１",
        "bоss.k1",
        "b0ss.k1",
    ],
)
def test_nobody_is_registered_under_anothers_number_or_a_name_that_looks_like_theirs(city: Platform, name: str) -> None:
    taken = {"sign_in_name": "boss.k1", "phone_number": "13611110004"}
    city.a.put(f"/v1/persons/{id_of_boss(city)}", city.person("上司") | taken)

    answer = city.a.put(f"/v1/persons/{new_id()}", city.person("假", sign_in_name=name))

    assert 400 <= answer.status_code < 500
    assert answer.get_json()["code"] in ("sign_in_name_invalid", "sign_in_name_taken", "text_invalid")


def id_of_boss(city: Platform) -> str:
    """Return the id of the one whose name and number others reach for, the same in every case of the test."""
    return city.units.setdefault("boss", str(new_id()))


def test_a_password_that_somebody_else_set_opens_once(city: Platform) -> None:
    name = f"lan.{new_id().hex[-8:]}"
    city.register("王兰", sign_in_name=name)
    own = city.sign_in(name, LENT_PASSWORD)

    refused(own.get("/v1/access-log"), "password_change_required", 403)
    again = {"login": name, "password": LENT_PASSWORD}
    refused(city.client.post("/v1/sessions", json=again), "sign_in_failed", 403)
    must(own.post("/v1/me/password", {"password": LENT_PASSWORD, "new_password": OWN}))
    refused(city.client.post("/v1/sessions", json=again), "sign_in_failed", 403)


def test_an_operator_makes_no_trained_volunteer(city: Platform) -> None:
    operator = _staff(city, "话务员", "operator", "d1")
    body = city.person("志愿", roles=["volunteer"], sign_in_name=None, password=None)

    for claim in ({"training": True}, {"clean_record": True}, {"certificates": ["carer"]}):
        refused(operator.put(f"/v1/persons/{new_id()}", body | claim), "not_authorised", 403)
