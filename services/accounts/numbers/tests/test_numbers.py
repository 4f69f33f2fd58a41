"""A changed number opens nothing for a day unless the old one confirms it; both are told; of staff, two change it."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from libs.clock import machine_now
from libs.ids import new_id
from services.accounts.bootstrap import create_app
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.numbers.rules import CHANGES_PER_DAY_MAX, OPENS_AFTER, TRIES_MAX
from services.accounts.settings import Settings
from services.accounts.sign_in.usecases.send_code import make_code
from services.accounts.sign_in.usecases.sign_in import look_up
from services.accounts.tests.platform import LENT_PASSWORD, PASSWORD, Caller, Document, Platform, must, refused

OLD, NEW, THIRD = "13800000001", "13900000002", "13700000003"


@pytest.fixture
def messages(platform: Platform, tmp_path: Path) -> Path:
    """The folder that notices are written to."""
    folder = tmp_path / "messages"
    settings = Settings(
        database_url=platform.settings.database_url,
        master_key_file=platform.settings.master_key_file,
        demo=True,
        codes_folder=folder,
    )
    platform.app = create_app(settings, clock=platform.clock, database=platform.database)
    return folder


def _change(platform: Platform, caller: Caller, person_id: str, number: str | None) -> None:
    must(_ask(platform, caller, person_id, number))


def _ask(platform: Platform, caller: Caller, person_id: str, number: str | None) -> TestResponse:
    version = platform.rows("SELECT version FROM person WHERE person_id = :id", id=UUID(person_id))[0][0]
    headers = caller._headers(new_id()) | {"If-Match": str(version)}
    return platform.client.post(f"/v1/persons/{person_id}/details", json={"phone_number": number}, headers=headers)


def _notices(folder: Path) -> dict[str, str]:
    """Return what each number was told last."""
    written = [path.read_text().split("\n", 1) for path in sorted(folder.glob("*-notice.txt"))]
    return {one[0]: one[1] for one in written}


def _code_goes_to(platform: Platform, login: str, *, later: timedelta = timedelta()) -> str | None:
    vault = Vault.read(platform.settings.master_key_file)
    with platform.database.transaction() as connection:
        now = machine_now() + later
        made = make_code(SealedStore(connection, vault), login=login, digest=vault.digest, now=now)
    return made.phone_number if made else None


def _found(platform: Platform, login: str, *, later: timedelta = timedelta()) -> str | None:
    vault = Vault.read(platform.settings.master_key_file)
    with platform.database.reading() as connection:
        now = machine_now() + later
        attempt = look_up(SealedStore(connection, vault), login=login, now=now)
    return str(attempt.person_id) if attempt.person_id else None


def test_a_changed_number_opens_nothing_for_a_day_and_the_old_one_goes_on(platform: Platform, messages: Path) -> None:
    person_id = platform.register("王兰", phone_number=OLD)
    own = platform.sign_in("王兰")

    _change(platform, own, person_id, NEW)

    mine = must(own.get("/v1/me"))
    assert (mine["phone_number"], "old_phone_number" in mine) == (NEW, False)
    assert mine["phone_number_opens_at"]
    assert (_found(platform, NEW), _found(platform, OLD)) == (None, person_id)
    assert (_code_goes_to(platform, NEW), _code_goes_to(platform, "王兰")) == (None, OLD)
    later = OPENS_AFTER + timedelta(seconds=1)
    assert (_found(platform, NEW, later=later), _found(platform, OLD, later=later)) == (person_id, None)
    assert _code_goes_to(platform, "王兰", later=later) == NEW
    assert (_code_goes_to(platform, OLD, later=later)) is None


def test_both_numbers_are_told_in_both_languages_whoever_changes_it(platform: Platform, messages: Path) -> None:
    person_id = platform.register("王兰", phone_number=OLD)

    _change(platform, platform.a, person_id, NEW)

    notices = _notices(messages)
    assert set(notices) == {OLD, NEW}
    assert all(re.search("号码", text) and re.search("number", text) for text in notices.values())
    assert NEW not in notices[OLD]
    assert OLD not in notices[NEW]
    assert not re.search(r"\b\d{6}\b", notices[NEW])


def test_the_old_number_confirms_the_new_one_by_its_code(platform: Platform, messages: Path) -> None:
    person_id = platform.register("王兰", phone_number=OLD)
    own = platform.sign_in("王兰")
    _change(platform, own, person_id, NEW)
    [code] = re.findall(r"code (\d{6})", _notices(messages)[OLD])
    path = f"/v1/persons/{person_id}/phone-number/confirmation"
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    refused(own.post(path, {"code": wrong}), "code_wrong", 403)
    platform.register("路人")
    refused(platform.sign_in("路人").post(path, {"code": code}), "not_authorised", 403)
    must(own.post(path, {"code": code}))

    assert (_found(platform, NEW), _found(platform, OLD)) == (person_id, None)
    assert must(own.get("/v1/me"))["phone_number_opens_at"] is None
    refused(own.post(path, {"code": code}), "code_wrong", 403)


def test_the_code_of_the_old_number_is_not_guessed(platform: Platform, messages: Path) -> None:
    person_id = platform.register("王兰", phone_number=OLD)
    own = platform.sign_in("王兰")
    _change(platform, own, person_id, NEW)
    [code] = re.findall(r"code (\d{6})", _notices(messages)[OLD])
    path = f"/v1/persons/{person_id}/phone-number/confirmation"
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    for _ in range(TRIES_MAX):
        refused(own.post(path, {"code": wrong}), "code_wrong", 403)
    refused(own.post(path, {"code": code}), "code_wrong", 403)

    assert _found(platform, NEW) is None


def test_the_owner_takes_a_change_back_with_the_old_number(platform: Platform, messages: Path) -> None:
    person_id = platform.register("王兰", phone_number=OLD)
    thief = platform.sign_in("王兰")
    _change(platform, thief, person_id, NEW)
    _change(platform, thief, person_id, THIRD)
    assert (_found(platform, OLD), _found(platform, NEW), _found(platform, THIRD)) == (person_id, None, None)

    _change(platform, platform.sign_in(OLD), person_id, OLD)

    later = OPENS_AFTER + timedelta(seconds=1)
    assert {_found(platform, OLD, later=at) for at in (timedelta(), later)} == {person_id}
    assert {_found(platform, number, later=later) for number in (NEW, THIRD)} == {None}
    assert CHANGES_PER_DAY_MAX == 3
    refused(_ask(platform, thief, person_id, NEW), "too_many_changes", 409)


def test_a_number_taken_away_or_a_first_one_waits_too(platform: Platform, messages: Path) -> None:
    gone, fresh = platform.register("王兰", phone_number=OLD), platform.register("李梅")
    _change(platform, platform.sign_in("王兰"), gone, None)
    _change(platform, platform.sign_in("李梅"), fresh, NEW)

    later = OPENS_AFTER + timedelta(seconds=1)
    assert (_found(platform, OLD), _found(platform, OLD, later=later)) == (gone, None)
    assert (_found(platform, NEW), _found(platform, NEW, later=later)) == (None, fresh)
    assert set(_notices(messages)) == {OLD, NEW}


def test_nobody_takes_the_number_by_which_somebody_else_signs_in(platform: Platform, messages: Path) -> None:
    platform.register("王兰", phone_number=OLD, sign_in_name=None, password=None)
    thief = platform.register("李梅", phone_number=THIRD)
    own = platform.sign_in("李梅")

    for number in (OLD, "１３８０００００００１", "+86 138 0000 0001"):
        refused(_ask(platform, own, thief, number), "phone_number_taken", 409)
        named = platform.person("假", sign_in_name=number, phone_number=None)
        refused(platform.a.put(f"/v1/persons/{new_id()}", named), "sign_in_name_invalid", 400)
    squatter = platform.person("占", phone_number=OLD)
    refused(platform.a.put(f"/v1/persons/{new_id()}", squatter), "phone_number_taken", 409)

    assert _code_goes_to(platform, OLD) == OLD


@pytest.mark.parametrize("name", ["ＷＡＮＧ", "wang\u200b", "\u202ewang", "wаng", "wáng", "w a n g"])
def test_a_name_that_looks_like_anothers_is_refused(platform: Platform, name: str) -> None:
    platform.register("王兰", sign_in_name="wang")

    answer = platform.a.put(f"/v1/persons/{new_id()}", platform.person("假", sign_in_name=name))

    assert answer.status_code in (400, 409, 422)
    assert answer.get_json()["code"] in ("sign_in_name_invalid", "sign_in_name_taken", "invalid_fields", "text_invalid")


def test_the_number_of_a_member_of_staff_is_changed_by_two_people(platform: Platform, messages: Path) -> None:
    coordinator = platform.staff("协调员", "coordinator", "k1")
    operator = platform.staff("话务员", "operator", "d1")
    admin = platform.staff("区管理员", "district_admin", "d1")
    person_id = coordinator.person_id
    path = f"/v1/persons/{person_id}/phone-changes/{new_id()}"

    for caller in (coordinator, admin, platform.a):
        refused(_ask(platform, caller, person_id, NEW), "two_people_needed", 409)
    refused(operator.put(f"/v1/persons/{person_id}/phone-changes/{new_id()}", {"phone_number": NEW}),
            "person_not_below", 403)  # fmt: skip
    proposed = must(coordinator.put(path, {"phone_number": NEW}))
    assert (proposed["state"], proposed["phone_number"]) == ("proposed", "*******0002")
    refused(coordinator.post(f"{path}/decision", {"ok": True}), "maker_is_checker", 403)
    refused(operator.post(f"{path}/decision", {"ok": True}), "person_not_below", 403)
    must(admin.post(f"{path}/decision", {"ok": True}))

    assert must(coordinator.get("/v1/me"))["phone_number"] == NEW
    assert _found(platform, NEW) is None
    assert set(_notices(messages)) == {NEW}
    refused(admin.post(f"{path}/decision", {"ok": True}), "already_decided", 409)
    declined = f"/v1/persons/{person_id}/phone-changes/{new_id()}"
    must(admin.put(declined, {"phone_number": THIRD}))
    must(platform.a.post(f"{declined}/decision", {"ok": False, "why": "not asked for"}))
    assert must(coordinator.get("/v1/me"))["phone_number"] == NEW
    refused(admin.post(f"/v1/persons/{person_id}/phone-changes/{new_id()}/decision", {"ok": True}),
            "record_not_found", 404)  # fmt: skip


def test_a_password_that_somebody_else_set_opens_once_and_only_to_set_ones_own(platform: Platform) -> None:
    platform.register("王兰", roles=["volunteer"])
    platform.lent.clear()
    first = platform.sign_in("王兰", LENT_PASSWORD)

    assert must(first.get("/v1/me"))["names"] == {"zh": "王兰"}
    for answer in (
        first.get("/v1/access-log"),
        first.get("/v1/roles"),
        first.put(f"/v1/relations/{new_id()}", {}),
        first.post(f"/v1/persons/{first.person_id}/details", {"address": "x"}),
        first.get(f"/v1/persons/{first.person_id}"),
    ):
        refused(answer, "password_change_required", 403)
    again = {"login": "王兰", "password": LENT_PASSWORD}
    refused(platform.client.post("/v1/sessions", json=again), "sign_in_failed", 403)
    same = {"password": LENT_PASSWORD, "new_password": LENT_PASSWORD}
    refused(first.post("/v1/me/password", same), "password_not_new", 400)
    must(first.post("/v1/me/password", {"password": LENT_PASSWORD, "new_password": PASSWORD}))

    assert must(platform.sign_in("王兰").get("/v1/access-log"))["items"] == []


def test_a_session_by_a_lent_password_stays_what_it_is_when_continued(platform: Platform) -> None:
    platform.register("王兰")
    session = must(platform.client.post("/v1/sessions", json={"login": "王兰", "password": LENT_PASSWORD}))
    assert session["password_change_required"]

    again = must(platform.client.post("/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]}))

    assert again["password_change_required"]
    refused(Caller(platform.client, again["access_token"]).get("/v1/access-log"), "password_change_required", 403)


def test_who_has_no_password_sets_one_by_a_code_and_not_by_a_session_alone(platform: Platform, messages: Path) -> None:
    platform.register("王兰", phone_number=OLD, sign_in_name=None, password=None)
    platform.client.post("/v1/sign-in-codes", json={"login": OLD})
    platform.settle_codes()
    [path] = messages.glob("*.txt")
    code = path.read_text().split()[1]
    session = must(platform.client.post("/v1/sessions", json={"login": OLD, "code": code}))
    stolen = Caller(platform.client, session["access_token"])

    for shown in ({"password": "guess"}, {"code": code}):
        refused(stolen.post("/v1/me/password", shown | {"new_password": PASSWORD}), "sign_in_failed", 403)
    refused(stolen.post("/v1/me/password", {"new_password": PASSWORD}), "invalid_fields", 422)


def test_an_operator_registers_nobody_as_trained_insured_or_certified(platform: Platform) -> None:
    operator = platform.staff("话务员", "operator", "d1")
    coordinator = platform.staff("协调员", "coordinator", "k1")
    claims: tuple[Document, ...] = (
        {"training": True},
        {"clean_record": True},
        {"insured_until": "2026-12-31"},
        {"certificates": ["carer"]},
    )

    for number, claim in enumerate(claims):
        body = platform.person(f"志愿{number}", roles=["volunteer"]) | claim
        refused(operator.put(f"/v1/persons/{new_id()}", body), "not_authorised", 403)
        must(coordinator.put(f"/v1/persons/{new_id()}", body))
    must(operator.put(f"/v1/persons/{new_id()}", platform.person("志愿", roles=["volunteer"])))


def test_the_reason_of_a_decision_about_a_number_is_shown_to_the_maker_and_to_staff(platform: Platform) -> None:
    coord = platform.staff("协调", "coordinator", "k1")
    change = str(new_id())
    path = f"/v1/persons/{coord.person_id}/phone-changes"
    must(coord.put(f"{path}/{change}", {"phone_number": NEW}))
    must(platform.a.post(f"{path}/{change}/decision", {"ok": False, "why": "the line is not hers"}))

    for caller in (coord, platform.b):
        [row] = must(caller.get(path))["items"]
        assert (row["change_id"], row["state"], row["why"]) == (change, "declined", "the line is not hers")
        assert row["phone_number"].startswith("*")
    platform.register("路人")
    refused(platform.sign_in("路人").get(path), "not_authorised", 403)
