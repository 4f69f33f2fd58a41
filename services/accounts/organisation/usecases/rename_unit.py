"""Give a unit of the organisation tree another name."""

from dataclasses import replace
from uuid import UUID

from services.accounts.core.acts import Act
from services.accounts.core.messages import unit_state
from services.accounts.core.rules.units import Unit


def rename_unit(act: Act, *, unit_id: UUID, name_zh: str, name_en: str) -> Unit:
    """Change a unit's names.

    Raises:
        UnitNotFoundError: there is none.
        OutOfScopeError, ForbiddenError: the actor may not change it.
    """
    unit = act.store.units.unit(unit_id)
    act.require("change_units", unit_id)
    renamed = replace(unit, name_zh=name_zh, name_en=name_en, version=unit.version + 1)
    act.store.units.save(renamed)
    act.store.append(unit_state(renamed, now=act.now))
    return renamed
