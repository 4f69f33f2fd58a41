"""What the others are told of persons: suspended, active again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.events import tells


@tells(accounts.PersonSuspended, subject="person_id")
@dataclass(frozen=True)
class PersonSuspended:
    """Somebody may do nothing new; why stays where erasure reaches it."""

    person_id: UUID
    by: UUID


@tells(accounts.PersonReinstated, subject="person_id")
@dataclass(frozen=True)
class PersonReinstated:
    """A suspension ended."""

    person_id: UUID
    by: UUID
