"""The refusals that more than one service gives: one class, one code, one text in the whole platform."""

from libs.errors import ConflictError, ForbiddenError, NotFoundError, RuleError


class ConsentMissingError(ForbiddenError):
    """Acting for someone needs their recorded consent: how it was given, when, and in which words.

    Acting for someone without a recorded consent that counts; `lacks` names what is missing of it.
    """


class GrantEndedError(ForbiddenError):
    """The grant to act for this person has ended."""


class GrantOutOfScopeError(ForbiddenError):
    """The grant to act for this person does not include this."""


class GrantMinutesExceededError(ForbiddenError):
    """The grant to act for this person does not allow so many minutes a month."""


class MakerIsCheckerError(ForbiddenError):
    """The same person may not be on both sides of a two-person act."""


class AlreadyDecidedError(ConflictError):
    """This was decided before."""


class ProposalLapsedError(ConflictError):
    """This proposal has lapsed; propose it again.

    Nobody decided it in time, or whoever proposed it may do so no more; it has to be proposed anew.
    """


class PolicyMissingError(RuleError):
    """The district has no policy in force."""


class AlreadyReversedError(ConflictError):
    """It was reversed before."""


class ApproverRelatedError(ForbiddenError):
    """Nobody decides about the hours or the credit of a relative or housemate, given or received."""


class SelfApprovalError(ForbiddenError):
    """Nobody decides about their own hours or their own credit."""


class CreditNotGiftableError(RuleError):
    """Only earned credit can be given or donated."""


class CreditRemainingError(ConflictError):
    """A person with credit is erased only when it is given to the pool."""


class CrossDistrictDisabledError(RuleError):
    """Credit does not yet move between these districts."""


class EstateSettledError(ConflictError):
    """What the person left is with the heirs or in the pool: a mistake found now is for people to mend."""


class FundingNotAllowedError(RuleError):
    """This service may not be paid from this source."""


class GiftCapExceededError(RuleError):
    """More than the giver may give in a month."""


class GiftDisabledError(RuleError):
    """The policy allows no gifts."""


class GoodsNotAllowedError(RuleError):
    """The policy gives services only."""


class GradeOutsideLimitsError(RuleError):
    """The recipient's ability grade bars volunteers from this service."""


class InsufficientCreditsError(RuleError):
    """Not enough available credit."""


class MinutesOutOfRangeError(RuleError):
    """The minutes are outside the limits."""


class OpenObligationsError(ConflictError):
    """Open orders, requests or holds stand against it."""


class PersonNotFoundError(NotFoundError):
    """There is no such person.

    Nobody is registered or heard of under this id, or the caller may not know of them.
    """


class PoolInsufficientError(RuleError):
    """The public pool cannot cover it."""


class RecipientOverlapError(RuleError):
    """The recipient already has help at that time."""


class RecordNotFoundError(NotFoundError):
    """There is no such record.

    A relation, assessment, hardship record, grant, proposal, incident or certificate, or none the caller may know of.
    """


class RelationNotVerifiedError(ForbiddenError):
    """The relation is declared but not verified, or unknown."""


class ServiceNotFoundError(RuleError):
    """There is no such service in the catalogue."""


class UnitNotFoundError(NotFoundError):
    """There is no such organisation unit."""


class WalletFrozenError(RuleError):
    """The person has died and their wallets are frozen."""
