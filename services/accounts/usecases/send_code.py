"""Sign in with a one-time code that goes to the registered telephone."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.accounts.domain.errors import PhoneNumberInvalidError
from services.accounts.domain.identity import LookUp, canonical_name, canonical_phone
from services.accounts.store.store import Store

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
TRIES_MAX = 5
Digest = Callable[[str, str], bytes]


@dataclass(frozen=True)
class Code:
    """A code to be sent."""

    phone_number: str
    code: str


def make_code(store: Store, *, login: str, digest: Digest, now: datetime) -> Code | None:
    """Return a new code for who has this phone number or sign-in name; None when none is to be sent.

    Nobody is told which: the answer to who asks is the same.
    """
    person_id = _person_named(store, login)
    identity = store.identities.identity(person_id) if person_id else None
    if person_id is None or identity is None or identity.phone_number is None:
        return None
    sent_at = store.sessions.code_sent_at(person_id)
    if sent_at is not None and now - sent_at < RESEND_AFTER:
        return None
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    store.sessions.keep_code(person_id, digest(f"code/{person_id}", code), sent_at=now, expires_at=now + CODE_LIFETIME)
    return Code(identity.phone_number, code)


def use_code(store: Store, *, login: str, code: str, digest: Digest, now: datetime) -> UUID | None:
    """Return who signs in with this code, once; None when it is wrong, too old, or was tried too often."""
    person_id = _person_named(store, login)
    if person_id is None:
        return None
    kept = store.sessions.try_code(person_id, now=now, tries_max=TRIES_MAX)
    if kept is None or not secrets.compare_digest(kept, digest(f"code/{person_id}", code)):
        return None
    store.sessions.forget_code(person_id)
    return person_id


def _person_named(store: Store, login: str) -> UUID | None:
    """Return the one person who may sign in with this name or phone number; housemates who share one have no code."""
    found = store.identities.found_by(LookUp.SIGN_IN_NAME, canonical_name(login))
    try:
        found = found or store.identities.found_by(LookUp.PHONE, canonical_phone(login))
    except PhoneNumberInvalidError:
        return None
    if len(found) != 1:
        return None
    person = store.persons.find(found[0])
    return person.person_id if person is not None and person.may_sign_in else None
