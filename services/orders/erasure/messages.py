"""What is answered to an erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells


@tells(orders.ErasureAnswered, subject="person_id")
@dataclass(frozen=True)
class ErasureAnswered:
    """Whether anything here stands against ending the use of a person's data; no code = nothing does."""

    erasure_id: str
    person_id: UUID
    answer: str
    code: str
    last_service_on: date | None
