"""The monthly grant to key elders: who they are, and how much."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.programme.policy import Policy
from libs.programme.words import Grade, Hardship, PersonStatus
from services.redemption.core.rules.people import Person
from services.redemption.grants.refusals import GrantAmountUnsetError

OLDEST_AGE = 80


YOUNGEST_AGE = 60


@dataclass(frozen=True)
class GrantRun:
    """This month's grants of a district: all or none."""

    grant_run_id: UUID
    district_id: UUID
    month: date
    amount_minutes: int
    person_ids: tuple[UUID, ...]
    requested_by: UUID
    policy_version: int


def grant_amount(policy: Policy) -> int:
    """Return the monthly amount, which the bureau must have entered."""
    amount = policy.grant.key_elder_monthly_minutes
    if amount is None:
        raise GrantAmountUnsetError
    return amount


def is_key_elder(person: Person, today: date) -> bool:
    """Nanjing's rule: 80 or older and alone; or 60 to 79 with dibao, grade mild or worse, and alone."""
    if (
        person.status != PersonStatus.ACTIVE
        or not person.is_recipient
        or Hardship.EMPTY_NEST_ALONE not in person.hardship
    ):
        return False
    age = person.age_on(today)
    return age >= OLDEST_AGE or (
        age >= YOUNGEST_AGE and Hardship.DIBAO in person.hardship and person.grade != Grade.INTACT
    )
