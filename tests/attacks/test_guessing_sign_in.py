"""Guessing at passwords and codes, and having codes sent: what is counted, against whom, and what is told of it."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from libs.clock import machine_now
from libs.http.addresses import origin_of
from services.accounts.bootstrap import create_app
from services.accounts.core.gateways.passwords import Passwords
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.sign_in.gateways.code_desk import CodeDesk
from services.accounts.sign_in.rules import Bound, Tries, after_try, wait_of
from services.accounts.sign_in.usecases.count_tries import (
    PASSWORDS_BY_LOGIN,
    SENT_BY_ADDRESS,
    TRIES_BY_ADDRESS,
    TRIES_BY_NETWORK,
    password_try,
    take_try,
)
from services.accounts.tests.platform import PASSWORD, Platform, add_units, must, refused, start_platform
from tests.support.postgres import DatabaseFactory

HOME, AWAY = "198.51.100.7", "203.0.113.5"
NUMBER = "13800138000"
MINUTE = timedelta(minutes=1)


class CountedPasswords(Passwords):
    """Says how often a password was looked at."""

    def __init__(self) -> None:
        super().__init__(memory_kib=1024, passes=1)
        self.looked_at = 0

    def matches(self, password: str, kept: str | None) -> bool:
        self.looked_at += 1
        return super().matches(password, kept)


class AskedDesk(CodeDesk):
    """Notes what it is asked for, and does nothing."""

    def __init__(self) -> None:
        super().__init__(lambda _login, _now: None)
        self.asked: list[str] = []

    def ask(self, login: str, now: datetime) -> bool:
        self.asked.append(login)
        return super().ask(login, now)


@pytest.fixture(scope="module")
def shared(database_factory: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Accounts that sends codes, with somebody who signs in by name, number and code."""
    folder = tmp_path_factory.mktemp("guessing")
    name, urls = database_factory.create("accounts")
    platform = start_platform(urls, folder)
    platform.settings = dataclasses.replace(
        platform.settings, codes_folder=folder / "codes", trusted_proxies="127.0.0.1"
    )
    platform.app = create_app(platform.settings, clock=platform.clock, database=platform.database)
    add_units(platform)
    platform.register("王兰", phone_number=NUMBER)
    platform.register("李梅", phone_number="13900139000")
    platform.sign_in("王兰")
    platform.sign_in("李梅")
    yield platform
    platform.database.dispose()
    database_factory.drop(name)


@pytest.fixture
def platform(shared: Platform) -> Platform:
    """The same, with nothing counted and no code sent yet."""
    with shared.database.transaction() as connection:
        for table in ("counted_try", "sign_in_code"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for sent in _codes(shared):
        sent.unlink()
    return shared


@pytest.fixture
def passwords(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> CountedPasswords:
    """Counts what the platform looks at."""
    counted = CountedPasswords()
    monkeypatch.setitem(vars(platform.app.extensions["service"].parts["accounts"]), "passwords", counted)
    return counted


def _codes(platform: Platform) -> list[Path]:
    assert platform.settings.codes_folder is not None
    return sorted(platform.settings.codes_folder.glob("*.txt"))


def _ask(platform: Platform, path: str, body: dict[str, str], origin: str) -> TestResponse:
    headers = {"X-Forwarded-For": origin, "Accept-Language": "en"}
    return platform.client.post(path, json=body, headers=headers)


def _sign_in(platform: Platform, login: str, password: str, origin: str = AWAY) -> TestResponse:
    return _ask(platform, "/v1/sessions", {"login": login, "password": password}, origin)


def _ask_code(platform: Platform, login: str, origin: str = AWAY) -> TestResponse:
    return _ask(platform, "/v1/sign-in-codes", {"login": login}, origin)


def test_of_many_guesses_at_the_same_moment_no_more_are_looked_at_than_of_guesses_in_turn(
    platform: Platform, passwords: CountedPasswords
) -> None:
    answers: list[int] = []
    begin = threading.Barrier(12)

    def guess(number: int) -> None:
        begin.wait(60)
        answers.extend(_sign_in(platform, "王兰", f"guess {n}", f"203.0.{number}.1").status_code for n in range(2))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert passwords.looked_at <= PASSWORDS_BY_LOGIN.free
    assert answers.count(429) >= len(answers) - PASSWORDS_BY_LOGIN.free
    assert set(answers) <= {403, 429}


@pytest.mark.parametrize(
    "spellings",
    [["王兰", " 王兰", "王兰  "], [NUMBER, "+86 138 0013 8000", "138-0013-8000", "0086" + NUMBER]],
)
def test_however_a_name_or_number_is_spelt_it_is_counted_as_one(
    platform: Platform, passwords: CountedPasswords, spellings: list[str]
) -> None:
    tried = [spellings[number % len(spellings)] for number in range(20)]
    answers = [_sign_in(platform, login, "wrong", f"203.0.{number}.1") for number, login in enumerate(tried)]

    assert passwords.looked_at == PASSWORDS_BY_LOGIN.free
    assert {answer.status_code for answer in answers[PASSWORDS_BY_LOGIN.free :]} == {429}


def test_who_must_wait_is_told_truly_how_long_and_waits_grow() -> None:
    now, waits = machine_now(), []
    tries = Tries(0, now, now)
    for _ in range(PASSWORDS_BY_LOGIN.free + 6):
        now += wait_of(tries, now)
        tries = after_try(tries, PASSWORDS_BY_LOGIN, now)
        waits.append(wait_of(tries, now))

    grown = [timedelta()] * 4 + [MINUTE * n for n in (1, 2, 4, 8, 15, 15, 15)]
    assert waits == grown
    assert after_try(tries, PASSWORDS_BY_LOGIN, now + timedelta(days=1)).count == 1
    far = Bound(free=1, first_wait=MINUTE, wait_max=MINUTE, forgotten_after=timedelta(days=900))
    assert wait_of(after_try(Tries(10**9, now, now), far, now), now) == MINUTE


def test_retry_after_is_when_the_next_try_is_looked_at(platform: Platform, passwords: CountedPasswords) -> None:
    for number in range(PASSWORDS_BY_LOGIN.free):
        _sign_in(platform, "王兰", "wrong", f"203.0.{number}.1")

    told = refused(_sign_in(platform, "王兰", PASSWORD, HOME), "too_many_requests", 429)
    answer = _sign_in(platform, "王兰", PASSWORD, HOME)
    seconds = int(answer.headers["Retry-After"])

    assert told["title"]
    assert 0 < seconds <= MINUTE.total_seconds()
    counted = password_try("王兰", origin_of(HOME), Vault.read(platform.settings.master_key_file).digest)
    with platform.database.transaction() as connection:
        store = SealedStore(connection, Vault.read(platform.settings.master_key_file))
        assert take_try(store, counted, now=machine_now() + timedelta(seconds=seconds)) == timedelta()


def test_the_owner_gets_in_by_a_code_whatever_was_guessed_at_the_password(platform: Platform) -> None:
    for number in range(2 * PASSWORDS_BY_LOGIN.free):
        _sign_in(platform, "王兰", "wrong", f"203.0.{number}.1")
    refused(_sign_in(platform, "王兰", PASSWORD, HOME), "too_many_requests", 429)

    must(_ask_code(platform, "王兰", HOME))
    platform.settle_codes()
    [path] = _codes(platform)
    code = path.read_text().split()[1]
    must(_ask(platform, "/v1/sessions", {"login": "王兰", "code": code}, HOME))


def test_a_success_forgets_the_tries_of_its_name_and_its_own_of_its_address(platform: Platform) -> None:
    for _ in range(3):
        for _ in range(PASSWORDS_BY_LOGIN.free - 1):
            refused(_sign_in(platform, "王兰", "wrong", HOME), "sign_in_failed", 403)
        must(_sign_in(platform, "王兰", PASSWORD, HOME))
    for _ in range(2 * TRIES_BY_ADDRESS.free):
        must(_sign_in(platform, "李梅", PASSWORD, HOME))


def test_one_address_that_guesses_over_all_names_waits_and_its_neighbours_do_not(
    platform: Platform, passwords: CountedPasswords
) -> None:
    statuses = [_sign_in(platform, f"guess {n}", "x", AWAY).status_code for n in range(TRIES_BY_ADDRESS.free + 10)]

    assert passwords.looked_at == TRIES_BY_ADDRESS.free
    assert set(statuses) == {403, 429}
    assert int(_sign_in(platform, "王兰", PASSWORD, AWAY).headers["Retry-After"]) <= 60
    must(_sign_in(platform, "王兰", PASSWORD, "203.0.113.6"))


def test_a_whole_network_is_slowed_to_a_try_a_second_and_never_shut_out() -> None:
    now = machine_now()
    tries = Tries(TRIES_BY_NETWORK.free * 100, now, now)

    assert wait_of(after_try(tries, TRIES_BY_NETWORK, now), now) == timedelta(seconds=1)


def test_an_address_that_nobody_vouches_for_is_the_proxys_own(platform: Platform) -> None:
    bare = create_app(
        dataclasses.replace(platform.settings, trusted_proxies=""), clock=platform.clock, database=platform.database
    ).test_client()
    for number in range(TRIES_BY_ADDRESS.free):
        headers = {"X-Forwarded-For": f"198.51.{number}.1"}
        bare.post("/v1/sessions", json={"login": f"guess {number}", "password": "x"}, headers=headers)

    answer = bare.post("/v1/sessions", json={"login": "guess", "password": "x"}, headers={"X-Forwarded-For": HOME})

    assert answer.status_code == 429


@pytest.mark.parametrize("login", ["王兰", NUMBER, "nobody", "13700000000"])
def test_codes_are_bounded_by_number_and_the_same_is_told_for_unknown_ones(platform: Platform, login: str) -> None:
    answers = [_ask_code(platform, login, f"203.0.{number}.1") for number in range(40)]

    platform.settle_codes()
    assert [answer.status_code for answer in answers] == [202] + [429] * 39
    assert answers[0].get_json() == {"expires_in_seconds": 300}
    assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in answers[1:])
    assert len(_codes(platform)) <= 1


def test_codes_are_bounded_by_address(platform: Platform) -> None:
    answers = [_ask_code(platform, f"137{number:08d}", AWAY).status_code for number in range(40)]

    assert answers == [202] * SENT_BY_ADDRESS.free + [429] * (40 - SENT_BY_ADDRESS.free)
    must(_ask_code(platform, "13700000099", HOME))


@pytest.mark.parametrize("login", ["王兰", "nobody"])
def test_an_answer_about_a_code_does_the_same_work_for_known_and_unknown_numbers(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """What is done while the caller waits is the same; what differs is done apart."""
    desk = AskedDesk()
    monkeypatch.setitem(vars(platform.app.extensions["service"].parts["SignInParts"]), "code_desk", desk)

    with _statements(platform) as statements:
        must(_ask_code(platform, login))

    assert desk.asked == [login]
    assert not any("person" in statement for statement in statements)


def test_a_wrong_code_costs_the_same_questions_for_known_and_unknown_numbers(
    platform: Platform,
) -> None:
    asked = {}
    for login in ("李梅", "13900139000", "nobody", "13700000000"):
        with _statements(platform) as statements:
            refused(_ask(platform, "/v1/sessions", {"login": login, "code": "000000"}, HOME), "sign_in_failed", 403)
            asked[login] = statements

    assert len({tuple(statements) for statements in asked.values()}) == 1, asked


def test_tries_of_codes_are_bounded_over_all_addresses(platform: Platform) -> None:
    body = {"login": "王兰", "code": "000000"}
    answers = [_ask(platform, "/v1/sessions", body, f"203.0.{number}.1").status_code for number in range(30)]

    assert answers == [403] * 10 + [429] * 20


def test_the_own_password_is_not_guessed_with_a_stolen_session(platform: Platform) -> None:
    thief = platform.sign_in("李梅")
    body = {"password": "a wrong guess", "new_password": "the thief's own"}
    answers = [thief.post("/v1/me/password", body).status_code for _ in range(20)]

    assert answers == [403] * PASSWORDS_BY_LOGIN.free + [429] * (20 - PASSWORDS_BY_LOGIN.free)


@contextlib.contextmanager
def _statements(platform: Platform) -> Iterator[list[str]]:
    """Give a list that fills with what the database is asked meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(platform.database.engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(platform.database.engine, "before_cursor_execute", note)
