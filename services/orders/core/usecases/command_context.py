"""Who calls, for whom, and whether they may: the first question of every use case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http.powers import holds, require
from libs.programme import command_context
from libs.programme.words import WORKER_ROLES, Role
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store, unit_store
from services.orders.core.store.order_store import Step


@dataclass(frozen=True)
class CommandContext(command_context.CommandContext):
    """One command, and what the rules of orders ask of it."""

    @property
    def subject_id(self) -> UUID:
        """Return whose word this is: the person acted for, else the caller."""
        return self.acting_for or self.actor.person_id

    @property
    def is_worker(self) -> bool:
        """Tell whether the caller is one of those who give help."""
        return any(held.role in WORKER_ROLES for held in self.actor.roles)

    def holds(self, *powers: str) -> bool:
        """Tell whether the caller holds a role of one of the powers, anywhere."""
        roles = frozenset[str]().union(*(POWERS[power] for power in powers))
        return any(held.role in roles for held in self.actor.roles)

    def may_lock(self, person_id: UUID, *powers: str) -> bool:
        """Tell whether the caller may hold others up over a person's affairs: their own, or a role lets them somewhere.

        Whether a relative has a grant is looked at where the lock is taken.
        """
        return person_id == self.caller_id or self.holds("act_for", *powers)

    def step(self, verb: Verb, *, why: str = "") -> Step:
        """Return what is recorded on the order."""
        consent = self.consent if self.acting_for else None
        return Step(verb, self.now, self.caller_id, self.acting_for, consent, why or self.why)


def refuse_auditor(context: CommandContext) -> None:
    """Refuse every command of a city auditor, who reads everything and signs nothing.

    Raises:
        ForbiddenError: the caller audits.
    """
    if any(held.role == Role.CITY_AUDITOR for held in context.actor.roles):
        raise ForbiddenError


def require_power_somewhere(context: CommandContext, power: str) -> None:
    """Refuse whoever has the power nowhere, before anything is locked.

    Raises:
        ForbiddenError: no role with this power, or an auditor.
    """
    refuse_auditor(context)
    if not context.holds(power):
        raise ForbiddenError


def require_power(connection: Connection, context: CommandContext, power: str, unit_id: UUID) -> None:
    """Refuse unless one of the caller's roles has the power and reaches the unit.

    Raises:
        ForbiddenError: no role with this power, or an auditor.
        OutOfScopeError: a role with it, but not here.
    """
    refuse_auditor(context)
    require(context.actor, POWERS[power], unit_store.path_of(connection, unit_id))


def load_subject(connection: Connection, context: CommandContext, person_id: UUID) -> Person:
    """Return the person whom an act is about; whoever holds no office is not told whether there is one.

    Raises:
        RecordNotFoundError: nothing is known of them, to staff.
        ForbiddenError: nothing is known of them, to anybody else.
    """
    refuse_auditor(context)
    person = people_store.find_person(connection, person_id)
    if person is None and not context.holds("view_orders"):
        raise ForbiddenError
    return person or people_store.load_person(connection, person_id)


def has_power(connection: Connection, context: CommandContext, power: str, unit_id: UUID) -> bool:
    """Tell whether `require_power` would let the caller pass."""
    return holds(context.actor, POWERS[power], unit_store.path_of(connection, unit_id))
