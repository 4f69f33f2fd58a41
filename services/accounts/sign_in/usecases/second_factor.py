"""A member of staff sets a second factor up, shows it, renews its recovery codes, removes it. By the machine's time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from werkzeug.exceptions import Unauthorized

from services.accounts.core.rules.notices import Notice
from services.accounts.core.rules.roles import is_staff
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.numbers.usecases.change_number import opening_number
from services.accounts.sign_in.gateways.one_time_codes import (
    enrolment_uri,
    new_recovery_code,
    new_secret,
    same_recovery_code,
    step_of,
)
from services.accounts.sign_in.refusals import (
    SecondFactorForStaffError,
    SecondFactorNotFoundError,
    SecondFactorWrongError,
)
from services.accounts.sign_in.rules import ENROLMENT_LIFETIME, RECOVERY_CODES, FactorAct, SecondFactor, notice_of
from services.accounts.sign_in.store.factor_store import FactorStore, forget_factor
from services.accounts.sign_in.store.session_store import SessionStore
from services.accounts.sign_in.usecases.end_sessions import end_sessions
from services.accounts.sign_in.usecases.sign_in import SignedIn, begin_session


@dataclass(frozen=True)
class Shown:
    """What somebody shows as their second factor: one of the two."""

    totp_code: str | None = None
    recovery_code: str | None = None

    @property
    def is_given(self) -> bool:
        """Tell whether anything is shown."""
        return self.totp_code is not None or self.recovery_code is not None


@dataclass(frozen=True)
class Enrolment:
    """A new secret, shown this once, and until when its first code confirms it."""

    secret: str
    uri: str
    expires_at: datetime
    notices: list[Notice]


@dataclass(frozen=True)
class Confirmed:
    """A second factor in force: the only session that is left, codes for the day it is lost, what is to be told."""

    signed_in: SignedIn
    recovery_codes: list[str]
    notices: list[Notice]


def begin_enrolment(store: SealedStore, context: CommandContext, shown: Shown, *, now: datetime) -> Enrolment:
    """Return a new secret for the caller, which is in force once its first code was given.

    Raises:
        SecondFactorForStaffError: they hold no office.
        SecondFactorWrongError: they have a second factor, and did not show it.
        SecondFactorNotFoundError: they have none, and show one.
    """
    person_id = context.caller_id
    _lock_own_session(store, context, now=now)
    if not is_staff(store.persons.places_of(person_id)):
        raise SecondFactorForStaffError
    must_show = shown.is_given or FactorStore(store).find(person_id).is_confirmed
    notices = use_second_factor(store, person_id, shown, now=now) if must_show else []
    secret, expires_at = new_secret(), now + ENROLMENT_LIFETIME
    FactorStore(store).save(FactorStore(store).find(person_id).enrolling(secret, until=expires_at))
    return Enrolment(secret, _uri(store, person_id, secret), expires_at, notices)


def confirm_enrolment(
    store: SealedStore, context: CommandContext, *, totp_code: str, is_required: bool, now: datetime
) -> Confirmed:
    """Put the caller's new secret in force by its first code; every session ends, but for a new one of theirs.

    Raises:
        EnrolmentOverError, SecondFactorWrongError
    """
    person_id = context.caller_id
    _lock_own_session(store, context, now=now)
    present = FactorStore(store).find(person_id)
    step = step_of(present.pending_at(now), totp_code, now=now)
    FactorStore(store).save(present.confirm(step, now))
    codes = _new_recovery_codes(store, person_id)
    act = FactorAct.REPLACED if present.is_confirmed else FactorAct.ENROLLED
    notices = close_and_tell(store, context, person_id, act, now=now)
    person = store.persons.person(person_id)
    signed_in = begin_session(store, person, by_password=False, second_factor=True, is_required=is_required, now=now)
    assert signed_in is not None, "a session that no password opened needs none"
    return Confirmed(signed_in, codes, notices)


def renew_recovery_codes(
    store: SealedStore, context: CommandContext, shown: Shown, *, now: datetime
) -> tuple[list[str], list[Notice]]:
    """Return new recovery codes for the caller, who shows their second factor; the old ones work no more.

    Raises:
        SecondFactorNotFoundError, SecondFactorWrongError
    """
    _lock_own_session(store, context, now=now)
    notices = use_second_factor(store, context.caller_id, shown, now=now)
    codes = _new_recovery_codes(store, context.caller_id)
    FactorStore(store).add_act(context.caller_id, FactorAct.CODES_RENEWED, by=context.caller_id, at=now)
    return codes, notices + notices_of(store, context.caller_id, FactorAct.CODES_RENEWED, at=now)


def remove_second_factor(store: SealedStore, context: CommandContext, shown: Shown, *, now: datetime) -> list[Notice]:
    """Remove the caller's second factor, which they show once more; every session ends.

    Raises:
        SecondFactorNotFoundError, SecondFactorWrongError
    """
    _lock_own_session(store, context, now=now)
    notices = use_second_factor(store, context.caller_id, shown, now=now)
    forget_factor(store.connection, context.caller_id)
    return notices + close_and_tell(store, context, context.caller_id, FactorAct.REMOVED, now=now)


def use_second_factor(store: SealedStore, person_id: UUID, shown: Shown, *, now: datetime) -> list[Notice]:
    """Use up a code of a person's second factor; the person is locked, so of two who show one code, one has it.

    Return what is to be told.

    Raises:
        SecondFactorNotFoundError: they have none.
        SecondFactorWrongError: not a code of theirs, or one that was used.
    """
    factor = FactorStore(store).find(person_id)
    if not factor.is_confirmed:
        raise SecondFactorNotFoundError
    if shown.recovery_code is None:
        FactorStore(store).save(factor.use(_step_of(factor, shown.totp_code, now)))
        return []
    if not FactorStore(store).use_recovery_code(person_id, _recovery_digest(store, person_id, shown.recovery_code)):
        raise SecondFactorWrongError
    FactorStore(store).add_act(person_id, FactorAct.RECOVERY_CODE_USED, by=person_id, at=now)
    return notices_of(store, person_id, FactorAct.RECOVERY_CODE_USED, at=now)


def close_and_tell(
    store: SealedStore, context: CommandContext, person_id: UUID, act: FactorAct, *, now: datetime
) -> list[Notice]:
    """Keep what was done with a second factor, and end every session and every proposal to reset what was.

    Return what is to be told.
    """
    factors = FactorStore(store)
    for reset in factors.waiting_resets(person_id):
        factors.save_reset(replace(reset, proposal=reset.proposal.closed(now=context.now)))
    factors.add_act(person_id, act, by=context.caller_id, at=now)
    end_sessions(store, person_id, because="second_factor_changed", at=now)
    return notices_of(store, person_id, act, at=now)


def notices_of(store: SealedStore, person_id: UUID, act: FactorAct, *, at: datetime) -> list[Notice]:
    """Return what the number that opens a person's account is told."""
    identity = store.identities.identity(person_id)
    number = opening_number(store, person_id, identity, at=at) if identity else None
    return [Notice(number, notice_of(act, identity.language))] if identity and number else []


def _lock_own_session(store: SealedStore, context: CommandContext, *, now: datetime) -> None:
    """Lock the caller, and refuse when their session ended since the request began.

    Raises:
        Unauthorized
    """
    store.persons.lock_person(context.caller_id)
    session = SessionStore(store.connection).lock_session(context.actor.session_id)
    if session is None or session.ended_at is not None or session.expires_at <= now:
        raise Unauthorized


def _step_of(factor: SecondFactor, totp_code: str | None, now: datetime) -> int | None:
    if factor.secret is None or totp_code is None:
        return None
    return step_of(factor.secret, totp_code, now=now)


def _new_recovery_codes(store: SealedStore, person_id: UUID) -> list[str]:
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    FactorStore(store).set_recovery_codes(person_id, [_recovery_digest(store, person_id, code) for code in codes])
    return codes


def _recovery_digest(store: SealedStore, person_id: UUID, code: str) -> bytes:
    return store.vault.digest(f"recovery/{person_id}", same_recovery_code(code))


def _uri(store: SealedStore, person_id: UUID, secret: str) -> str:
    identity, city = store.identities.identity(person_id), store.units.city()
    assert identity is not None, "only the erased have none"
    assert city is not None, "a city is founded before anybody signs in"
    return enrolment_uri(secret, name=_name_of(identity), issuer=city.name_zh)


def _name_of(identity: Identity) -> str:
    return identity.sign_in_name or next(iter(identity.names.values()))
