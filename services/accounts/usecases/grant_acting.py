"""Record a person's word that a relative may act for them, and its end."""

from uuid import UUID

from libs.errors import IdReusedError
from services.accounts import messages
from services.accounts.domain.acting import ActingGrant, Heard, grant_acting
from services.accounts.domain.errors import RecordNotFoundError, RelationNotVerifiedError
from services.accounts.usecases.act import Act


def record_acting_grant(act: Act, *, grant_id: UUID, person_id: UUID, relative_id: UUID, how: Heard) -> ActingGrant:
    """Record, after hearing the person, that a relative may act for them.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not record this about the person.
        RelationNotVerifiedError: no relation of the two is known, not even a declared one.
        MakerIsCheckerError: the relative is the one who records it.
        SelfRelationError, IdReusedError
    """
    person = act.store.persons.person(person_id)
    act.store.persons.person(relative_id)
    act.require("record_acting_grant", person.home_unit_id)
    if act.store.records.find_acting_grant(grant_id) is not None:
        raise IdReusedError(grant_id=grant_id)
    grant = grant_acting(
        grant_id=grant_id, person_id=person_id, relative_id=relative_id, how=how, recorded_by=act.actor_id
    )
    if not act.store.records.relations_between(person_id, relative_id):
        raise RelationNotVerifiedError
    act.store.records.add_acting_grant(grant, at=act.now)
    act.store.append(messages.acting_grant_state(grant, now=act.now))
    return grant


def end_acting_grant(act: Act, *, grant_id: UUID) -> ActingGrant:
    """End a grant: by the person themselves, by the relative, or by staff who reach the person.

    Raises:
        RecordNotFoundError, AlreadyDecidedError
        OutOfScopeError, ForbiddenError
    """
    grant = act.store.records.find_acting_grant(grant_id)
    if grant is None:
        raise RecordNotFoundError(grant_id=grant_id)
    if act.actor_id not in (grant.person_id, grant.relative_id):
        act.require("record_acting_grant", act.store.persons.person(grant.person_id).home_unit_id)
    ended = grant.end()
    act.store.records.save_acting_grant(ended)
    act.store.append(messages.acting_grant_state(ended, now=act.now))
    return ended
