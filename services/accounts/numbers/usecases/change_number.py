"""Change the number that opens a person's account: told on the old one and the new, in force a day later.

The old number goes on opening the account until the new one does; a code that was sent to it lets the new one begin at
once. All by the machine's time, as signing in is.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.accounts.core.refusals import PhoneNumberTakenError
from services.accounts.core.rules.identity import LookUp, canonical_phone
from services.accounts.core.rules.notices import Notice
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_over
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.numbers.rules import (
    CODE_DIGITS,
    OPENS_AFTER,
    TRIES_MAX,
    NumberChange,
    Opening,
    notices,
    openings_after,
    refuse_too_many,
)
from services.accounts.numbers.store import NumberStore

DAY = timedelta(hours=24)
Digest = Callable[[str, str], bytes]


def change_number(
    store: SealedStore, context: CommandContext, *, person_id: UUID, number: str | None, at: datetime, digest: Digest
) -> list[Notice]:
    """Give a person another number, or none; who may was asked before. Return what is to be told, to be sent later.

    Raises:
        PhoneNumberInvalidError
        PhoneNumberTakenError: it opens somebody else's account, or is somebody's sign-in name.
        TooManyChangesError
    """
    identity = store.identities.identity(person_id)
    assert identity is not None, "only the erased have none"
    new = canonical_phone(number) if number is not None else None
    if new == _canonical(identity.phone_number):
        store.identities.save(person_id, replace(identity, phone_number=number))
        return []
    refuse_too_many(NumberStore(store).changes_since(person_id, at - DAY))
    opens = new is not None and _refuse_taken(store, context, person_id, new, at=at)
    old = opening_number(store, person_id, identity, at=at)
    changed = replace(identity, phone_number=number, old_phone_number=old)
    store.identities.save(person_id, changed)
    store.identities.reindex(person_id, LookUp.PHONE, new)
    NumberStore(store).set_openings(person_id, openings_after(_canonical(old), new if opens else None, at=at))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    kept = digest(_purpose(person_id), code) if old else None
    NumberStore(store).add_change(NumberChange(person_id, context.caller_id, at, at + OPENS_AFTER, kept))
    if new is not None and new == _canonical(old):
        NumberStore(store).end_change(person_id, at=at)
    return notices(old=old or identity.phone_number, new=number, code=code)


def confirm_number(
    store: SealedStore, context: CommandContext, *, person_id: UUID, code: str, at: datetime, digest: Digest
) -> bool:
    """Let a changed number open the account at once, by the code sent to the old one; tell whether the code is right.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError, PersonNotBelowError: neither the person nor staff above them.
        WrongPersonStateError
    """
    person = store.persons.lock_person(person_id)
    if person_id == context.caller_id:
        context.active_actor()
    else:
        require_over(store, context, "register_person", person)
    person.refuse_unless_living()
    kept = NumberStore(store).try_code(person_id, at=at, tries_max=TRIES_MAX)
    if kept is None or not secrets.compare_digest(kept, digest(_purpose(person_id), code)):
        return False
    identity = store.identities.identity(person_id)
    assert identity is not None, "only the erased have none"
    new = _canonical(identity.phone_number)
    NumberStore(store).end_change(person_id, at=at)
    NumberStore(store).set_openings(person_id, [Opening(new)] if new else [])
    store.identities.save(person_id, replace(identity, old_phone_number=None))
    return True


def opening_number(store: SealedStore, person_id: UUID, identity: Identity, *, at: datetime) -> str | None:
    """Return the number that opens a person's account at an instant: codes go there, and nowhere else."""
    for number in (identity.phone_number, identity.old_phone_number):
        if number is not None and person_id in NumberStore(store).opened_by(canonical_phone(number), at=at):
            return number
    return None


def _refuse_taken(store: SealedStore, context: CommandContext, person_id: UUID, number: str, *, at: datetime) -> bool:
    """Tell whether a number may open the account: one that somebody else's is opened by is only to call them.

    Raises:
        PhoneNumberTakenError: the person signs in, so that the number would be taken for theirs.
    """
    store.identities.lock_text(LookUp.PHONE_OPENS, number)
    named = set(store.identities.found_by(LookUp.SIGN_IN_NAME, number)) - {person_id}
    holders = set(NumberStore(store).held_by(number, at=at)) - {person_id}
    if named or (holders and (person_id == context.caller_id or _signs_in(store, person_id))):
        raise PhoneNumberTakenError
    return not holders


def _signs_in(store: SealedStore, person_id: UUID) -> bool:
    identity = store.identities.identity(person_id)
    has_name = identity is not None and identity.sign_in_name is not None
    return has_name or bool(store.identities.password_hashes([person_id]))


def _canonical(number: str | None) -> str | None:
    return canonical_phone(number) if number is not None else None


def _purpose(person_id: UUID) -> str:
    return f"number/{person_id}"
