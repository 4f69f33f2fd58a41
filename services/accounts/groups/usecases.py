"""Register a group, change who belongs to it and who answers for it, and end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.errors import IdReusedError
from libs.events import Cause
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore, Store
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.groups.messages import tell_group
from services.accounts.groups.rules import Group, refuse_public_name, refuse_unfit_leader, refuse_unfit_member
from services.accounts.groups.store import GroupStore


@dataclass(frozen=True)
class NewGroup:
    """What is said of a new group."""

    group_id: UUID
    unit_id: UUID
    name_zh: str
    name_en: str
    leader_id: UUID
    member_ids: Sequence[UUID]


def register_group(store: SealedStore, context: CommandContext, new: NewGroup) -> Group:
    """Register a group at a unit; its members may serve within it at once.

    Raises:
        UnitNotFoundError, PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor reaches not the unit, or not one of the members.
        GroupLeaderUnfitError, GroupTooLargeError, NameForbiddenError, WrongPersonStateError, IdReusedError
    """
    require_power(store, context, "register_group", new.unit_id)
    if GroupStore(store.connection).find(new.group_id) is not None:
        raise IdReusedError(group_id=new.group_id)
    refuse_public_name(new.name_zh, new.name_en)
    persons = store.persons.lock_persons({new.leader_id, *new.member_ids})
    refuse_unfit_leader(persons[new.leader_id], today=context.today)
    for member_id in new.member_ids:
        _refuse_member(store, context, persons[member_id])
    unit = store.units.unit(new.unit_id)
    founded = Group(
        group_id=new.group_id,
        unit_id=new.unit_id,
        district_id=unit.district_id,
        name_zh=new.name_zh,
        name_en=new.name_en,
        leader_id=new.leader_id,
        member_ids=(),
        registered_by=context.caller_id,
        version=0,
    )
    group = founded.with_members(new.member_ids)
    GroupStore(store.connection).add(group, at=context.now)
    tell_group(store.connection, context, group)
    return group


def add_member(store: SealedStore, context: CommandContext, *, group_id: UUID, person_id: UUID) -> Group:
    """Let a person belong to a group.

    Raises:
        RecordNotFoundError, PersonNotFoundError, WrongPersonStateError, AlreadyDecidedError, GroupTooLargeError
        OutOfScopeError, ForbiddenError
    """
    persons = store.persons.lock_persons([person_id])
    group = _group_of(store, context, group_id)
    _refuse_member(store, context, persons[person_id])
    return _save(store, context, group.with_members({*group.member_ids, person_id}))


def remove_member(store: SealedStore, context: CommandContext, *, group_id: UUID, person_id: UUID) -> Group:
    """Let a person belong to a group no more: by staff, or by themselves.

    Raises:
        RecordNotFoundError, AlreadyDecidedError
        OutOfScopeError, ForbiddenError
    """
    group = GroupStore(store.connection).group(group_id)
    if person_id == context.caller_id:
        context.active_actor()
    else:
        require_power(store, context, "register_group", group.unit_id)
    return _save(store, context, group.with_members(set(group.member_ids) - {person_id}))


def change_leader(store: SealedStore, context: CommandContext, *, group_id: UUID, leader_id: UUID) -> Group:
    """Let another adult answer for a group.

    Raises:
        RecordNotFoundError, PersonNotFoundError, GroupLeaderUnfitError, AlreadyDecidedError
        OutOfScopeError, ForbiddenError
    """
    persons = store.persons.lock_persons([leader_id])
    group = _group_of(store, context, group_id)
    refuse_unfit_leader(persons[leader_id], today=context.today)
    return _save(store, context, group.led_by(leader_id))


def end_group(store: SealedStore, context: CommandContext, *, group_id: UUID) -> Group:
    """End a group.

    Raises:
        RecordNotFoundError, AlreadyDecidedError
        OutOfScopeError, ForbiddenError
    """
    return _save(store, context, _group_of(store, context, group_id).end())


def forget_in_groups(store: Store, context: Cause, person_id: UUID) -> None:
    """Take a person whose data are no longer used out of their groups; a group without its leader ends."""
    for group in GroupStore(store.connection).of_person(person_id):
        left = group.with_members(set(group.member_ids) - {person_id})
        changed = left.end() if group.leader_id == person_id else left
        GroupStore(store.connection).save(changed)
        tell_group(store.connection, context, changed)


def _group_of(store: SealedStore, context: CommandContext, group_id: UUID) -> Group:
    group = GroupStore(store.connection).group(group_id)
    require_power(store, context, "register_group", group.unit_id)
    return group


def _refuse_member(store: SealedStore, context: CommandContext, member: Person) -> None:
    require_power(store, context, "register_group", member.home_unit_id)
    refuse_unfit_member(member)


def _save(store: SealedStore, context: CommandContext, changed: Group) -> Group:
    GroupStore(store.connection).save(changed)
    tell_group(store.connection, context, changed)
    return changed
