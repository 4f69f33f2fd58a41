"""What is told of a person on duty whom no way reaches."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.events import tells


@tells(accounts.DutyNotReached, subject="person_id")
@dataclass(frozen=True)
class DutyNotReached:
    """There is no way to tell them: the next on duty is to be told at once."""

    person_id: UUID
    incident_id: UUID
