"""Give a unit of the organisation tree another name."""

from dataclasses import replace
from uuid import UUID

from services.accounts.core.messages import tell_unit
from services.accounts.core.rules.units import Unit
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext


def rename_unit(store: SealedStore, context: CommandContext, *, unit_id: UUID, name_zh: str, name_en: str) -> Unit:
    """Change a unit's names.

    Raises:
        UnitNotFoundError: there is none.
        OutOfScopeError, ForbiddenError: the actor may not change it.
    """
    unit = store.units.unit(unit_id)
    require_power(store, context, "change_units", unit_id)
    renamed = replace(unit, name_zh=name_zh, name_en=name_en, version=unit.version + 1)
    store.units.save(renamed)
    tell_unit(store.connection, context, renamed)
    return renamed
