"""What is refused of taking and serving."""

from __future__ import annotations

from uuid import UUID

from libs.errors import ConflictError, ForbiddenError, InvalidError, RuleError


class NotOfferedToYouError(ForbiddenError):
    """This order is not offered to the caller."""


class OffersTooManyError(RuleError):
    """This order is offered to as many people as may be asked at once."""

    open_max: int


class ChecklistPointError(RuleError):
    """The list of this service has no such point."""

    points: int


class TrainingMissingError(RuleError):
    """The volunteer is not trained."""


class InsuranceMissingError(RuleError):
    """No accident insurance is valid on the day."""

    day: str


class CertificateMissingError(RuleError):
    """The service needs a certificate that the volunteer does not hold."""

    certificate: str


class BadCreditRecordError(RuleError):
    """The volunteer's public credit record is not clean."""


class VolunteerTooYoungError(RuleError):
    """Below the minimum age."""

    min_age: int


class VolunteerTooOldError(RuleError):
    """Above the maximum age."""

    max_age: int


class GuardianRequiredError(RuleError):
    """A minor needs a verified parent or grandparent with them."""


class MinorGroupOnlyError(RuleError):
    """A minor may serve only within a group."""


class RiskTooHighForMinorError(RuleError):
    """This service is too risky for a minor."""

    max_risk: str


class NotInGroupError(RuleError):
    """No registered group of this id has the volunteer as a member."""

    group_id: UUID


class RelatedPartyError(RuleError):
    """The volunteer is a relative or housemate of the recipient."""


class OrderOverlapError(RuleError):
    """The volunteer already has an order at that time."""


class VolunteerPausedError(RuleError):
    """Paused after repeated no-shows."""

    paused_until: str


class VolunteerStoppedError(RuleError):
    """A coordinator stopped the volunteer for a day."""

    stopped_until: str


class ProviderRequiredError(RuleError):
    """Purchased hours are worked by the provider's staff."""


class OfferLapsedError(RuleError):
    """The offer was not accepted in time."""

    lapsed_at: str


class EmergencyNotForVolunteersError(RuleError):
    """An emergency is never a volunteer's order."""


class CheckInTooEarlyError(RuleError):
    """Before the check-in window."""

    opens_at: str


class DoorCodeWrongError(RuleError):
    """Not the door code of this order."""

    keeps_effects = True  # The wrong code is counted.


class DoorCodeLockedError(RuleError):
    """Too many wrong codes: the recipient's side must have a new door code made."""


class NoShowTooEarlyError(RuleError):
    """The waiting time is not over."""

    reportable_at: str


class ActUnreadableError(InvalidError):
    """Not a check-in or check-out as a device signs it."""


class DeviceKeyUnknownError(RuleError):
    """The device's key is not known here yet; send it again in a moment."""


class SignatureWrongError(RuleError):
    """The device's key did not sign this."""


class ActNumberReusedError(ConflictError):
    """The device signed something else under this number before."""


class DeviceClockAheadError(RuleError):
    """The device's clock is ahead: this has not happened yet."""


class DeviceClockTurnedBackError(RuleError):
    """The device's clock was turned back between two acts."""


class ActBeforeDeviceError(RuleError):
    """The device was not registered yet at that time."""


class ActTooOldError(RuleError):
    """It was sent too late to count by itself."""

    hours: int


class ActBeforeTakenError(RuleError):
    """The order was not yet the volunteer's at that time."""


class CheckOutBeforeCheckInError(RuleError):
    """The check-out is earlier than the check-in."""


class ServiceEndedByClockError(RuleError):
    """The service had been ended by the platform by then."""
