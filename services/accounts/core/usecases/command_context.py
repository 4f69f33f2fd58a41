"""Who gives a command or looks, when, for whom and with which consent."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.clock import local_date
from libs.errors import PersonSuspendedError
from libs.http import Actor
from libs.programme import command_context
from services.accounts.core.store.directory import NO_SESSION


@dataclass(frozen=True)
class CommandContext(command_context.CommandContext):
    """One command; the edge looks the caller up again in its transaction."""

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


def context_of(person_id: UUID, *, now: datetime, cause: UUID) -> CommandContext:
    """Return the context of what whoever may run this program does in somebody's name: no roles are asked for."""
    return CommandContext(Actor(person_id, (), NO_SESSION), now, cause)
