"""Sign in with a password, continue with a refresh token, sign out. All by the machine's time.

Where a second factor is asked of staff (`is_required`), a session without one opens no office: its tokens say so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.http.auth import AUDIENCE, ONE_FACTOR_AUDIENCE, PASSWORD_AUDIENCE
from libs.ids import new_id
from libs.programme.words import PersonStatus
from services.accounts.core.rules.identity import LookUp, canonical_name
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import is_staff
from services.accounts.core.rules.sign_in_names import phone_number_of
from services.accounts.core.store.directory import NO_SESSION
from services.accounts.core.store.store import SealedStore
from services.accounts.numbers.store import NumberStore
from services.accounts.sign_in.gateways.tokens import new_refresh_token, sign_token, token_digest
from services.accounts.sign_in.refusals import RefreshTokenInvalidError
from services.accounts.sign_in.store.factor_store import has_factor
from services.accounts.sign_in.store.session_store import Session, SessionStore, SigningKey
from services.accounts.sign_in.store.ticket_store import Ticket, TicketStore
from services.accounts.sign_in.usecases.end_sessions import end_sessions

SESSION_LIFETIME = timedelta(days=30)
TICKET_LIFETIME = timedelta(minutes=5)
NOBODY = UUID(int=0)
NO_NUMBER = "0"


@dataclass(frozen=True)
class Attempt:
    """Somebody's try to sign in: who it may be, and what their password is checked by."""

    person_id: UUID | None = None
    password_hash: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """What a person's app keeps."""

    person_id: UUID
    access_token: str
    expires_at: datetime
    refresh_token: str
    password_change_only: bool = False
    must_enrol: bool = False


@dataclass(frozen=True)
class SecondStep:
    """What who gave the first factor holds until they give the second; it opens nothing by itself."""

    ticket: str
    expires_at: datetime


def look_up(store: SealedStore, *, login: str, now: datetime) -> Attempt:
    """Return who signs in with this name or phone number; the same is asked whether or not there is somebody."""
    hashes = store.identities.opening_hashes(persons_named(store, login, at=now) or [NOBODY])
    return Attempt(*hashes.popitem()) if len(hashes) == 1 else Attempt()


def persons_named(store: SealedStore, login: str, *, at: datetime) -> list[UUID]:
    """Return who is found by a name, or by the number that opens their account now."""
    named = store.identities.found_by(LookUp.SIGN_IN_NAME, canonical_name(login))
    numbered = NumberStore(store).opened_by(phone_number_of(login) or NO_NUMBER, at=at)
    return named or numbered


def open_session(
    store: SealedStore, attempt: Attempt, *, by_password: bool, is_required: bool, now: datetime
) -> SignedIn | SecondStep | None:
    """Begin a session for who gave the right password or code, or ask for their second factor; None: they may not."""
    person = store.persons.find(attempt.person_id) if attempt.person_id else None
    if person is None or not person.may_sign_in:
        return None
    if has_factor(store.connection, person.person_id):
        return _second_step(store, person, by_password=by_password, now=now)
    return begin_session(store, person, by_password=by_password, is_required=is_required, now=now)


def begin_session(
    store: SealedStore,
    person: Person,
    *,
    by_password: bool,
    is_required: bool,
    now: datetime,
    second_factor: bool = False,
) -> SignedIn | None:
    """Begin a session for who gave all that is asked of them; None when their password is used up.

    With a password that somebody else set it is the only one, and allows nothing but setting one's own.
    """
    is_lent = by_password and not store.identities.is_password_own(person.person_id)
    if is_lent and not store.identities.use_up_password(person.person_id, at=now):
        return None
    SessionStore(store.connection).forget_expired_sessions(person.person_id, now=now)
    session = Session(
        new_id(),
        person.person_id,
        now,
        now + SESSION_LIFETIME,
        password_change_only=is_lent,
        second_factor=second_factor,
    )
    SessionStore(store.connection).add_session(session)
    return _tokens(store, person, session, now, is_required=is_required)


def refresh_session(store: SealedStore, *, refresh_token: str, is_required: bool, now: datetime) -> SignedIn | None:
    """Continue a session with new tokens; None when the token was used before, and then the session is ended.

    Raises:
        RefreshTokenInvalidError: the token is unknown, or its session has ended.
    """
    digest = token_digest(refresh_token)
    session_id = SessionStore(store.connection).session_of_token(digest)
    session = SessionStore(store.connection).lock_session(session_id) if session_id else None
    if session is None or session.ended_at is not None or session.expires_at <= now:
        raise RefreshTokenInvalidError
    if not SessionStore(store.connection).use_refresh_token(digest, at=now):
        end_sessions(store, session.person_id, session_id=session.session_id, because="reuse", at=now)
        return None
    person = store.persons.person(session.person_id)
    if not person.may_sign_in:
        raise RefreshTokenInvalidError
    return _tokens(store, person, session, now, is_required=is_required)


def sign_out(store: SealedStore, *, person_id: UUID, session_id: UUID, now: datetime) -> None:
    """End a session: its refresh token is worth nothing from now, its access token as soon as the others hear of it."""
    end_sessions(store, person_id, session_id=session_id, because="signed_out", at=now)


def sign_out_everywhere(store: SealedStore, *, person_id: UUID, now: datetime) -> None:
    """End every session of a person."""
    end_sessions(store, person_id, because="signed_out", at=now)


def sign_for_person(store: SealedStore, person_id: UUID, *, now: datetime) -> str:
    """Return a token for an invented person, of no session."""
    return _access_token(store, person_id, NO_SESSION, now)[0]


def _second_step(store: SealedStore, person: Person, *, by_password: bool, now: datetime) -> SecondStep:
    ticket, expires_at = new_refresh_token(), now + TICKET_LIFETIME
    new = Ticket(token_digest(ticket), person.person_id, by_password, expires_at)
    TicketStore(store.connection).add(new, now=now)
    return SecondStep(ticket, expires_at)


def _audience(session: Session, *, is_required: bool) -> str:
    if session.password_change_only:
        return PASSWORD_AUDIENCE
    return ONE_FACTOR_AUDIENCE if is_required and not session.second_factor else AUDIENCE


def _tokens(store: SealedStore, person: Person, session: Session, now: datetime, *, is_required: bool) -> SignedIn:
    audience = _audience(session, is_required=is_required)
    holds_office = person.status is PersonStatus.ACTIVE and is_staff(store.persons.places_of(person.person_id))
    token, expires_at = _access_token(store, session.person_id, session.session_id, now, audience=audience)
    refresh_token = new_refresh_token()
    SessionStore(store.connection).add_refresh_token(token_digest(refresh_token), session.session_id)
    return SignedIn(
        session.person_id,
        token,
        expires_at,
        refresh_token,
        password_change_only=session.password_change_only,
        must_enrol=audience == ONE_FACTOR_AUDIENCE and holds_office,
    )


def _access_token(
    store: SealedStore, person_id: UUID, session_id: UUID, now: datetime, *, audience: str = AUDIENCE
) -> tuple[str, datetime]:
    key = _key_now(SessionStore(store.connection).signing_keys(), now)
    return sign_token(
        person_id=person_id,
        session_id=session_id,
        key_id=key.key_id,
        private_key=store.vault.open_secret(
            SessionStore(store.connection).sealed_private_key(key.key_id), name=key.key_id
        ),
        now=now,
        audience=audience,
    )


def _key_now(keys: list[SigningKey], now: datetime) -> SigningKey:
    """Return the newest key in use: one just made waits until the other services have heard of it."""
    usable = [key for key in keys if key.active_from <= now]
    assert usable, "the key set is made before the first sign-in"
    return usable[-1]
