"""Export people with their personal data; everybody's log says so."""

from collections.abc import Iterator
from uuid import UUID

from libs.ids import new_id
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.person_store import person_of
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.store import PERSONS

PAGE = 500


EXPORT_COLUMNS = (
    "person_id",
    "name_zh",
    "born",
    "sex",
    "home_unit_id",
    "status",
    "phone_number",
    "address",
    "grade",
    "hardship",
    "training",
    "insured_until",
    "certificates",
    "speaks",
)


def export_people(store: SealedStore, context: CommandContext, *, unit_id: UUID) -> Iterator[dict[str, str]]:
    """Give everybody at a unit and below as rows of text, a page of them at a time.

    Raises:
        UnitNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not export there.
    """
    require_power(store, context, "export_people", unit_id)
    return _rows(store, context, unit_id)


def _rows(store: SealedStore, context: CommandContext, unit_id: UUID) -> Iterator[dict[str, str]]:
    export_id = new_id()
    for people in PERSONS.every(store.connection, at_once=PAGE, within=[unit_id]):
        ids = [row.person_id for row in people]
        identities = store.identities.identities(ids)
        store.records.log_views(
            viewer_id=context.caller_id, person_ids=ids, what="export", why=str(export_id), at=context.now
        )
        yield from (_row(person_of(row), identities.get(row.person_id)) for row in people)


def _row(person: Person, identity: Identity | None) -> dict[str, str]:
    qualifications = person.qualifications
    return {
        "person_id": str(person.person_id),
        "name_zh": identity.names["zh"] if identity else "",
        "born": person.born.isoformat(),
        "sex": person.sex,
        "home_unit_id": str(person.home_unit_id),
        "status": person.status,
        "phone_number": (identity.phone_number or "") if identity else "",
        "address": (identity.address or "") if identity else "",
        "grade": person.grade,
        "hardship": ";".join(person.hardship),
        "training": "true" if qualifications.training else "false",
        "insured_until": qualifications.insured_until.isoformat() if qualifications.insured_until else "",
        "certificates": ";".join(qualifications.certificates),
        "speaks": ";".join(person.speaks),
    }
