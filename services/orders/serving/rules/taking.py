"""Who may take an order: the gates that are looked at when somebody takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.errors import ForbiddenError, PersonSuspendedError
from libs.programme.policy import Policy
from libs.programme.refusals import CrossDistrictDisabledError
from libs.programme.words import WORKER_ROLES, Funding, Role, Sex
from services.orders.core.rules.catalogue import Service, refuse_grade_outside_limits
from services.orders.core.rules.offers import Offers
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Group, Person, Relations
from services.orders.not_wanted.refusals import NotOpenToVolunteerError
from services.orders.serving.refusals import (
    BadCreditRecordError,
    CertificateMissingError,
    GuardianRequiredError,
    InsuranceMissingError,
    MinorGroupOnlyError,
    NotInGroupError,
    OffersTooManyError,
    OrderOverlapError,
    ProviderRequiredError,
    RelatedPartyError,
    RiskTooHighForMinorError,
    TrainingMissingError,
    VolunteerPausedError,
    VolunteerStoppedError,
    VolunteerTooOldError,
    VolunteerTooYoungError,
)


def offer_lapses_at(policy: Policy, *, offered_at: datetime) -> datetime:
    """Return the last instant at which an offer can be accepted."""
    return offered_at + timedelta(minutes=policy.offer.accept_within_minutes)


def refuse_too_many(policy: Policy, offers: Offers) -> None:
    """Refuse to ask more people at once than the policy says.

    Raises:
        OffersTooManyError: enough others may still accept.
    """
    if len(offers.to) > policy.offer.open_max:
        raise OffersTooManyError(open_max=policy.offer.open_max)


def paused_until(policy: Policy, no_shows: list[datetime]) -> datetime | None:
    """Return the end of a volunteer's pause after repeated no-shows, None without one."""
    if not no_shows:
        return None
    last = max(no_shows)
    window = timedelta(days=policy.noshow.window_days)
    counted = sum(1 for at in no_shows if last - at < window)
    if counted < 2:
        return None
    days = policy.noshow.pause_second_days if counted == 2 else policy.noshow.pause_third_days
    return last + timedelta(days=days)


ADULT_AGE = 18
RISKS = ("L", "M", "H")


@dataclass(frozen=True)
class Taking:
    """Everything that the gates look at when somebody takes an order."""

    order: Order
    service: Service
    volunteer: Person
    recipients: tuple[Person, ...]
    relations: Relations
    policy: Policy
    home_policy: Policy
    day: date
    now: datetime
    no_shows: list[datetime]
    has_other: bool
    stopped_until: datetime | None = None
    """Until when a coordinator stopped the volunteer, if one did."""
    is_not_wanted: bool = False
    """The recipient's side said so."""
    guardian_id: UUID | None = None
    group_id: UUID | None = None
    group: Group | None = None


def refuse_who_may_not_serve(volunteer: Person) -> None:
    """Refuse whoever does not serve at all, or not now.

    Raises:
        ForbiddenError: neither a volunteer nor a provider's worker.
        PersonSuspendedError: suspended, dead, sealed or erased.
    """
    if not volunteer.roles & WORKER_ROLES:
        raise ForbiddenError
    if not volunteer.is_active:
        raise PersonSuspendedError


def refuse_unless_gates_open(taking: Taking) -> None:
    """Apply every gate; caps never refuse a take.

    Raises:
        Refusal: the first gate that is shut; its code says which.
    """
    _refuse_paused(taking)
    _refuse_stopped(taking)
    if taking.is_not_wanted:
        raise NotOpenToVolunteerError
    if taking.order.funding is Funding.PURCHASED:
        if Role.PROVIDER_WORKER not in taking.volunteer.roles:
            raise ProviderRequiredError
    else:
        _refuse_unqualified(taking)
    if taking.group_id is not None and not _serves_in_group(taking):
        raise NotInGroupError(group_id=taking.group_id)
    _refuse_related(taking)
    if taking.has_other:
        raise OrderOverlapError


def _refuse_paused(taking: Taking) -> None:
    until = paused_until(taking.policy, taking.no_shows)
    if until is not None and taking.now < until:
        raise VolunteerPausedError(paused_until=until.isoformat())


def _refuse_stopped(taking: Taking) -> None:
    until = taking.stopped_until
    if until is not None and taking.now < until:
        raise VolunteerStoppedError(stopped_until=until.isoformat())


def _refuse_unqualified(taking: Taking) -> None:
    if Role.VOLUNTEER not in taking.volunteer.roles:
        raise ForbiddenError
    _refuse_age(taking)
    skills, service, policy = taking.volunteer.qualifications, taking.service, taking.policy
    if policy.earn.requires_training and not skills.training:
        raise TrainingMissingError
    if policy.earn.requires_clean_credit and not skills.clean_record:
        raise BadCreditRecordError
    is_insured = skills.insured_until is not None and skills.insured_until >= taking.day
    if service.risk in policy.insurance.required_for_risk and not is_insured:
        raise InsuranceMissingError(day=taking.day.isoformat())
    if service.certificate and service.certificate not in skills.certificates:
        raise CertificateMissingError(certificate=service.certificate)
    for recipient in taking.recipients:
        refuse_grade_outside_limits(service, recipient, taking.order.funding)
    _refuse_other_district(taking)


def _refuse_age(taking: Taking) -> None:
    policy, age = taking.policy, taking.volunteer.age_on(taking.day)
    youngest = policy.earn.min_age
    if taking.volunteer.sex == Sex.FEMALE:
        women = policy.earn.min_age_women
        youngest = youngest if women is None else women
    if age < ADULT_AGE and youngest <= ADULT_AGE:
        _refuse_minor(taking)
    elif age < youngest:
        raise VolunteerTooYoungError(min_age=youngest)
    oldest = policy.earn.max_age
    if oldest is not None and age > oldest:
        raise VolunteerTooOldError(max_age=oldest)


def _refuse_minor(taking: Taking) -> None:
    mode = taking.policy.earn.minor_mode
    if mode == "none":
        raise VolunteerTooYoungError(min_age=ADULT_AGE)
    if mode == "group_only" and not _serves_in_group(taking):
        raise MinorGroupOnlyError
    guardian = taking.guardian_id
    is_guarded = guardian is not None and taking.relations.is_guardian(taking.volunteer.person_id, guardian)
    if mode == "guardian_accompanied" and not is_guarded:
        raise GuardianRequiredError
    highest = taking.policy.earn.minor_max_risk
    if RISKS.index(taking.service.risk) > RISKS.index(highest):
        raise RiskTooHighForMinorError(max_risk=highest)


def _serves_in_group(taking: Taking) -> bool:
    """Tell whether the volunteer belongs to the registered group that they name, and an adult answers for it today."""
    group = taking.group
    return (
        group is not None
        and taking.volunteer.person_id in group.member_ids
        and group.leader is not None
        and group.leader.is_active
        and group.leader.age_on(taking.day) >= ADULT_AGE
    )


def _refuse_related(taking: Taking) -> None:
    blocked = taking.policy.earn.related_party_block
    if blocked and any(_is_kin(taking, recipient) for recipient in taking.recipients):
        raise RelatedPartyError


def _is_kin(taking: Taking, recipient: Person) -> bool:
    is_same = taking.volunteer.person_id == recipient.person_id
    return is_same or taking.relations.are_kin(taking.volunteer, recipient)


def _refuse_other_district(taking: Taking) -> None:
    if taking.volunteer.district_id == taking.order.district_id:
        return
    if not all(policy.cross_district.enabled for policy in (taking.policy, taking.home_policy)):
        raise CrossDistrictDisabledError
