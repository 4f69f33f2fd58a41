"""Who gives a command or looks, when, for whom and with which consent."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.clock import local_date
from libs.errors import PersonSuspendedError
from libs.http import Actor
from libs.programme.acting import Consent
from libs.programme.two_people import Verdict
from services.accounts.core.store.directory import NO_SESSION


@dataclass(frozen=True)
class CommandContext:
    """One command: the caller with the roles they hold now, the instant, and for whom with which consent.

    The edge looks the caller up again in the command's transaction.
    """

    actor: Actor
    now: datetime
    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str = ""

    @property
    def caller_id(self) -> UUID:
        """Return who signed in."""
        return self.actor.person_id

    @property
    def is_for_another(self) -> bool:
        """Tell whether the caller acts for somebody else."""
        return self.acting_for is not None and self.acting_for != self.caller_id

    @property
    def today(self) -> date:
        """Return the programme's local day."""
        return local_date(self.now)

    def active_actor(self) -> Actor:
        """Return who acts, unless they may do nothing new.

        Raises:
            PersonSuspendedError
        """
        if self.actor.is_suspended:
            raise PersonSuspendedError
        return self.actor

    def verdict(self, *, ok: bool, why: str) -> Verdict:
        """Return the word of whoever signed in on what another proposed."""
        return Verdict(by=self.caller_id, ok=ok, why=why, at=self.now)


def context_of(person_id: UUID, *, now: datetime) -> CommandContext:
    """Return the context of what whoever may run this program does in somebody's name: no roles are asked for."""
    return CommandContext(Actor(person_id, (), NO_SESSION), now)
