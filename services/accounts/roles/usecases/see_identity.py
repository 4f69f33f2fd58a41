"""Record that a member of staff saw the document which shows who a person is."""

from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.refusals import AlreadyDecidedError
from services.accounts.core.acts import Act
from services.accounts.core.rules.identity import IdKind
from services.accounts.roles.rules import Sighting
from services.accounts.roles.store import AppointmentStore


def see_identity(act: Act, *, sighting_id: UUID, person_id: UUID, document: IdKind) -> Sighting:
    """Record it once for each member of staff; never the number, which is sealed where it belongs.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError, WrongPersonStateError
        AlreadyDecidedError: the same member of staff has recorded it before.
        IdReusedError
    """
    person = act.store.persons.lock_person(person_id)
    act.require_over("see_identity", person)
    person.refuse_unless_living()
    if AppointmentStore(act.connection).is_sighting(sighting_id):
        raise IdReusedError(sighting_id=sighting_id)
    if act.actor_id in {one.seen_by for one in AppointmentStore(act.connection).sightings(person_id)}:
        raise AlreadyDecidedError(person_id=person_id)
    sighting = Sighting(sighting_id, person_id, document, act.actor_id, act.now)
    AppointmentStore(act.connection).add_sighting(sighting)
    known = person.seen_by(act.actor_id)
    if known is not person:
        act.store.persons.save(known)
        act.publish(known)
    return sighting
