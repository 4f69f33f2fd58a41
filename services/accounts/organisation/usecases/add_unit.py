"""Add a unit to the organisation tree."""

from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.words import UnitLevel
from services.accounts.core.messages import tell_unit
from services.accounts.core.rules.units import Unit, place_unit
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext


def add_unit(
    store: SealedStore,
    context: CommandContext,
    *,
    unit_id: UUID,
    level: UnitLevel,
    parent_id: UUID,
    name_zh: str,
    name_en: str,
) -> Unit:
    """Add a unit under a parent that the actor's administrative role reaches.

    Raises:
        UnitNotFoundError: there is no such parent.
        OutOfScopeError, ForbiddenError: the actor may not change units there.
        IdReusedError: there is another unit with this id.
        UnitLevelWrongError: units of this level do not stand under this parent.
    """
    parent = store.units.unit(parent_id)
    require_power(store, context, "change_units", parent_id)
    if store.units.find(unit_id) is not None:
        raise IdReusedError(unit_id=unit_id)
    unit = place_unit(unit_id=unit_id, level=level, parent=parent, name_zh=name_zh, name_en=name_en)
    store.units.add(unit)
    tell_unit(store.connection, context, unit)
    return unit
