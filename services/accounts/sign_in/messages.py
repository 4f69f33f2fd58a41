"""What the others are told of sessions and of the keys of tokens."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from libs.clock import to_microseconds
from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import fact_event_of, state_event

KEY_SET_ID = UUID("6f5b0f1e-8a53-5c1e-9d0e-3b5c5a0d7a10")


def signing_keys_changed(keys: Iterable[tuple[str, bytes]], *, version: int, now: datetime) -> OutgoingEvent:
    """Return all keys, (id, public key), that a valid token may be signed with; any other is out of use."""
    changed = wire.SigningKeysChanged(
        version=version,
        keys=[wire.SigningKey(key_id=key_id, public_key=public_key) for key_id, public_key in keys],
    )
    return state_event(changed, subject_id=KEY_SET_ID, kind="keys", version=version, now=now, subject="signing-keys")


def sessions_ended(
    person_id: UUID, session_ids: Sequence[UUID], *, tokens_end_at: datetime, now: datetime
) -> OutgoingEvent:
    """Return that sessions of a person ended; a session ends once, so the first names the event."""
    fact = wire.SessionsEnded(
        person_id=str(person_id),
        session_ids=[str(session_id) for session_id in session_ids],
        tokens_end_at_us=to_microseconds(tokens_end_at),
    )
    return fact_event_of(fact, person_id, str(session_ids[0]), now=now)
