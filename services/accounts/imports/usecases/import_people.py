"""Import people from a table, a part at a time: a bad row is reported, the others are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import IdReusedError, OutOfScopeError, Refusal
from libs.http import holds
from libs.programme.refusals import UnitNotFoundError
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.imports.store import ImportStore
from services.accounts.persons.usecases.register_person import Registration, enrol, refuse_unrecordable

TAKEN = ""
INVALID = "invalid_fields"


@dataclass(frozen=True)
class WrongRow:
    """A row that is no registration; `fields` names what is wrong, never what it says."""

    fields: str


@dataclass(frozen=True)
class RowReport:
    """What became of a row; rows count from 1, no code means taken."""

    row: int
    person_id: UUID | None
    code: str
    fields: str = ""


def accept_import(
    store: SealedStore, context: CommandContext, *, import_id: UUID, content: bytes, content_type: str
) -> None:
    """Keep what was sent, to be imported soon; nothing of it is read before.

    Raises:
        PersonSuspendedError, ForbiddenError: the actor may import nowhere.
        IdReusedError: another import has this id.
    """
    require_power_somewhere(context, "import_people")
    imports = ImportStore(store)
    if not imports.add(import_id, by=context.caller_id, at=context.now, content=content, content_type=content_type):
        raise IdReusedError(import_id=import_id)


def take_rows(
    store: SealedStore,
    context: CommandContext,
    *,
    import_id: UUID,
    first: int,
    rows: Sequence[Registration | WrongRow],
    total: int,
) -> None:
    """Register the good ones of some rows, of which the first has number `first`, and say what became of each.

    Raises:
        PersonSuspendedError, ForbiddenError, Unauthorized: who imports may not any more.
    """
    require_power_somewhere(context, "import_people")
    for number, row in enumerate(rows, first):
        report = _take(store, context, number, row)
        ImportStore(store).add_row(import_id, report.row, report.person_id, report.code, report.fields)
    ImportStore(store).go_on(import_id, rows=total, rows_done=first - 1 + len(rows))


def _take(store: SealedStore, context: CommandContext, number: int, row: Registration | WrongRow) -> RowReport:
    if isinstance(row, WrongRow):
        return RowReport(number, None, INVALID, row.fields)
    try:
        with store.savepoint():
            _require_reach(store, context, row.home_unit_id)
            refuse_unrecordable(store, context, row)
            enrol(store, context, row)
    except Refusal as refusal:
        return RowReport(number, row.person_id, refusal.code)
    return RowReport(number, row.person_id, TAKEN)


def _require_reach(store: SealedStore, context: CommandContext, unit_id: UUID) -> None:
    unit = store.units.find(unit_id)
    if unit is None:
        raise UnitNotFoundError(unit_id=unit_id)
    if not holds(context.active_actor(), POWERS["import_people"], unit.path):
        raise OutOfScopeError
