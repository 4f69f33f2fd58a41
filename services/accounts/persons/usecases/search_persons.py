"""Find people by name or number among those the caller's roles reach; every look is logged."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.http.lists import Page
from services.accounts.core.refusals import PhoneNumberInvalidError
from services.accounts.core.rules.identity import IdKind, LookUp, canonical_name, canonical_phone
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.person_store import person_of
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.store import PERSONS


def search_persons(store: SealedStore, context: CommandContext, query: Mapping[str, Any]) -> Page[Person]:
    """Return a page of people at a unit and below, or in all of the caller's scope.

    Raises:
        OutOfScopeError, ForbiddenError: the caller may not look at people, or not there.
    """
    if query["unit"] is not None:
        require_power(store, context, "view_person", query["unit"])
        within = [query["unit"]]
    else:
        within = [held.unit_id for held in context.active_actor().roles if held.role in POWERS["view_person"]]
        if not within:
            raise ForbiddenError
    ids = _ids(store, query["q"]) if query["q"] else None
    page = PERSONS.page(store.connection, query, within=within, ids=ids).map(person_of)
    store.records.log_views(
        viewer_id=context.caller_id,
        person_ids=[person.person_id for person in page.rows],
        what="list",
        why="search" if query["q"] else "",
        at=context.now,
    )
    return page


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
