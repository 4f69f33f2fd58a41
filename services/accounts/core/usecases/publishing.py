"""Tell the others what became of a person."""

from collections.abc import Sequence

from libs.events import Cause
from services.accounts.core.messages import tell_person
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.store import Store


def publish_person(store: Store, context: Cause, person: Person, roles: Sequence[RoleGrant] | None = None) -> None:
    """Tell the others the person's present state, with their roles (read when not given)."""
    held = store.persons.roles(person.person_id) if roles is None else roles
    tell_person(store.connection, context, person, held)
