"""Make the first signing key, and rotate to a new one without refusing anybody's token."""

from datetime import datetime, timedelta

from services.accounts import messages
from services.accounts.gateways.tokens import LIFETIME, new_key_pair
from services.accounts.store.session_store import SigningKey
from services.accounts.store.store import Store

HEARD_BY_ALL_AFTER = timedelta(seconds=60)
CLOCKS_DIFFER_BY_MAX = timedelta(seconds=30)


def ensure_signing_key(store: Store, *, now: datetime) -> None:
    """Make the first key unless there is one, and tell the others."""
    store.sessions.lock_key_set()
    if not store.sessions.signing_keys():
        _add_key(store, active_from=now)
        _publish(store, now)


def rotate_signing_key(store: Store, *, now: datetime) -> None:
    """Make a new key that signs once the others have heard of it; the older ones retire when their tokens expire."""
    store.sessions.lock_key_set()
    active_from = now + HEARD_BY_ALL_AFTER
    for key in store.sessions.signing_keys():
        if key.retired_at is None:
            last_token_expires_at = active_from + LIFETIME + CLOCKS_DIFFER_BY_MAX
            store.sessions.retire_signing_key(key.key_id, at=last_token_expires_at)
    _add_key(store, active_from=active_from)
    _publish(store, now)


def usable_keys(store: Store, *, now: datetime) -> list[SigningKey]:
    """Return the keys that a valid token may be signed with."""
    return [key for key in store.sessions.signing_keys() if key.retired_at is None or key.retired_at > now]


def _add_key(store: Store, *, active_from: datetime) -> None:
    key_id, private_key, public_key = new_key_pair()
    store.sessions.add_signing_key(SigningKey(key_id, public_key, active_from), private_key)


def _publish(store: Store, now: datetime) -> None:
    keys = store.sessions.signing_keys()
    # Keys are never deleted, so each change makes this sum larger by at least one.
    version = len(keys) + sum(key.retired_at is not None for key in keys)
    usable = [(key.key_id, key.public_key, key.retired_at) for key in usable_keys(store, now=now)]
    store.append(messages.signing_keys_changed(usable, version=version, now=now))
