"""The rules of asking for help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.errors import PersonSuspendedError
from libs.programme.policy import Policy
from libs.programme.refusals import (
    FundingNotAllowedError,
    MinutesOutOfRangeError,
    PersonsOutOfRangeError,
    RecipientOverlapError,
    WalletFrozenError,
)
from libs.programme.words import Funding, PersonStatus
from services.orders.core.rules.catalogue import Service, refuse_grade_outside_limits
from services.orders.core.rules.order import Terms
from services.orders.core.rules.people import Person
from services.orders.placing.refusals import NotEligibleForPoolError, ProgrammeBudgetExhaustedError, StartPassedError


@dataclass(frozen=True)
class AskingFacts:
    """What a request for help depends on, beside who asks."""

    recipient: Person
    service: Service
    policy: Policy
    has_other: bool = False
    counted_minutes: int = 0


def refuse_unless_helped(facts: AskingFacts, terms: Terms, funding: Funding) -> None:
    """Apply every rule of asking to the help that somebody may ask for.

    Raises:
        Refusal: the first rule that bars it; its code says which.
    """
    refuse_unless_serves(facts.service, facts.recipient, facts.policy, funding, terms.planned_minutes)
    refuse_persons_out_of_range(facts.service, facts.policy, terms.persons)
    refuse_grade_outside_limits(facts.service, facts.recipient, funding)
    refuse_overlap(has_other=facts.has_other)
    if funding is Funding.PROGRAMME:
        refuse_over_budget(facts.policy, price_minutes=terms.price_minutes, counted_minutes=facts.counted_minutes)


def refuse_unless_serves(
    service: Service, recipient: Person, policy: Policy, funding: Funding, planned_minutes: int
) -> None:
    """Refuse help that this source does not pay for, or not for so long, or not for this person.

    Raises:
        FundingNotAllowedError, MinutesOutOfRangeError, NotEligibleForPoolError: as their names say.
    """
    refuse_unless_payable(service, funding, policy)
    refuse_minutes_out_of_range(service, planned_minutes)
    if funding is Funding.POOL:
        refuse_unless_pool_serves(recipient, policy)


def refuse_inactive_recipient(recipient: Person) -> None:
    """Refuse help for somebody who has died, or may do nothing new.

    Raises:
        WalletFrozenError: the person has died.
        PersonSuspendedError: suspended, sealed or erased.
    """
    if recipient.status == PersonStatus.DECEASED:
        raise WalletFrozenError
    if not recipient.is_active:
        raise PersonSuspendedError


def refuse_unless_payable(service: Service, funding: Funding, policy: Policy) -> None:
    """Refuse a source that may not pay for this service.

    Raises:
        FundingNotAllowedError: the catalogue, or for purchased help the policy, does not name it.
    """
    purchasable = funding is not Funding.PURCHASED or service.code in policy.purchase.services
    if funding.value not in service.funding or not purchasable:
        raise FundingNotAllowedError(service=service.code, funding=funding.value)


def refuse_minutes_out_of_range(service: Service, planned_minutes: int) -> None:
    """Refuse minutes outside the service's limits.

    Raises:
        MinutesOutOfRangeError: fewer or more than the catalogue allows.
    """
    if not service.min_minutes <= planned_minutes <= service.max_minutes:
        raise MinutesOutOfRangeError(min_minutes=service.min_minutes, max_minutes=service.max_minutes)


def refuse_persons_out_of_range(service: Service, policy: Policy, persons: int) -> None:
    """Refuse fewer volunteers than the service needs, or more than the policy lets one order ask for.

    Raises:
        PersonsOutOfRangeError: as its name says.
    """
    most = max(service.persons, policy.order.persons_max)
    if not service.persons <= persons <= most:
        raise PersonsOutOfRangeError(min_persons=service.persons, max_persons=most)


def refuse_unless_pool_serves(recipient: Person, policy: Policy) -> None:
    """Refuse pool-funded help for whom the pool does not serve.

    Raises:
        NotEligibleForPoolError: none of the person's hardship categories is listed.
    """
    if recipient.hardship.isdisjoint(policy.pool.eligible_hardship):
        raise NotEligibleForPoolError


def refuse_overlap(*, has_other: bool) -> None:
    """Refuse a second order at the same time for one recipient.

    Raises:
        RecipientOverlapError: there is one.
    """
    if has_other:
        raise RecipientOverlapError


def refuse_over_budget(policy: Policy, *, price_minutes: int, counted_minutes: int) -> None:
    """Refuse programme-funded help that the month's budget does not cover.

    Raises:
        ProgrammeBudgetExhaustedError: not set, or not enough left.
    """
    budget_minutes = policy.programme.monthly_budget_minutes
    if budget_minutes is None or counted_minutes + price_minutes > budget_minutes:
        raise ProgrammeBudgetExhaustedError(budget_minutes=budget_minutes, counted_minutes=counted_minutes)


def refuse_past_start(*, start_at: datetime, now: datetime) -> None:
    """Refuse help that should have begun already.

    Raises:
        StartPassedError: the start is before now.
    """
    if start_at < now - timedelta(minutes=1):
        raise StartPassedError
