"""Prove a telephone number: a code goes to it, whoever has it, and who types the code gets a ticket for an hour."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from services.accounts.applications.refusals import NumberNotProvedError
from services.accounts.applications.store import ApplicationStore
from services.accounts.core.rules.identity import canonical_phone
from services.accounts.core.store.store import SealedStore

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=10)
TICKET_LIFETIME = timedelta(hours=1)
RESEND_AFTER = timedelta(seconds=60)
TRIES_MAX = 5
TICKET_BYTES = 32
Digest = Callable[[str, str], bytes]


@dataclass(frozen=True)
class ProvingCode:
    """A code to be sent."""

    phone_number: str
    code: str


def make_proving_code(store: SealedStore, *, number: str, digest: Digest, now: datetime) -> ProvingCode | None:
    """Return a new code for a number, whether or not anybody is registered with it; None just after another."""
    canonical, kept = canonical_phone(number), ApplicationStore(store)
    sent_at = kept.code_sent_at(canonical)
    if sent_at is not None and now - sent_at < RESEND_AFTER:
        return None
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    kept.keep_code(canonical, digest(_purpose(canonical), code), sent_at=now, expires_at=now + CODE_LIFETIME)
    return ProvingCode(number, code)


def open_ticket(store: SealedStore, *, number: str, code: str, digest: Digest, now: datetime) -> str | None:
    """Return a ticket for who typed the code that the number was sent, once; None when it is wrong or too old."""
    canonical, kept = canonical_phone(number), ApplicationStore(store)
    sent = kept.try_code(canonical, now=now, tries_max=TRIES_MAX)
    if sent is None or not secrets.compare_digest(sent, digest(_purpose(canonical), code)):
        return None
    kept.forget_code(canonical)
    ticket = secrets.token_urlsafe(TICKET_BYTES)
    kept.add_ticket(_digest_of(ticket), canonical, expires_at=now + TICKET_LIFETIME, now=now)
    return ticket


def proved_number(store: SealedStore, ticket: str, *, now: datetime) -> str:
    """Return the number that a ticket stands for.

    Raises:
        NumberNotProvedError: there is no such ticket, or its hour is over.
    """
    number = ApplicationStore(store).number_of_ticket(_digest_of(ticket), now=now)
    if number is None:
        raise NumberNotProvedError
    return number


def _digest_of(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()


def _purpose(number: str) -> str:
    return f"apply/{number}"
