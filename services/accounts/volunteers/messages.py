"""What the others are told of qualifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import accounts
from libs.events import tells


@tells(accounts.QualificationLapsed, subject="person_id")
@dataclass(frozen=True)
class QualificationLapsed:
    """Something that a volunteer needs is no longer valid."""

    person_id: UUID
    qualification: str
    last_valid_on: date
