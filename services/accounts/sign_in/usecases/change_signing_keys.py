"""Make the first signing key, and rotate to a new one without refusing anybody's token."""

from datetime import datetime, timedelta

from libs.db import Connection
from services.accounts.core.store.store import SealedStore
from services.accounts.sign_in.gateways.tokens import LIFETIME, new_key_pair
from services.accounts.sign_in.messages import tell_keys
from services.accounts.sign_in.store.session_store import SessionStore, SigningKey

HEARD_BY_ALL_AFTER = timedelta(seconds=60)
CLOCKS_DIFFER_BY_MAX = timedelta(seconds=30)


def ensure_signing_key(store: SealedStore, *, now: datetime) -> None:
    """Make the first key unless there is one, and tell the others."""
    SessionStore(store.connection).lock_key_set()
    if not SessionStore(store.connection).signing_keys():
        _add_key(store, active_from=now)
        _publish(store.connection, now)


def rotate_signing_key(store: SealedStore, *, now: datetime) -> None:
    """Make a new key that signs once the others have heard of it; the older ones retire when their tokens expire."""
    SessionStore(store.connection).lock_key_set()
    active_from = now + HEARD_BY_ALL_AFTER
    for key in SessionStore(store.connection).signing_keys():
        if key.retired_at is None:
            last_token_expires_at = active_from + LIFETIME + CLOCKS_DIFFER_BY_MAX
            SessionStore(store.connection).retire_signing_key(key.key_id, at=last_token_expires_at)
    _add_key(store, active_from=active_from)
    _publish(store.connection, now)


def next_retirement(connection: Connection) -> datetime | None:
    """Return when, by the machine's time, a key that the others still trust is over."""
    waiting = [
        key.retired_at for key in SessionStore(connection).signing_keys() if key.retired_at and not key.is_withdrawn
    ]
    return min(waiting, default=None)


def withdraw_retired_keys(connection: Connection, *, now: datetime) -> int:
    """Tell the others that keys whose last token has expired sign no more; return how many."""
    store = SessionStore(connection)
    store.lock_key_set()
    over = [key for key in store.signing_keys() if key.retired_at and key.retired_at <= now and not key.is_withdrawn]
    for key in over:
        store.withdraw_signing_key(key.key_id)
    if over:
        _publish(connection, now)
    return len(over)


def usable_keys(store: SealedStore, *, now: datetime) -> list[SigningKey]:
    """Return the keys that a valid token may be signed with."""
    return [
        key for key in SessionStore(store.connection).signing_keys() if key.retired_at is None or key.retired_at > now
    ]


def _add_key(store: SealedStore, *, active_from: datetime) -> None:
    key_id, private_key, public_key = new_key_pair()
    sealed = store.vault.seal_secret(private_key, name=key_id)
    SessionStore(store.connection).add_signing_key(SigningKey(key_id, public_key, active_from), sealed)


def _publish(connection: Connection, now: datetime) -> None:
    keys = SessionStore(connection).signing_keys()
    # Keys are never deleted, only retired and then withdrawn, so each change makes this sum larger.
    version = len(keys) + sum(key.retired_at is not None for key in keys) + sum(key.is_withdrawn for key in keys)
    usable = [(key.key_id, key.public_key) for key in keys if not key.is_withdrawn]
    tell_keys(connection, usable, version=version, now=now)
