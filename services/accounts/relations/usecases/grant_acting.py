"""Record a person's word that a relative may act for them, and its end; and what was done under it."""

from uuid import UUID

from libs.errors import IdReusedError
from libs.ids import id_from_cause
from libs.programme.acting import ConsentHow, refuse_unless_consented
from libs.programme.acting_grants import GrantedAct
from libs.programme.refusals import RelationNotVerifiedError
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import has_power, require_over, require_power_somewhere, require_view
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.relations.messages import tell_acting_grant
from services.accounts.relations.rules.grants import ActingGrant, may_see, refuse_grant
from services.accounts.relations.store import OF_GRANT, RelationStore, acting_grants_of, between, new_grant


def record_acting_grant(store: SealedStore, context: CommandContext, grant: ActingGrant) -> ActingGrant:
    """Record, after hearing the person, that a relative may act for them.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not record this about the person.
        ConsentMissingError: the person's word lacks how, when or what was said.
        RelationNotVerifiedError: no relation of the two is known, not even a declared one.
        MakerIsCheckerError, RelationToSelfError, GrantDaysOutOfRangeError: as `refuse_grant`.
        PersonNotBelowError
        WrongPersonStateError: one of the two is dead, or has left.
        IdReusedError
    """
    require_power_somewhere(context, "record_acting_grant")
    [taken, related] = store.load(
        context.caller_id,
        {"about": [grant.person_id, grant.relative_id]},
        new_grant(grant.grant_id),
        between(grant.person_id, grant.relative_id),
    )
    persons = store.persons.lock_persons([grant.person_id, grant.relative_id])
    require_over(store, context, "record_acting_grant", persons[grant.person_id])
    for person in persons.values():
        person.refuse_unless_living()
    if taken:
        raise IdReusedError(grant_id=grant.grant_id)
    refuse_unless_consented(grant.consent, now=context.now)
    refuse_grant(grant, today=context.today)
    if not related:
        raise RelationNotVerifiedError
    RelationStore(store.connection).add_acting_grant(grant, at=context.now)
    tell_acting_grant(store.connection, context, grant)
    return grant


def end_acting_grant(store: SealedStore, context: CommandContext, *, grant_id: UUID) -> ActingGrant:
    """End a grant: by the person themselves, by the relative, or by staff who reach the person.

    Raises:
        RecordNotFoundError, AlreadyDecidedError
        OutOfScopeError, ForbiddenError, PersonNotBelowError
    """
    store.load(context.caller_id, {"grant_id": grant_id}, about=OF_GRANT)
    grant = RelationStore(store.connection).acting_grant(grant_id)
    if context.caller_id not in (grant.person_id, grant.relative_id):
        require_over(store, context, "record_acting_grant", store.persons.person(grant.person_id))
    ended = grant.end()
    RelationStore(store.connection).save_acting_grant(ended)
    tell_acting_grant(store.connection, context, ended)
    return ended


def names_of_both(store: SealedStore, context: CommandContext, grants: list[ActingGrant]) -> dict[UUID, dict[str, str]]:
    """Return the names of the people of some grants that the actor may see; where staff look, it is logged."""
    people = {person_id for grant in grants for person_id in (grant.person_id, grant.relative_id)}
    others = [grant for grant in grants if context.caller_id not in (grant.person_id, grant.relative_id)]
    looked_at = sorted({person_id for grant in others for person_id in (grant.person_id, grant.relative_id)})
    store.records.log_views(
        viewer_id=context.caller_id, person_ids=looked_at, what="acting_grant", why="names of a grant", at=context.now
    )
    return {person_id: identity.names for person_id, identity in store.identities.identities(sorted(people)).items()}


def seen_grant(store: SealedStore, context: CommandContext, grant_id: UUID) -> ActingGrant:
    """Return a grant to the person, to the relative, or to staff who reach the person.

    Raises:
        RecordNotFoundError: there is none.
        OutOfScopeError, ForbiddenError
    """
    grant = RelationStore(store.connection).look_at_grant(grant_id)
    if context.caller_id != grant.relative_id:
        require_view(store, context, grant.person_id)
    return grant


def whose_acts(store: SealedStore, context: CommandContext, *, person_id: UUID) -> UUID | None:
    """Return whose acts for a person the actor may see: None = everybody's, for the person and staff; else their own.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: neither the person, nor a relative with a grant, nor staff who reach them.
    """
    if person_id != context.caller_id and _sees(store, context, person_id):
        return context.caller_id
    require_view(store, context, person_id)
    return None


def view_by_grant(store: SealedStore, context: CommandContext, *, person_id: UUID) -> Identity | None:
    """Return the person, to be shown in part to a relative whose grant says they may see; None for others and staff."""
    if not _sees(store, context, person_id) or has_power(
        store, context, "view_person", store.persons.person(person_id).home_unit_id
    ):
        return None
    identity = store.identities.identity(person_id)
    if identity is None:
        return None
    store.records.log_views(
        viewer_id=context.caller_id, person_ids=[person_id], what="name", why="acting grant", at=context.now
    )
    return identity


def looked_after(store: SealedStore, context: CommandContext) -> set[UUID]:
    """Return whom the caller may see as a relative to whom they gave a right."""
    grants = acting_grants_of(store.connection, context.caller_id)
    given_by = {grant.person_id for grant in grants if grant.is_to(grant.person_id, context.caller_id)}
    return {person_id for person_id in given_by if _sees(store, context, person_id)}


def may_ask_for(store: SealedStore, context: CommandContext, *, person_id: UUID) -> bool:
    """Tell whether a grant of the person lets the caller, an active relative, see them and ask for help for them."""
    return grant_to_ask_for(store, context, person_id=person_id) is not None


def grant_to_ask_for(store: SealedStore, context: CommandContext, *, person_id: UUID) -> ActingGrant | None:
    """Return the grant of the person that lets the caller, an active relative, see them and ask for help for them."""
    if person_id == context.caller_id or not _sees(store, context, person_id):
        return None
    context.active_actor()
    for grant in acting_grants_of(store.connection, person_id):
        scope = grant.scope
        if grant.is_to(person_id, context.caller_id) and scope.lasts_on(context.today) and scope.covers(GrantedAct.ASK):
            return grant
    return None


def keep_act_under(store: SealedStore, context: CommandContext, grant: ActingGrant, act: str) -> None:
    """Keep that a relative did something under a grant, for both to see."""
    store.records.add_act_for(
        {
            "use_id": id_from_cause(context.cause, act, str(grant.person_id)),
            "service": "accounts",
            "person_id": grant.person_id,
            "actor_id": context.caller_id,
            "grant_id": grant.grant_id,
            "act": act,
            "subject_id": grant.person_id,
            "minutes": 0,
            "how": ConsentHow.GRANT,
            "given_at": grant.consent.given_at,
            "at": context.now,
        }
    )


def _sees(store: SealedStore, context: CommandContext, person_id: UUID) -> bool:
    grants = [
        grant for grant in acting_grants_of(store.connection, person_id) if grant.is_to(person_id, context.caller_id)
    ]
    relations = RelationStore(store.connection).relations_between(person_id, context.caller_id)
    return may_see(grants, relations, today=context.today)
