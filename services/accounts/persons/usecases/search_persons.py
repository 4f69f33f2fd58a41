"""Find people by name or number among those the caller's roles reach; every look is logged."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.programme.words import PersonStatus, Role
from services.accounts.core.refusals import PhoneNumberInvalidError
from services.accounts.core.rules.identity import IdKind, LookUp, canonical_name, canonical_phone
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.store import PersonFilter, find_persons


@dataclass(frozen=True)
class Search:
    """What is asked for."""

    unit_id: UUID | None = None
    text: str | None = None
    role: Role | None = None
    status: PersonStatus | None = None
    after: UUID | None = None


def search_persons(store: SealedStore, context: CommandContext, search: Search, *, limit: int) -> list[Person]:
    """Return people at a unit and below, or in all of the caller's scope.

    Raises:
        OutOfScopeError, ForbiddenError: the caller may not look at people, or not there.
    """
    if search.unit_id is not None:
        require_power(store, context, "view_person", search.unit_id)
        within = [search.unit_id]
    else:
        within = [held.unit_id for held in context.active_actor().roles if held.role in POWERS["view_person"]]
        if not within:
            raise ForbiddenError
    wanted = PersonFilter(
        within=within,
        ids=_ids(store, search.text) if search.text else None,
        role=search.role,
        status=search.status,
        after=search.after,
    )
    persons = find_persons(store.connection, wanted, limit=limit)
    store.records.log_views(
        viewer_id=context.caller_id,
        person_ids=[person.person_id for person in persons],
        what="list",
        why="search" if search.text else "",
        at=context.now,
    )
    return persons


def _ids(store: SealedStore, text: str) -> set[UUID]:
    """Return who has this name, sign-in name, phone number or identity number, exactly: the index tells no more."""
    identities = store.identities
    found = {
        *identities.found_by(LookUp.NAME, canonical_name(text)),
        *identities.found_by(LookUp.SIGN_IN_NAME, canonical_name(text)),
    }
    number = "".join(text.split()).upper()
    for kind in IdKind:
        found.update(identities.found_by(LookUp.ID_NUMBER, f"{kind}:{number}"))
    try:
        found.update(identities.found_by(LookUp.PHONE, canonical_phone(text)))
    except PhoneNumberInvalidError:
        return found
    return found
