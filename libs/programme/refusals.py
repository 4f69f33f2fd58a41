"""The refusals that more than one service gives: one class, one code, one text in the whole platform."""

from collections.abc import Sequence
from uuid import UUID

from libs.errors import ConflictError, ForbiddenError, NotFoundError, RuleError


class ConsentMissingError(ForbiddenError):
    """Acting for someone needs their recorded consent: how it was given, when, and in which words.

    Acting for someone without a recorded consent that counts; `lacks` names what is missing of it.
    """

    lacks: str


class GrantEndedError(ForbiddenError):
    """The grant to act for this person has ended."""

    until: str


class GrantOutOfScopeError(ForbiddenError):
    """The grant to act for this person does not include this."""

    act: str


class GrantMinutesExceededError(ForbiddenError):
    """The grant to act for this person does not allow so many minutes a month."""

    used_minutes: int
    minutes_per_month: int


class MakerIsCheckerError(ForbiddenError):
    """The same person may not be on both sides of a two-person act."""


class AlreadyDecidedError(ConflictError):
    """This was decided before."""

    state: str | None = None
    complaint_id: UUID | None = None
    person_id: UUID | None = None
    group_id: UUID | None = None
    grant_id: UUID | None = None
    role: str | None = None
    unit_id: UUID | None = None


class ProposalLapsedError(ConflictError):
    """This proposal has lapsed; propose it again.

    Nobody decided it in time, or whoever proposed it may do so no more; it has to be proposed anew.
    """

    proposal_id: UUID | None = None
    lapsed_at: str | None = None
    entitlement_id: UUID | None = None
    estate_id: UUID | None = None


class PolicyMissingError(RuleError):
    """The district has no policy in force."""

    district_id: UUID
    policy_version: int | None = None
    day: str | None = None


class AlreadyReversedError(ConflictError):
    """It was reversed before."""


class ApproverRelatedError(ForbiddenError):
    """Nobody decides about the hours or the credit of a relative or housemate, given or received."""


class SelfApprovalError(ForbiddenError):
    """Nobody decides about their own hours or their own credit."""


class CreditNotGiftableError(RuleError):
    """Only earned credit can be given or donated."""

    earned_minutes: int
    asked_minutes: int


class CreditRemainingError(ConflictError):
    """A person with credit is erased only when it is given to the pool."""


class CrossDistrictDisabledError(RuleError):
    """Credit does not yet move between these districts."""


class EstateSettledError(ConflictError):
    """What the person left is with the heirs or in the pool: a mistake found now is for people to mend."""


class FundingNotAllowedError(RuleError):
    """This service may not be paid from this source."""

    funding: str
    service: str | None = None
    allowed: Sequence[str] | None = None


class GiftCapExceededError(RuleError):
    """More than the giver may give in a month."""

    cap_minutes: int
    given_minutes: int | None = None
    month_minutes: int | None = None


class GiftDisabledError(RuleError):
    """The policy allows no gifts."""


class GoodsNotAllowedError(RuleError):
    """The policy gives services only."""


class GradeOutsideLimitsError(RuleError):
    """The recipient's ability grade bars volunteers from this service."""

    max_grade: str
    grade: str | None = None


class InsufficientCreditsError(RuleError):
    """Not enough available credit."""

    asked_minutes: int
    available_minutes: int | None = None


class MinutesOutOfRangeError(RuleError):
    """The minutes are outside the limits."""

    minutes: int | str | None = None
    reported_minutes: int | None = None
    counted_minutes: int | None = None
    min_minutes: int | None = None
    max_minutes: int | None = None


class PersonsOutOfRangeError(RuleError):
    """It may not be for so few volunteers, or for so many."""

    min_persons: int
    max_persons: int


class OpenObligationsError(ConflictError):
    """Open orders, requests or holds stand against it."""


class PersonNotFoundError(NotFoundError):
    """There is no such person.

    Nobody is registered or heard of under this id, or the caller may not know of them.
    """

    person_id: UUID | None = None


class PoolInsufficientError(RuleError):
    """The public pool cannot cover it."""

    available_minutes: int
    asked_minutes: int


class RecipientOverlapError(RuleError):
    """The recipient already has help at that time."""


class RecordNotFoundError(NotFoundError):
    """There is no such record.

    A relation, assessment, hardship record, grant, proposal, incident or certificate, or none the caller may know of.
    """

    application_id: UUID | None = None
    complaint_id: UUID | None = None
    mistake_id: UUID | None = None
    death_id: UUID | None = None
    person_id: UUID | None = None
    group_id: UUID | None = None
    import_id: UUID | None = None
    proposal_id: UUID | None = None
    unit_id: UUID | None = None
    policy_id: UUID | None = None
    finding_id: UUID | None = None
    relation_id: UUID | None = None
    grant_id: UUID | None = None


class RelationNotVerifiedError(ForbiddenError):
    """The relation is declared but not verified, or unknown."""


class ServiceNotFoundError(RuleError):
    """There is no such service in the catalogue."""

    service: str


class UnitNotFoundError(NotFoundError):
    """There is no such organisation unit."""

    unit_id: UUID


class WalletFrozenError(RuleError):
    """The person has died and their wallets are frozen."""

    person_id: UUID | None = None


class DeviceKeyRevokedError(RuleError):
    """This device's key was revoked; sign in on the device again."""
