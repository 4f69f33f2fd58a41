"""Looks up what the question "who may?" needs, and asks the rules."""

from datetime import date
from uuid import UUID

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import ForbiddenError, NotFoundError
from libs.ids import id_from_cause
from libs.programme.acting import refuse_unless_consented
from libs.programme.acting_grants import GrantedAct, GrantedScope
from libs.programme.known_grants import ActFor, count_use, seen_by, use_grant
from libs.programme.refusals import MakerIsCheckerError
from libs.programme.words import PersonStatus
from services.redemption.core.messages import acted_for as told_act, tell
from services.redemption.core.rules import who_may
from services.redemption.core.rules.people import Acting, Caller, CommandContext, Person
from services.redemption.core.store import directory


def acted_for(caller: Caller, acting: Acting) -> UUID | None:
    """Return whom the caller acts for, if not themselves."""
    return acting.acting_for if acting.acting_for != caller.person_id else None


def refuse_unless_acts_for(
    connection: Connection,
    context: CommandContext,
    acting: Acting,
    person: Person,
    act: GrantedAct,
    *,
    minutes: int,
) -> GrantedScope | None:
    """Refuse unless the caller may act for the person: staff in scope with consent, or a relative under a grant.

    Return the grant; None for staff.

    Raises:
        ForbiddenError, OutOfScopeError, RelationNotVerifiedError: as `who_may.acts_as_staff`.
        ConsentMissingError: no consent that counts, or no grant for a relative.
        GrantEndedError, GrantOutOfScopeError, GrantMinutesExceededError: as `use_grant`.
    """
    relative = {"person_id": person.person_id, "relative_id": context.caller.person_id}
    grant = None
    if not who_may.acts_as_staff(
        context.caller,
        roles=POWERS["act_for"],
        path=directory.path_of(connection, person.home_unit_id),
        relation=directory.relation_between(connection, **relative),
    ):
        grant = use_grant(connection, **relative, act=act, minutes=minutes, day=local_date(context.now))
    can_consent = person.status != PersonStatus.DECEASED
    refuse_unless_consented(acting.consent, now=context.now, under_grant=grant is not None, can_consent=can_consent)
    return grant


def tell_of_act(
    connection: Connection,
    context: CommandContext,
    acting: Acting,
    grant: GrantedScope | None,
    act: GrantedAct,
    *,
    subject_id: UUID,
    minutes: int,
) -> None:
    """Tell what was done for somebody, and count its minutes towards the grant's month."""
    other = acted_for(context.caller, acting)
    if other is None:
        return
    assert acting.consent is not None, "nobody acts for another without one"
    done = ActFor(
        use_id=id_from_cause(context.cause, act.value, str(subject_id)),
        person_id=other,
        actor_id=context.caller.person_id,
        grant_id=grant.grant_id if grant else None,
        act=act,
        subject_id=subject_id,
        minutes=minutes,
        consent=acting.consent,
        at=context.now,
    )
    count_use(connection, done)
    tell(connection, context, told_act(done, district_id=directory.person_of(connection, other).district_id))


def giver_of(
    connection: Connection, context: CommandContext, acting: Acting, *, minutes: int
) -> tuple[Person, GrantedScope | None]:
    """Return whose credit is meant, the caller's own or that of the person they may act for; and under which grant."""
    who_may.refuse_auditor(context.caller)
    other = acted_for(context.caller, acting)
    giver, grant = directory.person_of(connection, other or context.caller.person_id), None
    if other is not None:
        grant = refuse_unless_acts_for(connection, context, acting, giver, GrantedAct.GIVE, minutes=minutes)
    who_may.refuse_suspended(giver)
    who_may.refuse_deceased(giver)
    return giver, grant


def acts_as_staff(connection: Connection, caller: Caller, acting: Acting, person: Person) -> bool:
    """Tell whether the caller acts for the person as staff, not under a relative's grant."""
    path = directory.path_of(connection, person.home_unit_id)
    return acted_for(caller, acting) is not None and caller.reaches(POWERS["act_for"], path)


def refuse_close(connection: Connection, caller: Caller, *people: Person | None) -> None:
    """Refuse staff who would move credit of, or to, themselves, a relative or a housemate."""
    ids = [person.person_id for person in people if person is not None]
    who_may.refuse_close(caller.person_id, *people, related=directory.related_to(connection, caller.person_id, *ids))


def refuse_unless_second(caller: Caller, power: str, proposed_by: UUID | None) -> None:
    """Refuse whoever cannot be the second person of an act; `proposed_by` None = there is no such proposal.

    Who has no such power learns nothing of what is proposed.

    Raises:
        MakerIsCheckerError: the caller proposed it.
        ForbiddenError: the caller has the power nowhere.
        NotFoundError: nothing of this id is proposed.
    """
    who_may.refuse_auditor(caller)
    if caller.person_id == proposed_by:
        raise MakerIsCheckerError
    if not caller.has(POWERS[power]):
        raise ForbiddenError
    if proposed_by is None:
        raise NotFoundError


def refuse_unless_power(connection: Connection, caller: Caller, power: str, unit_id: UUID) -> None:
    """Refuse unless the caller holds the power at the unit or above it."""
    who_may.refuse_unless_power(caller, POWERS[power], directory.path_of(connection, unit_id))


def refuse_unless_may_ask(
    connection: Connection,
    context: CommandContext,
    acting: Acting,
    *,
    recipient: Person,
    payer: Person,
    minutes: int,
) -> GrantedScope | None:
    """Refuse unless the caller may ask for this help at this payer's cost; return the grant a relative acts under.

    Another's credit is spent only at that person's own word: the payer asks, or someone who may act for the payer.
    A coordinator asks for people of her unit in her own right, at the recipient's cost.
    """
    caller = context.caller
    who_may.refuse_auditor(caller)
    is_own_cost = payer.person_id == recipient.person_id
    other = acted_for(caller, acting)
    if caller.person_id == payer.person_id and other in (None, recipient.person_id):
        return None
    if other is not None:
        person = payer if other == payer.person_id else recipient
        grant = refuse_unless_acts_for(connection, context, acting, person, GrantedAct.ASK, minutes=minutes)
        if other != payer.person_id:
            raise ForbiddenError
        return grant
    who_may.refuse_unless_power(caller, POWERS["place_order"], directory.path_of(connection, recipient.home_unit_id))
    if not is_own_cost:
        raise ForbiddenError
    return None


def may_view(connection: Connection, caller: Caller, *people: UUID, day: date) -> bool:
    """Tell whether the caller may see what concerns these people: one of them, a relative with a grant, or staff."""
    if caller.person_id in people:
        return True
    if not seen_by(connection, caller.person_id, day=day).isdisjoint(people):
        return True
    for person_id in people:
        person = directory.find_person(connection, person_id)
        # What concerns an erased person has no home any more: staff of the whole city may look.
        homes = [person.home_unit_id] if person else directory.city_units(connection)
        if any(caller.reaches(POWERS["view_redemptions"], directory.path_of(connection, home)) for home in homes):
            return True
    return False
