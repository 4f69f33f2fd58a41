"""Looks up what the question "who may?" needs, and asks the rules."""

from datetime import date
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.db import Connection, write_at_end
from libs.ids import id_from_cause
from libs.programme.acting_grants import GrantedAct, GrantedScope
from libs.programme.known_grants import count_use, seen_by
from services.redemption.core.messages import ActedFor, tell
from services.redemption.core.rules import who_may
from services.redemption.core.rules.acting import acted_for
from services.redemption.core.rules.people import Acting, Caller, CommandContext
from services.redemption.core.store import directory


def tell_of_act(
    connection: Connection,
    context: CommandContext,
    acting: Acting,
    grant: GrantedScope | None,
    act: GrantedAct,
    *,
    subject_id: UUID,
    district_id: UUID,
    minutes: int,
) -> None:
    """Tell what was done for somebody of a district, and count its minutes towards the grant's month."""
    other = acted_for(context.caller, acting)
    if other is None:
        return
    assert acting.consent is not None, "nobody acts for another without one"
    done = ActedFor(
        use_id=id_from_cause(context.cause, act.value, str(subject_id)),
        district_id=district_id,
        person_id=other,
        actor_id=context.caller.person_id,
        grant_id=grant.grant_id if grant else None,
        act=act,
        subject_id=subject_id,
        minutes=minutes,
        consent_how=acting.consent.how,
        consent_given_at=acting.consent.given_at,
        at=context.now,
    )
    write_at_end(connection, lambda: count_use(connection, done))
    tell(connection, context, done)


def refuse_unless_power(connection: Connection, caller: Caller, power: str, unit_id: UUID) -> None:
    """Refuse unless the caller holds the power at the unit or above it."""
    who_may.refuse_unless_power(caller, POWERS[power], directory.path_of(connection, unit_id))


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
