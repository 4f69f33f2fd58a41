"""Load and save units of the tree."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import find_row
from libs.programme.refusals import UnitNotFoundError
from libs.programme.words import UnitLevel
from services.accounts.core.rules.units import Unit
from services.accounts.core.store.tables import unit


class UnitStore:
    """Units of one transaction; one that was read is not read again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[UUID, Unit] = {}
        self._paths: dict[UUID, tuple[UUID, ...]] = {}

    def know(self, rows: Iterable[Any]) -> None:
        """Remember units that were read with other facts."""
        for row in rows:
            self._read[row.unit_id] = unit_of(row)

    def find(self, unit_id: UUID) -> Unit | None:
        """Return a unit, or None."""
        if unit_id not in self._read:
            row = find_row(self._connection, unit, unit_id=unit_id)
            if row is None:
                return None
            self._read[unit_id] = unit_of(row)
        return self._read[unit_id]

    def unit(self, unit_id: UUID) -> Unit:
        """Return a unit.

        Raises:
            UnitNotFoundError: there is none.
        """
        found = self.find(unit_id)
        if found is None:
            raise UnitNotFoundError(unit_id=unit_id)
        return found

    def know_path(self, unit_id: UUID, path: Sequence[UUID]) -> None:
        """Remember the path of a unit that was read with other facts."""
        self._paths[unit_id] = tuple(path)

    def path(self, unit_id: UUID) -> tuple[UUID, ...]:
        """Return the path from the root to a unit."""
        return self._paths.get(unit_id) or self.unit(unit_id).path

    def lock(self, unit_id: UUID) -> None:
        """Let one transaction at a time change what belongs to a unit."""
        find_row(self._connection, unit, unit_id=unit_id, for_update=True)

    def city(self) -> Unit | None:
        """Return the root of the tree, if there is one yet."""
        row = self._connection.execute(sa.select(unit).where(unit.c.parent_id.is_(None))).first()
        return unit_of(row) if row else None

    def paths(self, unit_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, ...]]:
        """Return the paths from the root of several units."""
        rows = self._connection.execute(sa.select(unit.c.unit_id, unit.c.path).where(unit.c.unit_id.in_(unit_ids)))
        return {row.unit_id: tuple(row.path) for row in rows}

    def add(self, new: Unit) -> None:
        """Save a new unit."""
        self._connection.execute(unit.insert().values(**{**asdict(new), "path": list(new.path)}))

    def save(self, changed: Unit) -> None:
        """Save a unit's names."""
        self._read[changed.unit_id] = changed
        self._connection.execute(
            unit.update()
            .where(unit.c.unit_id == changed.unit_id)
            .values(name_zh=changed.name_zh, name_en=changed.name_en, version=changed.version)
        )


def unit_of(row: Any) -> Unit:
    """Return the unit of a row."""
    return Unit(
        unit_id=row.unit_id,
        parent_id=row.parent_id,
        level=UnitLevel(row.level),
        path=tuple(row.path),
        district_id=row.district_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        version=row.version,
    )
