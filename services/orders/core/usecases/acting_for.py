"""Acting for somebody: the person, staff with their consent, or a relative under a grant; each use is told."""

from __future__ import annotations

from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.ids import id_from_cause
from libs.programme.acting import refuse_unless_consented
from libs.programme.acting_grants import GrantedAct, GrantedScope
from libs.programme.known_grants import count_use, use_grant
from libs.programme.words import PersonStatus
from services.orders.core.messages import ActedFor, tell
from services.orders.core.rules.acting import Standing, acts_as_staff
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store
from services.orders.core.usecases.command_context import CommandContext, has_power, refuse_auditor


def require_acting_for(
    connection: Connection,
    context: CommandContext,
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
        Refusal: as `refuse_unless_acting_for`.
    """
    grant = refuse_unless_acting_for(connection, context, person, act, minutes=minutes, is_emergency=is_emergency)
    if not context.is_for_another:
        return
    assert context.consent is not None, "nobody acts for another without one"
    done = ActedFor(
        use_id=id_from_cause(context.cause, act.value, str(subject_id)),
        district_id=person.district_id,
        person_id=person.person_id,
        actor_id=context.caller_id,
        grant_id=grant.grant_id if grant else None,
        act=act,
        subject_id=subject_id,
        minutes=minutes,
        consent_how=context.consent.how,
        consent_given_at=context.consent.given_at,
        at=context.now,
    )
    count_use(connection, done)
    tell(connection, context, done)


def refuse_unless_acting_for(
    connection: Connection,
    context: CommandContext,
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
    refuse_auditor(context)
    if context.subject_id != person.person_id:
        raise ForbiddenError
    if not context.is_for_another:
        return None
    grant = None
    if not acts_as_staff(_standing(connection, context, person)):
        grant = use_grant(
            connection,
            person_id=person.person_id,
            relative_id=context.caller_id,
            act=act,
            minutes=minutes,
            day=local_date(context.now),
        )
    can_consent = person.status != PersonStatus.DECEASED and not is_emergency
    refuse_unless_consented(context.consent, now=context.now, under_grant=grant is not None, can_consent=can_consent)
    return grant


def require_acting_for_one_of(
    connection: Connection,
    context: CommandContext,
    person_ids: tuple[UUID | None, ...],
    act: GrantedAct,
    *,
    subject_id: UUID,
) -> None:
    """Refuse unless the caller is one of the people, or may act for one of them.

    Raises:
        ForbiddenError: as `require_acting_for`.
    """
    person = _one_of(connection, context, person_ids)
    require_acting_for(connection, context, person, act, subject_id=subject_id)


def refuse_unless_acting_for_one_of(
    connection: Connection, context: CommandContext, person_ids: tuple[UUID | None, ...], act: GrantedAct
) -> None:
    """Refuse whom `require_acting_for_one_of` would refuse; nothing is told.

    Raises:
        ForbiddenError: as `refuse_unless_acting_for`.
    """
    refuse_unless_acting_for(connection, context, _one_of(connection, context, person_ids), act)


def _one_of(connection: Connection, context: CommandContext, person_ids: tuple[UUID | None, ...]) -> Person:
    refuse_auditor(context)
    if context.subject_id not in person_ids:
        raise ForbiddenError
    return people_store.load_person(connection, context.subject_id)


def _standing(connection: Connection, context: CommandContext, person: Person) -> Standing:
    relations = people_store.relations_of(connection, person.person_id)
    pair = (person.person_id, context.caller_id)
    return Standing(
        is_staff=context.holds("act_for"),
        reaches=has_power(connection, context, "act_for", person.home_unit_id),
        is_relative=relations.are_direct(*pair, verified=True),
        is_declared=relations.are_direct(*pair, verified=False),
    )
