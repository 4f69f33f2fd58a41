"""What the others are asked and told about the end of the use of somebody's data."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.events import tells
from libs.programme.words import PersonStatus
from services.accounts.core.messages import district_of
from services.accounts.core.rules.persons import Person
from services.accounts.erasure.rules import Erasure


@tells(accounts.ErasureRequested, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class ErasureRequested:
    """Does anything stand against ending the use of a person's data?"""

    erasure_id: UUID
    person_id: UUID
    requested_by: UUID
    credit_to_pool: bool
    district_id: UUID


@tells(accounts.PersonErased, subject="person_id")
@dataclass(frozen=True)
class PersonErased:
    """The use of a person's data has ended."""

    erasure_id: UUID
    person_id: UUID
    status: PersonStatus


def erasure_requested(erasure: Erasure, person: Person) -> ErasureRequested:
    """Return the question to the others."""
    return ErasureRequested(
        erasure_id=erasure.erasure_id,
        person_id=person.person_id,
        requested_by=erasure.requested_by,
        credit_to_pool=erasure.credit_to_pool,
        district_id=district_of(person),
    )
