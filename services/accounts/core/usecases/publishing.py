"""Tell the others what became of a person."""

from collections.abc import Sequence

from services.accounts.core.messages import person_state
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.store import Store
from services.accounts.core.usecases.command_context import CommandContext


def publish_person(
    store: Store, context: CommandContext, person: Person, roles: Sequence[RoleGrant] | None = None
) -> None:
    """Tell the others the person's present state, with their roles (read when not given)."""
    held = store.persons.roles(person.person_id) if roles is None else roles
    store.append(person_state(person, held, now=context.now))
