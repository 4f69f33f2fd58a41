"""A browser asks to be signed in, and a device of the same person that is signed in already says yes or no."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.accounts.core.rules.roles import is_staff
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.sign_in.gateways.tokens import new_refresh_token, token_digest
from services.accounts.sign_in.refusals import SignInRequestOverError, StaffSignInError
from services.accounts.sign_in.store.factor_store import has_factor
from services.accounts.sign_in.store.request_store import RequestStore, SignInRequest
from services.accounts.sign_in.usecases.sign_in import Attempt, SignedIn, open_session

REQUEST_LIFETIME = timedelta(minutes=5)
NUMBER_DIGITS = 4
APPROVED, REFUSED = "approved", "refused"


@dataclass(frozen=True)
class Asked:
    """What the browser that asked holds: its secret, what the QR says, and the number that both screens show."""

    secret: str
    approval: str
    number: str
    expires_at: datetime


def ask_to_be_signed_in(store: SealedStore, *, about: str, address: str, now: datetime) -> Asked:
    """Begin a request; whoever approves it sees what the browser says of itself, and from where it asks."""
    requests = RequestStore(store.connection)
    requests.forget_old(now)
    asked = Asked(
        secret=new_refresh_token(),
        approval=new_refresh_token(),
        number=f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}}",
        expires_at=now + REQUEST_LIFETIME,
    )
    digests = (token_digest(asked.approval), token_digest(asked.secret))
    requests.add(SignInRequest(*digests, about, address, asked.number, now, asked.expires_at))
    return asked


def look_at_request(store: SealedStore, approval: str, *, now: datetime) -> SignInRequest:
    """Return a request that waits for its decision.

    Raises:
        SignInRequestOverError: it was decided, or took too long.
    """
    request = RequestStore(store.connection).by_approval(token_digest(approval), now=now)
    if request is None or request.decision is not None:
        raise SignInRequestOverError
    return request


def decide_request(store: SealedStore, context: CommandContext, approval: str, *, ok: bool, now: datetime) -> str:
    """Let the caller be signed in where it was asked for, or not; nobody is signed in as anybody else.

    Raises:
        PersonSuspendedError
        StaffSignInError: the caller holds an office, or has a second factor.
        SignInRequestOverError: it was decided, or took too long.
    """
    context.active_actor()
    if is_staff(store.persons.places_of(context.caller_id)) or has_factor(store.connection, context.caller_id):
        raise StaffSignInError
    requests = RequestStore(store.connection)
    request = requests.by_approval(token_digest(approval), now=now, lock=True)
    if request is None or request.decision is not None:
        raise SignInRequestOverError
    decision = APPROVED if ok else REFUSED
    requests.decide(request.approval_digest, person_id=context.caller_id, decision=decision)
    return decision


def result_of_request(store: SealedStore, secret: str, *, is_required: bool, now: datetime) -> SignedIn | None:
    """Return the session that was approved for the browser with this secret, once; None while nobody has decided.

    Raises:
        SignInRequestOverError: it was refused, answered before, or took too long.
    """
    requests = RequestStore(store.connection)
    request = requests.lock_by_secret(token_digest(secret), now=now)
    if request is None or request.decision == REFUSED:
        raise SignInRequestOverError
    if request.decision is None:
        return None
    requests.forget(request.approval_digest)
    attempt = Attempt(request.person_id)
    signed_in = open_session(store, attempt, by_password=False, is_required=is_required, now=now)
    if not isinstance(signed_in, SignedIn):  # A second factor that came since asks for a sign-in of its own.
        raise SignInRequestOverError
    return signed_in
