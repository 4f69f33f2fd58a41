"""Sign in, second step: who gave a password or a code that was sent shows their second factor."""

from datetime import datetime
from uuid import UUID

from services.accounts.core.rules.notices import Notice
from services.accounts.core.store.store import SealedStore
from services.accounts.sign_in.gateways.tokens import token_digest
from services.accounts.sign_in.refusals import SignInTicketOverError
from services.accounts.sign_in.store.ticket_store import Ticket, TicketStore
from services.accounts.sign_in.usecases.second_factor import Shown, use_second_factor
from services.accounts.sign_in.usecases.sign_in import SignedIn, begin_session


def whose_ticket(store: SealedStore, ticket: str, *, now: datetime) -> UUID:
    """Return who gave the first factor.

    Raises:
        SignInTicketOverError: nobody, or too long ago.
    """
    return _found(store, ticket, now).person_id


def finish_sign_in(
    store: SealedStore, ticket: str, shown: Shown, *, is_required: bool, now: datetime
) -> tuple[SignedIn, list[Notice]]:
    """Begin a session for who gave the first factor and shows the second; return what is to be told, too.

    Raises:
        SignInTicketOverError: the first was given too long ago, or every session was ended since.
        SecondFactorNotFoundError: it was reset meanwhile.
        SecondFactorWrongError
    """
    # Whoever ends all sessions locks the person before the tickets: so does this.
    person = store.persons.lock_person(_found(store, ticket, now).person_id)
    given = _found(store, ticket, now)
    notices = use_second_factor(store, person.person_id, shown, now=now)
    TicketStore(store.connection).use(given.digest)
    signed_in = (
        begin_session(
            store, person, by_password=given.by_password, second_factor=True, is_required=is_required, now=now
        )
        if person.may_sign_in
        else None
    )
    if signed_in is None:
        raise SignInTicketOverError
    return signed_in, notices


def _found(store: SealedStore, ticket: str, now: datetime) -> Ticket:
    given = TicketStore(store.connection).find(token_digest(ticket), now=now)
    if given is None:
        raise SignInTicketOverError
    return given
