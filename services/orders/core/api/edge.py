"""What the resources share: who calls, commands, and which units they may list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from flask import current_app

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import Service, current_actor, holds, run_command
from libs.http.commands import command_cause
from libs.programme import directory
from services.orders.core.schemas import without_words
from services.orders.core.store import unit_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext

UseCase = Callable[[Connection, CommandContext], Row]


def now() -> datetime:
    """Return the platform's time."""
    return cast("Service", current_app.extensions["service"]).clock.now()


def command_context_of(terms: Row, cause: UUID) -> CommandContext:
    """Return who calls, for whom and with which consent; `cause` is the id of all that follows."""
    return CommandContext(
        actor=current_actor(),
        now=now(),
        cause=cause,
        acting_for=terms.get("acting_for"),
        consent=terms.get("consent"),
        why=terms.get("why") or "",
    )


def command(use_case: UseCase, terms: Row, *, command_id: UUID | None = None) -> Row:
    """Run a use case once; the terms are what its id stands for. Its answer is kept without anybody's words."""
    context = command_context_of(terms, command_cause(command_id))

    def run(connection: Connection) -> Row:
        return without_words(plain(use_case(connection, context)))

    return run_command(run, terms=terms, command_id=command_id)


def plain(value: Any) -> Any:
    """Return a value as JSON tells it: instants in UTC with a Z, ids and days as text."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID | date) else value


def reaches(connection: Connection, unit_id: UUID, *, power: str = "view_orders") -> bool:
    """Tell whether one of the caller's roles has the power and reaches the unit."""
    return holds(current_actor(), POWERS[power], unit_store.path_of(connection, unit_id))


def scope_of(connection: Connection, unit_id: UUID | None) -> Sequence[UUID]:
    """Return the units that a member of staff may list: those below the unit named, or below their own roles.

    Raises:
        ForbiddenError: none of the caller's roles reads orders there.
    """
    if unit_id is not None:
        if not reaches(connection, unit_id):
            raise ForbiddenError
        return directory.units_below(connection, [unit_id])
    mine = [held.unit_id for held in current_actor().roles if held.role in POWERS["view_orders"]]
    if not mine:
        raise ForbiddenError
    return directory.units_below(connection, mine)
