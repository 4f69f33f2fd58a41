"""The rules of asking for help."""

from __future__ import annotations

from datetime import datetime, timedelta

from libs.errors import PersonSuspendedError
from libs.programme.policy import Policy
from libs.programme.words import Funding, PersonStatus
from services.orders.core.refusals import MinutesOutOfRangeError
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.people import Person
from services.orders.placing.refusals import (
    FundingNotAllowedError,
    NotEligibleForPoolError,
    ProgrammeBudgetExhaustedError,
    RecipientOverlapError,
    StartPassedError,
    WalletFrozenError,
)


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
