"""May this help be paid by this credit? Every rule of asking, in the order in which it is looked at."""

from dataclasses import dataclass
from datetime import datetime

from libs.clock import local_date
from libs.programme.catalogue import coefficient_at
from libs.programme.policy import Policy
from libs.programme.refusals import (
    FundingNotAllowedError,
    GradeOutsideLimitsError,
    MinutesOutOfRangeError,
    PersonsOutOfRangeError,
    RelationNotVerifiedError,
)
from services.redemption.core.rules.facts import PersonFacts
from services.redemption.core.rules.people import Person, Relation
from services.redemption.core.rules.policy import Service, price_minutes, scope_names
from services.redemption.core.rules.served import refuse_min_hours
from services.redemption.core.rules.who_may import refuse_deceased
from services.redemption.requests.refusals import (
    RecipientTooYoungError,
    RelativeNotAllowedError,
    StartInPastError,
    WeeklyLimitExceededError,
)


@dataclass(frozen=True)
class Asked:
    """What is asked for, and what is known about those concerned."""

    recipient: Person
    payer: Person
    relation: Relation | None
    service: Service
    minutes: int
    start_at: datetime
    persons: int
    payer_served_minutes: int
    week_minutes: int


@dataclass(frozen=True)
class AskingFacts:
    """What asking for help depends on, as it was found."""

    recipient: PersonFacts
    payer: PersonFacts
    relation: Relation | None
    """What the recipient is to the payer."""
    service: Service | None
    policy: Policy | None
    payer_served_minutes: int
    week_minutes: int
    is_kept: bool
    """Whether there is a request of this id."""


def refuse_unknown_relation(asked: Asked) -> None:
    """Only a payer whose relation to the recipient is verified may ask to pay."""
    if asked.payer.person_id == asked.recipient.person_id:
        return
    if asked.relation is None or not asked.relation.verified:
        raise RelationNotVerifiedError


def refuse_unless_eligible(asked: Asked, policy: Policy, *, now: datetime) -> None:
    """Refuse what the service or the policy in force bars.

    Raises:
        RuleError: of the first rule that bars it.
    """
    refuse_deceased(asked.recipient, asked.payer)
    _refuse_by_service(asked, now)
    _refuse_by_persons(asked, policy)
    refuse_age(asked.recipient, policy, start_at=asked.start_at)
    if asked.service.bars(asked.recipient.grade):
        raise GradeOutsideLimitsError(grade=asked.recipient.grade, max_grade=asked.service.max_grade)
    _refuse_by_relation(asked, policy)
    refuse_min_hours(policy, served_minutes=asked.payer_served_minutes)
    _refuse_by_week(asked, policy)


def _refuse_by_service(asked: Asked, now: datetime) -> None:
    service = asked.service
    if "credit" not in service.funding:
        raise FundingNotAllowedError(funding="credit", allowed=list(service.funding))
    if not service.min_minutes <= asked.minutes <= service.max_minutes:
        raise MinutesOutOfRangeError(min_minutes=service.min_minutes, max_minutes=service.max_minutes)
    if asked.start_at < now:
        raise StartInPastError


def _refuse_by_persons(asked: Asked, policy: Policy) -> None:
    """Refuse fewer volunteers than the service needs, or more than the policy lets one order ask for."""
    most = max(asked.service.persons, policy.order.persons_max)
    if not asked.service.persons <= asked.persons <= most:
        raise PersonsOutOfRangeError(min_persons=asked.service.persons, max_persons=most)


def refuse_age(recipient: Person, policy: Policy, *, start_at: datetime) -> None:
    """The recipient's age counts on the day of service; any hardship category has an age of its own."""
    least = policy.redeem.hardship_age if recipient.hardship else policy.redeem.min_age
    if recipient.age_on(local_date(start_at)) < least:
        raise RecipientTooYoungError(min_age=least)


def _refuse_by_relation(asked: Asked, policy: Policy) -> None:
    if asked.relation is None:
        return
    if not scope_names(policy.redeem.for_relatives, asked.relation.kind):
        raise RelativeNotAllowedError(kinship=asked.relation.kind)


def _refuse_by_week(asked: Asked, policy: Policy) -> None:
    limit = policy.redeem.max_minutes_per_week
    price = asked_price(asked, policy)
    if limit is not None and asked.week_minutes + price > limit:
        raise WeeklyLimitExceededError(week_minutes=asked.week_minutes, price_minutes=price, limit_minutes=limit)


def asked_price(asked: Asked, policy: Policy) -> int:
    """Return the price, with the coefficient in force now for the time of its start."""
    coefficient = coefficient_at(policy, asked.service, asked.start_at, times=asked.service)
    return price_minutes(minutes=asked.minutes, coefficient_percent=coefficient, persons=asked.persons)
