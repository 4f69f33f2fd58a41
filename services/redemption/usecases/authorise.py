"""Looks up what the question "who may?" needs, and asks the rules."""

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from libs.errors import ForbiddenError, NotFoundError
from services.redemption.domain import who_may
from services.redemption.domain.errors import MakerIsCheckerError
from services.redemption.domain.people import Acting, Caller, Person
from services.redemption.messages import POWERS
from services.redemption.store import known_store as known


def acted_for(caller: Caller, acting: Acting) -> UUID | None:
    """Return whom the caller acts for, if not themselves."""
    return acting.acting_for if acting.acting_for != caller.person_id else None


def refuse_unless_acts_for(
    connection: Connection, caller: Caller, acting: Acting, person: Person, *, now: datetime
) -> None:
    """Refuse unless the caller may act for the person: staff in scope with consent, or a relative under a grant."""
    relation = known.relation_between(connection, person_id=person.person_id, relative_id=caller.person_id)
    has_grant = known.has_acting_grant(connection, person_id=person.person_id, relative_id=caller.person_id)
    who_may.refuse_unless_acts_for(
        caller,
        acting,
        roles=POWERS["act_for"],
        path=known.path_of(connection, person.home_unit_id),
        relation=relation,
        has_grant=has_grant,
        can_consent=person.status != "deceased",
        now=now,
    )


def giver_of(connection: Connection, caller: Caller, acting: Acting, *, now: datetime) -> Person:
    """Return whose credit is meant: the caller's own, or that of the person they may act for."""
    who_may.refuse_auditor(caller)
    other = acted_for(caller, acting)
    giver = known.person_of(connection, other or caller.person_id)
    if other is not None:
        refuse_unless_acts_for(connection, caller, acting, giver, now=now)
    who_may.refuse_suspended(known.find_person(connection, caller.person_id), giver)
    who_may.refuse_deceased(giver)
    return giver


def acts_as_staff(connection: Connection, caller: Caller, acting: Acting, person: Person) -> bool:
    """Tell whether the caller acts for the person as staff, not under a relative's grant."""
    path = known.path_of(connection, person.home_unit_id)
    return acted_for(caller, acting) is not None and caller.reaches(POWERS["act_for"], path)


def refuse_close(connection: Connection, caller: Caller, *people: Person | None) -> None:
    """Refuse staff who would move credit of, or to, themselves, a relative or a housemate."""
    ids = [person.person_id for person in people if person is not None]
    who_may.refuse_close(caller.person_id, *people, related=known.related_to(connection, caller.person_id, *ids))


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
    who_may.refuse_unless_power(caller, POWERS[power], known.path_of(connection, unit_id))
    who_may.refuse_suspended(known.find_person(connection, caller.person_id))


def refuse_unless_may_ask(
    connection: Connection, caller: Caller, acting: Acting, *, recipient: Person, payer: Person, now: datetime
) -> None:
    """Refuse unless the caller may ask for this help at this payer's cost.

    Another's credit is spent only at that person's own word: the payer asks, or someone who may act for the payer.
    A coordinator asks for people of her unit in her own right, at the recipient's cost.
    """
    who_may.refuse_auditor(caller)
    is_own_cost = payer.person_id == recipient.person_id
    other = acted_for(caller, acting)
    if caller.person_id == payer.person_id and other in (None, recipient.person_id):
        return
    if other is not None:
        person = payer if other == payer.person_id else recipient
        refuse_unless_acts_for(connection, caller, acting, person, now=now)
        if other != payer.person_id:
            raise ForbiddenError
        return
    who_may.refuse_unless_power(caller, POWERS["place_order"], known.path_of(connection, recipient.home_unit_id))
    if not is_own_cost:
        raise ForbiddenError


def may_view(connection: Connection, caller: Caller, *people: UUID) -> bool:
    """Tell whether the caller may look at what concerns these people: one of them, who acts for one, or staff."""
    if caller.person_id in people:
        return True
    for person_id in people:
        person = known.find_person(connection, person_id)
        # What concerns an erased person has no home any more: staff of the whole city may look.
        homes = [person.home_unit_id] if person else known.city_units(connection)
        if any(caller.reaches(POWERS["view_redemptions"], known.path_of(connection, home)) for home in homes):
            return True
        if known.has_acting_grant(connection, person_id=person_id, relative_id=caller.person_id):
            return True
    return False
