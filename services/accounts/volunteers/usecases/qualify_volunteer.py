"""Change what a volunteer has shown: training, record, insurance, certificates."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.programme.words import Role
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import lock_below
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person


@dataclass(frozen=True)
class Insurance:
    """An insurance and its last day; None = there is none."""

    until: date | None


def qualify_volunteer(
    store: SealedStore,
    context: CommandContext,
    *,
    person_id: UUID,
    training: bool | None,
    clean_record: bool | None,
    certificates: tuple[str, ...],
    insurance: Insurance | None,
) -> Person:
    """Change a volunteer's qualifications; what is not given (None) stays.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not qualify this volunteer.
        MakerIsCheckerError, PersonNotBelowError: nobody qualifies themselves, or somebody above them.
        RoleMissingError: the person is neither a volunteer nor a provider's worker.
    """
    person = lock_below(store, context, "qualify_volunteer", person_id)
    roles = {grant.role for grant in store.persons.roles(person_id)}
    changes = person.qualifications.shown(training=training, clean_record=clean_record, certificates=certificates)
    if insurance is not None:
        changes = changes.insured(insurance.until)
    qualified = person.qualify(changes, is_volunteer=bool(roles & {Role.VOLUNTEER, Role.PROVIDER_WORKER}))
    store.persons.save(qualified)
    publish_person(store, context, qualified)
    return qualified
