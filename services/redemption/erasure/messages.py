"""What accounts is answered."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import redemption
from libs.events import tells


@tells(redemption.ErasureAnswered, subject="erasure_id")
@dataclass(frozen=True)
class ErasureAnswered:
    """Whether anything here stands against ending the use of a person's data; no code = nothing does."""

    erasure_id: UUID
    person_id: UUID
    answer: str
    code: str
