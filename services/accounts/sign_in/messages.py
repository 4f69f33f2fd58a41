"""What the others are told of sessions and of the keys of tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import tells
from services.accounts.core.messages import OnceCause, tell_state
from services.accounts.sign_in.rules import DeviceKey

REGISTERED, REVOKED, FORGOTTEN = 1, 2, 3
"""The versions of a device's key: it is registered once, revoked once, and forgotten."""
KEY_SET_ID = UUID("6f5b0f1e-8a53-5c1e-9d0e-3b5c5a0d7a10")


@dataclass(frozen=True)
class SigningKey:
    """A key by which tokens are checked."""

    key_id: str
    public_key: bytes


@tells(accounts.SigningKeysChanged, subject="subject")
@dataclass(frozen=True)
class SigningKeysChanged:
    """All keys that a valid token may be signed with; any other is out of use."""

    version: int
    keys: tuple[SigningKey, ...]

    @property
    def subject(self) -> str:
        """Return what names them: there is one set of keys."""
        return "signing-keys"


@tells(accounts.SessionsEnded, subject="person_id")
@dataclass(frozen=True)
class SessionsEnded:
    """Sessions of a person ended."""

    person_id: UUID
    session_ids: tuple[UUID, ...]
    tokens_end_at: datetime


@tells(accounts.DeviceKeyState, subject="key_id")
@dataclass(frozen=True)
class DeviceKeyState:
    """A device's key; one that was revoked has no public key any more."""

    key_id: str
    version: int
    person_id: UUID
    public_key: bytes
    registered_at: datetime
    revoked_at: datetime | None


def tell_keys(connection: Connection, keys: Iterable[tuple[str, bytes]], *, version: int, now: datetime) -> None:
    """Publish all keys, (id, public key), that a valid token may be signed with."""
    changed = SigningKeysChanged(version, tuple(SigningKey(*key) for key in keys))
    cause = OnceCause(KEY_SET_ID, "keys", now)
    tell_state(connection, cause, changed, of=("keys", KEY_SET_ID), version=version)


def tell_device(connection: Connection, key: DeviceKey, *, now: datetime, is_end: bool = False) -> None:
    """Publish a device's key, that it was revoked, or that whoever heard of it deletes it."""
    version = FORGOTTEN if is_end else REVOKED if key.revoked_at else REGISTERED
    state = DeviceKeyState(
        key.key_id, version, key.person_id, key.public_key, registered_at=key.registered_at, revoked_at=key.revoked_at
    )
    cause = OnceCause(key.person_id, "device", now)
    tell_state(connection, cause, state, of=("device", key.person_id), version=version, is_end=is_end)
