"""Count a try before anything is looked at, against everything that it counts against, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.http.addresses import Origin
from services.accounts.core.rules.identity import canonical_name
from services.accounts.core.rules.sign_in_names import phone_number_of
from services.accounts.core.store.store import SealedStore
from services.accounts.sign_in.rules import Bound, after_try, wait_of, without_last
from services.accounts.sign_in.store.try_store import TryStore

Digest = Callable[[str, str], bytes]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PASSWORDS_BY_LOGIN = Bound(free=5, first_wait=MINUTE, wait_max=15 * MINUTE, forgotten_after=DAY)
CODES_BY_LOGIN = Bound(free=10, first_wait=MINUTE, wait_max=15 * MINUTE, forgotten_after=DAY)
TRIES_BY_ADDRESS = Bound(free=30, first_wait=timedelta(seconds=2), wait_max=MINUTE, forgotten_after=HOUR)
TRIES_BY_NETWORK = Bound(free=200, first_wait=timedelta(seconds=1), wait_max=timedelta(seconds=1), forgotten_after=HOUR)
"""A whole network is slowed to a try a second, and never shut out."""
SENT_BY_LOGIN = Bound(free=1, first_wait=MINUTE, wait_max=10 * MINUTE, forgotten_after=DAY)
SENT_BY_ADDRESS = Bound(free=10, first_wait=30 * timedelta(seconds=1), wait_max=10 * MINUTE, forgotten_after=HOUR)
SENT_BY_NETWORK = Bound(free=50, first_wait=5 * timedelta(seconds=1), wait_max=MINUTE, forgotten_after=HOUR)
SENT_BY_ALL = Bound(free=2_000, first_wait=timedelta(seconds=1), wait_max=timedelta(seconds=2), forgotten_after=HOUR)
"""What a platform sends in an hour has a bound, because each message is paid for."""


@dataclass(frozen=True)
class Counted:
    """What a try counts against; `is_forgotten`: a success forgets all its tries, and not only its own."""

    subject: bytes
    bound: Bound
    is_forgotten: bool = False


def password_try(login: str, origin: Origin, digest: Digest) -> list[Counted]:
    """Return what a sign-in with a password counts against."""
    return [
        Counted(digest("try/password", same_login(login)), PASSWORDS_BY_LOGIN, is_forgotten=True),
        *_by_origin("try", origin, digest, TRIES_BY_ADDRESS, TRIES_BY_NETWORK),
    ]


def code_try(login: str, origin: Origin, digest: Digest) -> list[Counted]:
    """Return what a sign-in with a code counts against: never what guesses at the password have used up."""
    return [
        Counted(digest("try/code", same_login(login)), CODES_BY_LOGIN, is_forgotten=True),
        *_by_origin("try", origin, digest, TRIES_BY_ADDRESS, TRIES_BY_NETWORK),
    ]


def own_password_try(person: str, digest: Digest) -> list[Counted]:
    """Return what somebody who is signed in counts against when they show that it is they."""
    return [Counted(digest("try/own-password", person), PASSWORDS_BY_LOGIN, is_forgotten=True)]


def second_factor_try(person: str, kind: str, origin: Origin, digest: Digest) -> list[Counted]:
    """Return what showing a second factor counts against: its person, in however many sessions.

    Guesses at one kind of code (`totp`, `recovery-code`) use up none of the other's.
    """
    return [
        Counted(digest(f"try/{kind}", person), PASSWORDS_BY_LOGIN, is_forgotten=True),
        *_by_origin("try", origin, digest, TRIES_BY_ADDRESS, TRIES_BY_NETWORK),
    ]


def code_request(login: str, origin: Origin, digest: Digest) -> list[Counted]:
    """Return what asking for a code counts against, whether or not anybody has this number."""
    return [
        Counted(digest("send/code", same_login(login)), SENT_BY_LOGIN),
        *_by_origin("send", origin, digest, SENT_BY_ADDRESS, SENT_BY_NETWORK),
        Counted(digest("send/all", ""), SENT_BY_ALL),
    ]


def applicant_try(number: str, origin: Origin, digest: Digest) -> list[Counted]:
    """Return what a try to prove a number by its code counts against."""
    return [
        Counted(digest("try/application", number), CODES_BY_LOGIN, is_forgotten=True),
        *_by_origin("try", origin, digest, TRIES_BY_ADDRESS, TRIES_BY_NETWORK),
    ]


def application_code_request(number: str, origin: Origin, digest: Digest) -> list[Counted]:
    """Return what asking for a code to a number counts against, whoever has it; it shares the bound of all codes."""
    return [
        Counted(digest("send/application", number), SENT_BY_LOGIN),
        *_by_origin("send", origin, digest, SENT_BY_ADDRESS, SENT_BY_NETWORK),
        Counted(digest("send/all", ""), SENT_BY_ALL),
    ]


def request_try(origin: Origin, digest: Digest) -> list[Counted]:
    """Return what a browser's request to be signed in by another device counts against."""
    return _by_origin("request", origin, digest, TRIES_BY_ADDRESS, TRIES_BY_NETWORK)


def take_try(store: SealedStore, counted: Sequence[Counted], *, now: datetime) -> timedelta:
    """Count a try against all of them; or, when one of them has to wait, against none, and return how long."""
    TryStore(store.connection).forget_old(now)
    tries = TryStore(store.connection).lock(trial.subject for trial in counted)
    wait = max(wait_of(tries[trial.subject], now) for trial in counted)
    if not wait:
        TryStore(store.connection).save(
            {trial.subject: after_try(tries[trial.subject], trial.bound, now) for trial in counted}
        )
    return wait


def give_back(store: SealedStore, counted: Sequence[Counted], *, now: datetime) -> None:
    """Say that a try was none: who gave the right password guessed at nothing."""
    tries = TryStore(store.connection).lock(trial.subject for trial in counted)
    TryStore(store.connection).save(
        {trial.subject: without_last(tries[trial.subject], now) for trial in counted if not trial.is_forgotten}
    )
    for trial in counted:
        if trial.is_forgotten:
            TryStore(store.connection).forget(trial.subject)


def same_login(login: str) -> str:
    """Return a name or number in the one form in which it is counted."""
    return phone_number_of(login) or canonical_name(login)


def _by_origin(what: str, origin: Origin, digest: Digest, one: Bound, many: Bound) -> list[Counted]:
    return [
        Counted(digest(f"{what}/address", origin.one), one),
        Counted(digest(f"{what}/network", origin.many), many),
    ]
