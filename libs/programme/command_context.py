"""Who gives a command or looks, when, for whom and with which consent; a service adds what its rules ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.http.actor import Actor
from libs.programme.acting import Consent
from libs.programme.two_people import Verdict


@dataclass(frozen=True)
class CommandContext:
    """One command: the caller with the roles they hold now, the instant, and for whom with which consent.

    `cause` is the id of all that follows, the same when the command comes again.
    """

    actor: Actor
    now: datetime
    cause: UUID
    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str = ""

    @property
    def caller_id(self) -> UUID:
        """Return who signed in."""
        return self.actor.person_id

    @property
    def hands(self) -> frozenset[UUID]:
        """Return whose hands the caller's count as: their own, and those of whoever's role is lent to them."""
        return self.actor.hands

    @property
    def is_for_another(self) -> bool:
        """Tell whether the caller acts for somebody else."""
        return self.acting_for is not None and self.acting_for != self.caller_id

    def verdict(self, *, ok: bool, why: str) -> Verdict:
        """Return the word of whoever signed in on what another proposed."""
        return Verdict(by=self.caller_id, ok=ok, why=why, at=self.now, lent_by=self.hands - {self.caller_id})
