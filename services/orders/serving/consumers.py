"""What serving hears: the keys of the devices with which volunteers sign what they did without a network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.db.rows import delete_rows, save_row
from libs.events import EventContext, forgets, hears
from services.orders.core.usecases.gates_again import look_at_gates_again
from services.orders.serving.store import forget_places_at_home_of
from services.orders.serving.tables import device_key, door_act


@dataclass(frozen=True)
class DeviceKeyTold:
    """A device's key; one that was revoked has no public key any more."""

    key_id: str
    person_id: UUID
    public_key: bytes
    registered_at: datetime
    revoked_at: datetime | None


@hears(accounts.DeviceKeyState)
def save_device_key(connection: Connection, _context: EventContext, told: DeviceKeyTold) -> None:
    """Keep a device's key, or that it was revoked."""
    save_row(connection, device_key, asdict(told))


@dataclass(frozen=True)
class PersonChanged:
    """Something of a person is told anew."""

    person_id: UUID


@dataclass(frozen=True)
class RelationChanged:
    """Two people are related, or no more."""

    person_id: UUID
    relative_id: UUID


@hears(accounts.PersonState)
def look_again_at_person(connection: Connection, context: EventContext, told: PersonChanged) -> None:
    """What somebody has taken, or receives, may be barred now."""
    look_at_gates_again(connection, told.person_id, context.now)


@hears(accounts.RelationState)
def look_again_at_relatives(connection: Connection, context: EventContext, told: RelationChanged) -> None:
    """Two who are related do not serve each other; a minor serves only beside who is their guardian."""
    for person_id in (told.person_id, told.relative_id):
        look_at_gates_again(connection, person_id, context.now)


@forgets(accounts.DeviceKeyState)
def forget_device_key(connection: Connection, _context: EventContext, subject: str) -> None:
    """Nothing that it signed counts any more."""
    delete_rows(connection, device_key, key_id=subject)


@forgets(accounts.PersonState)
def forget_devices(connection: Connection, _context: EventContext, subject: str) -> None:
    """Forget the devices of somebody whose data are erased, what they signed, and where it was signed at their home."""
    delete_rows(connection, device_key, person_id=UUID(subject))
    delete_rows(connection, door_act, person_id=UUID(subject))
    forget_places_at_home_of(connection, UUID(subject))
