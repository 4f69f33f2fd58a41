"""Import people from a table: a bad row is reported, the others are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import IdReusedError, OutOfScopeError, Refusal
from libs.http import holds
from services.accounts.domain.errors import UnitNotFoundError
from services.accounts.usecases.act import Act
from services.accounts.usecases.register_person import Registration, enrol

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


def import_people(act: Act, *, import_id: UUID, rows: Sequence[Registration | WrongRow]) -> list[RowReport]:
    """Register every good row in one transaction; who repeats the import repeats nothing.

    Raises:
        PersonSuspendedError, ForbiddenError: the actor may import nowhere.
        IdReusedError: another import has this id.
    """
    act.require_anywhere("import_people")
    if not act.store.imports.add(import_id, by=act.actor_id, at=act.now):
        raise IdReusedError(import_id=import_id)
    reports = [_take(act, number, row) for number, row in enumerate(rows, 1)]
    for report in reports:
        act.store.imports.add_row(import_id, report.row, report.person_id, report.code, report.fields)
    return reports


def _take(act: Act, number: int, row: Registration | WrongRow) -> RowReport:
    if isinstance(row, WrongRow):
        return RowReport(number, None, INVALID, row.fields)
    try:
        with act.store.savepoint():
            _require_reach(act, row.home_unit_id)
            enrol(act, row)
    except Refusal as refusal:
        return RowReport(number, row.person_id, refusal.code)
    return RowReport(number, row.person_id, TAKEN)


def _require_reach(act: Act, unit_id: UUID) -> None:
    unit = act.store.units.find(unit_id)
    if unit is None:
        raise UnitNotFoundError(unit_id=unit_id)
    if not holds(act.actor(), POWERS["import_people"], unit.path):
        raise OutOfScopeError
