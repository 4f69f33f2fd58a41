"""A device registers its key, its person looks at their devices and revokes one; and when keys end by themselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from libs.p256 import point_of_jwk, thumbprint
from libs.programme.refusals import DeviceKeyRevokedError
from services.accounts.core.store.store import Store
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.sign_in.messages import tell_device
from services.accounts.sign_in.refusals import (
    DeviceKeyInvalidError,
    DeviceKeyTakenError,
    DeviceNotFoundError,
    TooManyDevicesError,
)
from services.accounts.sign_in.rules import DEVICES_MAX, DeviceKey
from services.accounts.sign_in.store.device_store import DeviceStore
from services.accounts.sign_in.store.request_store import RequestStore


def register_device(store: Store, context: CommandContext, jwk: Mapping[str, str]) -> DeviceKey:
    """Keep the public key of the caller's device; shown again, it is the same device in another session.

    Raises:
        DeviceKeyInvalidError: not the public half of a P-256 key.
        DeviceKeyTakenError, DeviceKeyRevokedError, TooManyDevicesError: as their names say.
    """
    point = _point_of(jwk)
    person = store.persons.lock_person(context.caller_id)
    devices, session_id = DeviceStore(store.connection), context.actor.session_id
    registered = devices.lock(thumbprint(point))
    if registered is not None:
        _refuse_unless_own(registered, person.person_id)
        devices.show_in(registered.key_id, session_id)
        return registered
    if len(devices.valid_of(person.person_id)) >= DEVICES_MAX:
        raise TooManyDevicesError(devices_max=DEVICES_MAX)
    key = DeviceKey(thumbprint(point), person.person_id, session_id, point, context.now)
    devices.add(key)
    tell_device(store.connection, key, now=context.now)
    return key


def own_devices(store: Store, context: CommandContext) -> list[DeviceKey]:
    """Return the caller's devices that are not revoked, oldest first."""
    return DeviceStore(store.connection).valid_of(context.caller_id)


def revoke_device(store: Store, context: CommandContext, key_id: str) -> datetime:
    """End a device of the caller's; return when.

    Raises:
        DeviceNotFoundError: they have no such device, or it was revoked before.
    """
    revoked = DeviceStore(store.connection).revoke(context.caller_id, key_id=key_id, at=context.now)
    if not revoked:
        raise DeviceNotFoundError
    _tell(store, revoked, context.now)
    return context.now


def revoke_with_sessions(
    store: Store, person_id: UUID, *, session_ids: Iterable[UUID] | None = None, at: datetime
) -> None:
    """End the keys of devices whose session was ended, or all of a person's: whoever ends a session mistrusts it."""
    _tell(store, DeviceStore(store.connection).revoke(person_id, session_ids=session_ids, at=at), at)


def forget_devices(store: Store, person_id: UUID, *, now: datetime) -> None:
    """Delete all that is known of a person's devices, here and wherever it was heard, and what they approved."""
    RequestStore(store.connection).forget_of(person_id)
    for key in DeviceStore(store.connection).forget(person_id):
        tell_device(store.connection, key, now=now, is_end=True)


def _tell(store: Store, keys: Iterable[DeviceKey], now: datetime) -> None:
    for key in keys:
        tell_device(store.connection, key, now=now)


def _point_of(jwk: Mapping[str, str]) -> bytes:
    try:
        return point_of_jwk(jwk)
    except ValueError as error:
        raise DeviceKeyInvalidError from error


def _refuse_unless_own(registered: DeviceKey, person_id: UUID) -> None:
    if registered.person_id != person_id:
        raise DeviceKeyTakenError
    if registered.revoked_at is not None:
        raise DeviceKeyRevokedError
