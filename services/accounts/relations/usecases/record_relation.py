"""Record that two persons are related, and confirm it as a second person."""

from collections.abc import Iterable
from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import Kinship
from services.accounts.core.refusals import PersonNotBelowError
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import has_power, is_above, require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.relations.messages import tell_relation
from services.accounts.relations.rules.relations import Relation, declare_relation, refuse_too_many_declared
from services.accounts.relations.store import (
    OF_RELATION,
    RelationStore,
    beside_relation,
    kept_relation,
    new_relation,
    open_declared,
    relation_of,
)


def record_relation(
    store: SealedStore,
    context: CommandContext,
    *,
    relation_id: UUID,
    person_id: UUID,
    relative_id: UUID,
    kind: Kinship,
    verified: bool,
) -> Relation:
    """Record that `relative_id` is the `kind` of `person_id`; it counts as declared until confirmed.

    A person may declare their own relations; staff declare, or ask a checker to verify, those of people they reach.

    Raises:
        PersonNotFoundError: one of the two is not registered.
        OutOfScopeError, ForbiddenError: the actor reaches neither of the two.
        PersonNotBelowError: neither of the two is below the actor.
        WrongPersonStateError: one of the two is dead, or has left.
        RelationToSelfError, IdReusedError
        TooManyDeclaredError: so many of the person's relations are declared and not verified.
    """
    is_own = context.caller_id in (person_id, relative_id) and not verified
    if not is_own:
        require_power_somewhere(context, "record_relation")
    subject_id = context.caller_id if is_own else person_id
    [taken, [declared]] = store.load(
        context.caller_id,
        {"about": [person_id, relative_id]},
        new_relation(relation_id),
        open_declared(subject_id, by_staff=not is_own),
    )
    persons = store.persons.lock_persons([person_id, relative_id])
    pair = [persons[person_id], persons[relative_id]]
    if is_own:
        context.active_actor()
    else:
        _require_reach(store, context, "record_relation", pair)
    relation = declare_relation(
        relation_id=relation_id,
        person_id=person_id,
        relative_id=relative_id,
        kind=kind,
        recorded_by=context.caller_id,
        verified=verified,
    )
    if not is_own:
        _require_above_either(store, context, pair)
    for person in pair:
        person.refuse_unless_living()
    if taken:
        raise IdReusedError(relation_id=relation_id)
    refuse_too_many_declared(declared.count)
    RelationStore(store.connection).add_relation(relation, at=context.now)
    tell_relation(store.connection, context, relation)
    return relation


def decide_relation(store: SealedStore, context: CommandContext, *, relation_id: UUID, ok: bool, why: str) -> Relation:
    """Confirm a relation as the second person, or turn it down, which ends it.

    Earlier declarations of a relation that is confirmed end.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, AlreadyDecidedError
        OutOfScopeError, ForbiddenError: the actor may not confirm records of either of the two.
        PersonNotBelowError: neither of the two is below the actor.
    """
    relation, others = _locked(store, context, relation_id)
    if relation.recorded_by != context.caller_id:
        _require_either(store, context, "confirm_record", relation)
    decided = relation.decide(by=context.caller_id, ok=ok, why=why, lent_by=context.hands)
    if decided.verified:
        _end_declarations(store, context, relation, others)
    RelationStore(store.connection).save_relation(decided)
    tell_relation(store.connection, context, decided)
    return decided


def _end_declarations(
    store: SealedStore, context: CommandContext, relation: Relation, others: Iterable[Relation]
) -> None:
    for other in others:
        if other.relation_id != relation.relation_id and not other.verified and _says_the_same(other, relation):
            RelationStore(store.connection).save_relation(other.end())
            tell_relation(store.connection, context, other.end())


def end_relation(store: SealedStore, context: CommandContext, *, relation_id: UUID) -> Relation:
    """End a relation; of one that two have verified, say that it ended, or agree as the second person.

    Raises:
        RecordNotFoundError, AlreadyDecidedError
        MakerIsCheckerError: it is the actor's own, or they said so already.
        OutOfScopeError, ForbiddenError: the actor reaches neither of the two.
        PersonNotBelowError: neither of the two is below the actor.
    """
    relation, _others = _locked(store, context, relation_id)
    if relation.ending_by != context.caller_id:
        _require_either(store, context, "confirm_record" if relation.ending_by else "record_relation", relation)
    ended = relation.said_ended(by=context.caller_id, lent_by=context.hands)
    RelationStore(store.connection).save_relation(ended)
    tell_relation(store.connection, context, ended)
    return ended


def _locked(store: SealedStore, context: CommandContext, relation_id: UUID) -> tuple[Relation, list[Relation]]:
    """Return a relation for change, and all active ones of the two; their locks come first, as everywhere."""
    require_power_somewhere(context, "view_person")
    terms = {"relation_id": relation_id}
    [rows, others] = store.load(
        context.caller_id, terms, kept_relation(relation_id), beside_relation(relation_id), about=OF_RELATION
    )
    if not rows:
        raise RecordNotFoundError(relation_id=relation_id)
    return relation_of(rows[0]), [relation_of(row) for row in others]


def _require_either(store: SealedStore, context: CommandContext, power: str, relation: Relation) -> None:
    pair = [store.persons.person(one) for one in (relation.person_id, relation.relative_id)]
    _require_reach(store, context, power, pair)
    _require_above_either(store, context, pair)


def _require_reach(store: SealedStore, context: CommandContext, power: str, pair: list[Person]) -> None:
    person, relative = pair
    if not has_power(store, context, power, relative.home_unit_id):
        require_power(store, context, power, person.home_unit_id)


def _require_above_either(store: SealedStore, context: CommandContext, pair: list[Person]) -> None:
    """Refuse who is above neither: staff have relatives too, so one of the two is enough."""
    if not any(is_above(store, context, person.person_id) for person in pair):
        raise PersonNotBelowError


def _says_the_same(one: Relation, other: Relation) -> bool:
    if one.person_id == other.person_id:
        return one.kind is other.kind
    return one.kind is other.kind.inverse
