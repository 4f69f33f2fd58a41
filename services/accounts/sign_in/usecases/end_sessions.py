"""End sessions, and tell the others, who refuse the tokens of these sessions from then on."""

from datetime import datetime, timedelta
from uuid import UUID

from libs.clock import machine_now
from services.accounts.core.messages import OnceCause, tell
from services.accounts.core.store.store import Store
from services.accounts.sign_in.gateways.tokens import LIFETIME
from services.accounts.sign_in.messages import SessionsEnded
from services.accounts.sign_in.store.session_store import SessionStore
from services.accounts.sign_in.store.ticket_store import TicketStore
from services.accounts.sign_in.usecases.device_keys import revoke_with_sessions

CLOCKS_DIFFER_MAX = timedelta(minutes=1)


def end_sessions(store: Store, person_id: UUID, *, session_id: UUID | None = None, because: str, at: datetime) -> None:
    """End one session of a person, or all of them; with it the key of its device, which no lapse of time ends.

    With all of them ends every sign-in that waits for a second factor.
    """
    whose = None if session_id is None else [session_id]
    if session_id is None:
        TicketStore(store.connection).forget_of(person_id)
    revoke_with_sessions(store, person_id, session_ids=whose, at=at)
    ended = SessionStore(store.connection).end_sessions(person_id, session_id=session_id, because=because, at=at)
    if ended:
        tokens_end_at = machine_now() + LIFETIME + CLOCKS_DIFFER_MAX
        # A session ends once, so the first names what happened.
        cause = OnceCause(ended[0], "ended", at)
        tell(store.connection, cause, SessionsEnded(person_id, tuple(ended), tokens_end_at))
