"""Change what a volunteer has shown: training, record, insurance, certificates."""

from datetime import date
from uuid import UUID

from services.accounts.domain.persons import Person
from services.accounts.domain.roles import Role
from services.accounts.usecases.act import Act


def qualify_volunteer(
    act: Act,
    *,
    person_id: UUID,
    training: bool | None,
    clean_record: bool | None,
    insured_until: date | None,
    certificates: tuple[str, ...],
) -> Person:
    """Change a volunteer's qualifications; what is not given stays.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not qualify this volunteer.
        MakerIsCheckerError: nobody qualifies themselves.
        RoleMissingError: the person is neither a volunteer nor a provider's worker.
    """
    person = act.store.persons.lock_person(person_id)
    act.require("qualify_volunteer", person.home_unit_id)
    act.refuse_own(person_id)
    roles = {grant.role for grant in act.store.persons.roles(person_id)}
    changes = person.qualifications.with_changes(
        training=training, clean_record=clean_record, insured_until=insured_until, certificates=certificates
    )
    qualified = person.qualify(changes, is_volunteer=bool(roles & {Role.VOLUNTEER, Role.PROVIDER_WORKER}))
    act.store.persons.save(qualified)
    act.publish(qualified)
    return qualified
