"""Who calls, for whom, and whether they may: the first question of every use case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http.actor import Actor
from libs.http.powers import holds, require
from libs.ids import new_id
from libs.programme.acting import Consent, refuse_unless_consented
from libs.programme.acting_grants import GrantedAct, GrantedScope
from libs.programme.known_grants import ActFor, count_use, use_grant
from services.orders.core.messages import POWERS, acted_for, publish
from services.orders.core.rules.acting import Standing, acts_as_staff
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store
from services.orders.core.store.order_store import Step

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

    @property
    def is_for_another(self) -> bool:
        """Tell whether the caller acts for somebody else."""
        return self.acting_for is not None and self.acting_for != self.actor.person_id

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


def require_power(connection: Connection, call: Call, power: str, unit_id: UUID) -> None:
    """Refuse unless one of the caller's roles has the power and reaches the unit.

    Raises:
        ForbiddenError: no role with this power, or an auditor.
        OutOfScopeError: a role with it, but not here.
    """
    refuse_auditor(call)
    require(call.actor, POWERS[power], people_store.path_of(connection, unit_id))


def load_subject(connection: Connection, call: Call, person_id: UUID) -> Person:
    """Return the person whom an act is about; whoever holds no office is not told whether there is one.

    Raises:
        RecordNotFoundError: nothing is known of them, to staff.
        ForbiddenError: nothing is known of them, to anybody else.
    """
    refuse_auditor(call)
    found = people_store.find_person(connection, person_id)
    if found is None and not any(held.role in POWERS["view_orders"] for held in call.actor.roles):
        raise ForbiddenError
    return found or people_store.load_person(connection, person_id)


def has_power(connection: Connection, call: Call, power: str, unit_id: UUID) -> bool:
    """Tell whether `require_power` would let the caller pass."""
    return holds(call.actor, POWERS[power], people_store.path_of(connection, unit_id))


def speak_for(
    connection: Connection,
    call: Call,
    person: Person,
    act: GrantedAct,
    *,
    subject_id: UUID,
    minutes: int = 0,
    is_emergency: bool = False,
) -> None:
    """Refuse unless the caller is the person, or may act for them; what is done for them is told (ActedFor).

    `subject_id` is what it is done to; `minutes` count towards the month of a relative's grant. In an emergency nobody
    can be asked for their word.

    Raises:
        Refusal: as `refuse_unless_speaks_for`.
    """
    grant = refuse_unless_speaks_for(connection, call, person, act, minutes=minutes, is_emergency=is_emergency)
    if not call.is_for_another:
        return
    assert call.consent is not None, "nobody acts for another without one"
    done = ActFor(
        use_id=new_id(),
        person_id=person.person_id,
        actor_id=call.caller_id,
        grant_id=grant.grant_id if grant else None,
        act=act,
        subject_id=subject_id,
        minutes=minutes,
        consent=call.consent,
        at=call.now,
    )
    count_use(connection, done)
    told = acted_for(done, district_id=person.district_id)
    publish(connection, told, district_id=person.district_id, subject=subject_id, at=call.now)


def refuse_unless_speaks_for(
    connection: Connection,
    call: Call,
    person: Person,
    act: GrantedAct,
    *,
    minutes: int = 0,
    is_emergency: bool = False,
) -> GrantedScope | None:
    """Refuse unless the caller is the person, or may act for them; return the grant a relative acts under.

    Raises:
        ForbiddenError: somebody else, without a role or relation that allows it.
        OutOfScopeError, RelationNotVerifiedError: as `acts_as_staff`.
        ConsentMissingError: no consent in the request that counts, or for a relative no grant that staff recorded.
        GrantEndedError, GrantOutOfScopeError, GrantMinutesExceededError: as `use_grant`.
    """
    refuse_auditor(call)
    if call.subject_id != person.person_id:
        raise ForbiddenError
    if not call.is_for_another:
        return None
    grant = None
    if not acts_as_staff(_standing(connection, call, person)):
        grant = use_grant(
            connection,
            person_id=person.person_id,
            relative_id=call.caller_id,
            act=act,
            minutes=minutes,
            day=local_date(call.now),
        )
    can_consent = person.status != "deceased" and not is_emergency
    refuse_unless_consented(call.consent, now=call.now, under_grant=grant is not None, can_consent=can_consent)
    return grant


def speak_for_one_of(
    connection: Connection, call: Call, person_ids: tuple[UUID | None, ...], act: GrantedAct, *, subject_id: UUID
) -> None:
    """Refuse unless the caller is one of the people, or may act for one of them.

    Raises:
        ForbiddenError: as `speak_for`.
    """
    refuse_auditor(call)
    if call.subject_id not in person_ids:
        raise ForbiddenError
    speak_for(connection, call, people_store.load_person(connection, call.subject_id), act, subject_id=subject_id)


def _standing(connection: Connection, call: Call, person: Person) -> Standing:
    relations = people_store.relations_of(connection, [person.person_id])
    pair = (person.person_id, call.caller_id)
    return Standing(
        is_staff=any(held.role in POWERS["act_for"] for held in call.actor.roles),
        reaches=has_power(connection, call, "act_for", person.home_unit_id),
        is_relative=relations.are_direct(*pair, verified=True),
        is_declared=relations.are_direct(*pair, verified=False),
    )
