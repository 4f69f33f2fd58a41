"""Who calls, for whom, and whether they may: the first question of every use case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.http.actor import Actor
from libs.http.powers import holds, require
from libs.programme.acting import Consent
from services.orders.domain.acting import Standing, refuse_unless_may_act
from services.orders.domain.errors import ForbiddenError, PersonSuspendedError
from services.orders.domain.life_cycle import Verb
from services.orders.domain.people import Person
from services.orders.messages import POWERS
from services.orders.store import people_store
from services.orders.store.order_store import Step

AUDITOR = "city_auditor"


@dataclass(frozen=True)
class Call:
    """One command: the caller, the instant, and for whom with which consent."""

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
    def subject_id(self) -> UUID:
        """Return whose word this is: the person acted for, else the caller."""
        return self.acting_for or self.actor.person_id

    def step(self, verb: Verb, *, why: str = "") -> Step:
        """Return what is recorded on the order."""
        consent = self.consent if self.acting_for else None
        return Step(verb, self.now, self.caller_id, self.acting_for, consent, why or self.why)


def refuse_auditor(call: Call) -> None:
    """Refuse every command of a city auditor, who reads everything and signs nothing.

    Raises:
        ForbiddenError: the caller audits.
    """
    if any(held.role == AUDITOR for held in call.actor.roles):
        raise ForbiddenError


def refuse_suspended_caller(connection: Connection, call: Call) -> None:
    """Refuse something new to a caller who is suspended.

    Raises:
        PersonSuspendedError: they are.
    """
    caller = people_store.find_person(connection, call.caller_id)
    if caller is not None and not caller.is_active:
        raise PersonSuspendedError


def require_power(connection: Connection, call: Call, power: str, unit_id: UUID) -> None:
    """Refuse unless one of the caller's roles has the power and reaches the unit.

    Raises:
        ForbiddenError: no role with this power, or an auditor.
        OutOfScopeError: a role with it, but not here.
        PersonSuspendedError: the caller is suspended, though the token is still good.
    """
    refuse_auditor(call)
    require(call.actor, POWERS[power], people_store.path_of(connection, unit_id))
    refuse_suspended_caller(connection, call)


def has_power(connection: Connection, call: Call, power: str, unit_id: UUID) -> bool:
    """Tell whether `require_power` would let the caller pass."""
    return holds(call.actor, POWERS[power], people_store.path_of(connection, unit_id))


def speak_for(connection: Connection, call: Call, person: Person) -> None:
    """Refuse unless the caller is the person, or may act for them.

    Raises:
        ForbiddenError: somebody else, without a role or relation that allows it.
        OutOfScopeError, RelationNotVerifiedError, ConsentMissingError: as `refuse_unless_may_act`.
    """
    refuse_auditor(call)
    if call.subject_id != person.person_id:
        raise ForbiddenError
    if call.acting_for is not None and call.acting_for != call.caller_id:
        refuse_unless_may_act(_standing(connection, call, person), consent=call.consent, now=call.now)


def speak_for_one_of(connection: Connection, call: Call, person_ids: tuple[UUID | None, ...]) -> None:
    """Refuse unless the caller is one of the people, or may act for one of them.

    Raises:
        ForbiddenError: as `speak_for`.
    """
    refuse_auditor(call)
    if call.subject_id not in person_ids:
        raise ForbiddenError
    speak_for(connection, call, people_store.load_person(connection, call.subject_id))


def _standing(connection: Connection, call: Call, person: Person) -> Standing:
    relations = people_store.relations_of(connection, [person.person_id])
    pair = (person.person_id, call.caller_id)
    return Standing(
        is_staff=any(held.role in POWERS["act_for"] for held in call.actor.roles),
        reaches=has_power(connection, call, "act_for", person.home_unit_id),
        is_relative=relations.are_direct(*pair, verified=True),
        is_declared=relations.are_direct(*pair, verified=False),
        has_grant=people_store.has_grant(connection, person_id=person.person_id, relative_id=call.caller_id),
        can_consent=person.status != "deceased",
    )
