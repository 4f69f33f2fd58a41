"""Record that a member of staff saw the document which shows who a person is."""

from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.refusals import AlreadyDecidedError
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import lock_below
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.roles.rules import Sighting
from services.accounts.roles.store import AppointmentStore


def see_identity(
    store: SealedStore, context: CommandContext, *, sighting_id: UUID, person_id: UUID, document: IdKind
) -> Sighting:
    """Record it once for each member of staff; never the number, which is sealed where it belongs.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError, WrongPersonStateError
        AlreadyDecidedError: the same member of staff has recorded it before.
        IdReusedError
    """
    person = lock_below(store, context, "see_identity", person_id)
    person.refuse_unless_living()
    if AppointmentStore(store.connection).is_sighting(sighting_id):
        raise IdReusedError(sighting_id=sighting_id)
    if any(seen.seen_by == context.caller_id for seen in AppointmentStore(store.connection).sightings(person_id)):
        raise AlreadyDecidedError(person_id=person_id)
    sighting = Sighting(sighting_id, person_id, document, context.caller_id, context.now)
    AppointmentStore(store.connection).add_sighting(sighting)
    known = person.seen_by(context.caller_id)
    if known is not person:
        store.persons.save(known)
        publish_person(store, context, known)
    return sighting
