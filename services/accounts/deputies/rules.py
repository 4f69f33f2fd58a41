"""Who may stand in for whom, for how long; and where it stands."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.clock import local_midnight
from libs.programme.two_people import Proposal, ProposalState, Verdict
from libs.programme.words import Role
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.deputies.refusals import (
    AbsenceEndedError,
    AbsenceOutOfRangeError,
    DeputyUnfitError,
    NoDeputyForRoleError,
)

DEPUTISED = frozenset({Role.COORDINATOR, Role.CHECKER, Role.DISTRICT_ADMIN})
SPAN_DAYS_MAX = 92
AHEAD_MAX = timedelta(days=366)


class AbsenceReason(StrEnum):
    """Why somebody is away; closed words, because a reason in one's own would tell of illness."""

    LEAVE = "leave"
    TRAINING = "training"
    OTHER_WORK = "other_work"
    PERSONAL = "personal"


class DeputyshipState(StrEnum):
    """Where it stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    IN_FORCE = "in_force"
    ENDED = "ended"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Days:
    """From a day to another, both counted."""

    begins_on: date
    ends_on: date

    @property
    def begin_at(self) -> datetime:
        """Return the first instant."""
        return local_midnight(self.begins_on)

    @property
    def end_at(self) -> datetime:
        """Return the first instant after it."""
        return local_midnight(self.ends_on + timedelta(days=1))

    def refuse_out_of_range(self, today: date) -> None:
        """Refuse what began before today, begins too late, ends before it begins, or is too long.

        Raises:
            AbsenceOutOfRangeError
        """
        length = (self.ends_on - self.begins_on).days + 1
        if not (today <= self.begins_on <= today + AHEAD_MAX and 1 <= length <= SPAN_DAYS_MAX):
            raise AbsenceOutOfRangeError(days_max=SPAN_DAYS_MAX)


@dataclass(frozen=True, kw_only=True)
class Deputyship:
    """Somebody stands in for a role of somebody who is away; `lent_id` is the role that the deputy holds meanwhile."""

    proposal: Proposal
    grant_id: UUID
    absent_id: UUID
    deputy_id: UUID
    role: Role
    unit_id: UUID
    days: Days
    reason: AbsenceReason
    lent_id: UUID | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None

    @property
    def deputyship_id(self) -> UUID:
        """Return its id."""
        return self.proposal.proposal_id

    def state_at(self, now: datetime) -> DeputyshipState:
        """Return where it stands at an instant."""
        state = self.proposal.state_at(now)
        if state is not ProposalState.ACCEPTED:
            return DeputyshipState(state)
        if self.ended_at is not None:
            return DeputyshipState.ENDED
        return DeputyshipState.ACCEPTED if self.lent_id is None else DeputyshipState.IN_FORCE

    def decide(self, verdict: Verdict) -> "Deputyship":
        """Return it accepted or declined, never by who proposed it, nor by who is away.

        Raises:
            MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
        """
        return replace(self, proposal=self.proposal.decide(verdict))

    def end(self, *, by: UUID | None, now: datetime) -> "Deputyship":
        """Return it ended before or at its time; what was not accepted yet is taken back.

        Raises:
            AbsenceEndedError: it is over, or was declined.
        """
        state = self.state_at(now)
        if state is DeputyshipState.PROPOSED:
            return replace(self, proposal=self.proposal.withdraw(now=now))
        if state not in (DeputyshipState.ACCEPTED, DeputyshipState.IN_FORCE):
            raise AbsenceEndedError
        return replace(self, ended_at=now, ended_by=by)


def refuse_role(grant: RoleGrant) -> None:
    """Refuse a role that nobody stands in for.

    Raises:
        NoDeputyForRoleError
    """
    if grant.role not in DEPUTISED or grant.lent_by_id is not None:
        raise NoDeputyForRoleError(role=grant.role)


def refuse_unfit(deputy_id: UUID, *, absent_id: UUID, is_active: bool, holds_the_same: bool) -> None:
    """Refuse who cannot stand in: the same person, who is not active, or holds no such role in the district.

    Raises:
        DeputyUnfitError
    """
    if deputy_id == absent_id or not is_active or not holds_the_same:
        raise DeputyUnfitError(deputy_id=deputy_id)
