"""Sign in with a one-time code that goes to the registered telephone."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.accounts.core.store.store import SealedStore
from services.accounts.numbers.usecases.change_number import opening_number
from services.accounts.sign_in.store.session_store import SessionStore
from services.accounts.sign_in.usecases.sign_in import NOBODY, persons_named

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


def make_code(store: SealedStore, *, login: str, digest: Digest, now: datetime) -> Code | None:
    """Return a new code for who has this phone number or sign-in name; None when none is to be sent.

    Nobody is told which: the answer to who asks is the same.
    """
    person_id = _person_named(store, login, at=now)
    identity = store.identities.identity(person_id) if person_id else None
    number = opening_number(store, person_id, identity, at=now) if person_id and identity else None
    if person_id is None or number is None:
        return None
    sent_at = SessionStore(store.connection).code_sent_at(person_id)
    if sent_at is not None and now - sent_at < RESEND_AFTER:
        return None
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    SessionStore(store.connection).keep_code(
        person_id, digest(f"code/{person_id}", code), sent_at=now, expires_at=now + CODE_LIFETIME
    )
    return Code(number, code)


def use_code(store: SealedStore, *, login: str, code: str, digest: Digest, now: datetime) -> UUID | None:
    """Return who signs in with this code, once; None when it is wrong, too old, or was tried too often.

    Where there is nobody, the same is asked, so that the answer takes as long.
    """
    person_id = _person_named(store, login, at=now)
    is_right = use_code_of(store, person_id or NOBODY, code=code, digest=digest, now=now)
    return person_id if is_right else None


def use_code_of(store: SealedStore, person_id: UUID, *, code: str, digest: Digest, now: datetime) -> bool:
    """Use a person's code up; False when it is wrong, too old, or was tried too often."""
    kept = SessionStore(store.connection).try_code(person_id, now=now, tries_max=TRIES_MAX)
    if kept is None or not secrets.compare_digest(kept, digest(f"code/{person_id}", code)):
        return False
    SessionStore(store.connection).forget_code(person_id)
    return True


def _person_named(store: SealedStore, login: str, *, at: datetime) -> UUID | None:
    """Return the one person who may sign in with this sign-in name, or whose account this number opens now."""
    found = persons_named(store, login, at=at)
    person = store.persons.find(found[0] if len(found) == 1 else NOBODY)
    return person.person_id if person is not None and person.may_sign_in else None
