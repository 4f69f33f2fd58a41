"""A call to the recipient's side: what was asked, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SpokeWith(StrEnum):
    """Who answered the telephone."""

    RECIPIENT = "recipient"
    RELATIVE = "relative"
    OTHER = "other"


class WasThere(StrEnum):
    """What they said to: is the volunteer there, or were they?"""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Answers:
    """What was answered; minutes are what they say it took, None = not asked, or not known."""

    spoke_with: SpokeWith
    was_there: WasThere
    says_minutes: int | None = None
    words: str = ""

    @property
    def proves(self) -> bool:
        """Tell whether it is evidence that the volunteer is or was there: only a plain yes is."""
        return self.was_there is WasThere.YES
