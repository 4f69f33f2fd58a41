"""The organisation tree: city, district, street, community, service point."""

from dataclasses import dataclass
from uuid import UUID

from libs.programme.words import UnitLevel
from services.accounts.core.refusals import UnitLevelWrongError

PARENT_LEVELS: dict[UnitLevel, frozenset[UnitLevel]] = {
    UnitLevel.CITY: frozenset(),
    UnitLevel.DISTRICT: frozenset({UnitLevel.CITY}),
    UnitLevel.STREET: frozenset({UnitLevel.DISTRICT}),
    UnitLevel.COMMUNITY: frozenset({UnitLevel.STREET}),
    UnitLevel.SERVICE_POINT: frozenset({UnitLevel.DISTRICT, UnitLevel.STREET, UnitLevel.COMMUNITY}),
}


@dataclass(frozen=True)
class Unit:
    """A node of the tree; `path` leads from the root to the node itself."""

    unit_id: UUID
    parent_id: UUID | None
    level: UnitLevel
    path: tuple[UUID, ...]
    district_id: UUID | None
    name_zh: str
    name_en: str
    version: int = 1


def place_unit(*, unit_id: UUID, level: UnitLevel, parent: Unit | None, name_zh: str, name_en: str) -> Unit:
    """Return a new unit under its parent.

    Raises:
        UnitLevelWrongError: units of this level do not stand under this parent.
    """
    allowed = PARENT_LEVELS[level]
    if (parent is None) != (not allowed) or (parent is not None and parent.level not in allowed):
        raise UnitLevelWrongError(level=level, parent_level=parent.level if parent else None)
    above = parent.path if parent else ()
    district_id = unit_id if level is UnitLevel.DISTRICT else parent.district_id if parent else None
    return Unit(
        unit_id=unit_id,
        parent_id=parent.unit_id if parent else None,
        level=level,
        path=(*above, unit_id),
        district_id=district_id,
        name_zh=name_zh,
        name_en=name_en,
    )
