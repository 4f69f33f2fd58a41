"""Staff with second factors, for the tests of signing in: what they hold, and what they do over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pyotp
from werkzeug.test import TestResponse

from libs.clock import machine_now
from services.accounts.bootstrap import create_app
from services.accounts.tests.platform import PASSWORD, Caller, Document, Platform, must

OWN = "/v1/me/second-factor"
STEP_SECONDS = 30
NUMBERS = count(13_800_138_000)


@dataclass
class Staff(Caller):
    """A member of staff who is signed in, and the number that opens the account."""

    number: str = ""


def new_coordinator(platform: Platform) -> Staff:
    number = str(next(NUMBERS))
    person_id = platform.register(f"谭{number}", phone_number=number)
    platform.set_own_password(number)
    caller = platform.sign_in(number)
    platform.appoint(person_id, "coordinator", "k1")
    return Staff(caller.client, caller.token, person_id, number=number)


class Phone:
    """An authenticator: knows a secret, and gives each of its codes once, as a person who waits for the next does."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.steps = count(pyotp.TOTP(secret).timecode(machine_now()))

    def code(self) -> str:
        """Return a code that is newer than those given before."""
        return pyotp.TOTP(self.secret).generate_otp(next(self.steps))

    def code_at(self, step: int) -> str:
        """Return the code of so many steps from now."""
        return pyotp.TOTP(self.secret).at(machine_now() + timedelta(seconds=STEP_SECONDS * step))


def requiring(platform: Platform) -> Platform:
    """Return the same platform as one that asks staff for a second factor."""
    settings = replace(platform.settings, second_factor_required=True)
    app = create_app(settings, clock=platform.clock, database=platform.database)
    return replace(platform, app=app, settings=settings, callers={})


def first_step(platform: Platform, login: str, password: str = PASSWORD) -> Document:
    return must(platform.client.post("/v1/sessions", json={"login": login, "password": password}))


def second_step(platform: Platform, ticket: str, **shown: str) -> TestResponse:
    return platform.client.post("/v1/sessions/second-factor", json={"ticket": ticket, **shown})


def enrol(caller: Caller, **shown: str) -> tuple[Phone, Document]:
    """Set a second factor up; return the telephone that has it, and what was answered to its first code."""
    begun = must(caller.post(OWN, {"password": PASSWORD, **shown}))
    phone = Phone(begun["secret"])
    return phone, must(caller.post(f"{OWN}/first-code", {"totp_code": phone.code()}))


def caller_of(platform: Platform, signed_in: Document) -> Caller:
    return Caller(platform.client, signed_in["access_token"], signed_in["person_id"])


def sign_in_with(platform: Platform, tan: Staff, phone: Phone) -> Caller:
    ticket = first_step(platform, tan.number)["ticket"]
    return caller_of(platform, must(second_step(platform, ticket, totp_code=phone.code())))


def notices(platform: Platform) -> list[str]:
    folder = platform.settings.codes_folder
    assert folder is not None
    return [path.read_text() for path in sorted(folder.glob("*-notice.txt"))]


def kept_of(platform: Platform, tan: Staff, column: str) -> Any:
    [(value,)] = platform.rows(f"SELECT {column} FROM second_factor WHERE person_id = :id", id=tan.person_id)
    return value
