"""Record that a person died."""

from datetime import date
from uuid import UUID

from services.accounts import messages
from services.accounts.domain.persons import Person
from services.accounts.usecases.act import Act
from services.accounts.usecases.end_sessions import end_sessions


def record_death(act: Act, *, person_id: UUID, died_on: date) -> Person:
    """Record a death: sessions and acting grants end; the other services freeze and cancel what they hold.

    Raises:
        PersonNotFoundError, WrongPersonStateError, BornInFutureError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError
    """
    person = act.store.persons.lock_person(person_id)
    act.require("record_death", person.home_unit_id)
    act.refuse_own(person_id)
    deceased = person.die(died_on=died_on, today=act.today)
    act.store.persons.save(deceased)
    act.store.persons.record_status(deceased, why="died", by=act.actor_id, at=act.now)
    end_sessions(act.store, person_id, because="deceased", at=act.now)
    for grant in act.store.records.active_acting_grants(person_id):
        act.store.records.save_acting_grant(grant.end())
        act.store.append(messages.acting_grant_state(grant.end(), now=act.now))
    act.publish(deceased)
    act.store.append(messages.person_died(deceased, by=act.actor_id, now=act.now))
    return deceased
