"""An order with the volunteers who took it; every change returns a new value and obeys the life-cycle table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.programme.acting import Consent
from libs.programme.two_people import Proposal, ProposalState
from libs.programme.words import Funding
from services.orders.core.refusals import NotAssignedError, WrongOrderStateError
from services.orders.core.rules.life_cycle import State, Verb, refuse_unless_allowed
from services.orders.core.rules.occasion import NO_OCCASION, Kind, Occasion
from services.orders.core.rules.offers import NO_OFFERS, Offers
from services.orders.core.rules.people import Place
from services.orders.core.rules.publication import NOT_PUBLISHED, Publication


@dataclass(frozen=True)
class Assignment:
    """One volunteer's part of an order."""

    volunteer_id: UUID
    volunteer_district_id: UUID
    taken_at: datetime
    guardian_id: UUID | None = None
    group_id: UUID | None = None
    checked_in_at: datetime | None = None
    in_place: Place | None = None
    in_device: str = ""
    code_right: bool = False
    metres_from_home: int | None = None
    checked_out_at: datetime | None = None
    out_place: Place | None = None
    out_device: str = ""
    was_ended: bool = False
    # Who said so: the volunteer, or whoever acted for them; None where the clock or a slip did.
    checked_in_by: UUID | None = None
    checked_out_by: UUID | None = None
    # The key of the device that signed it, where it was done without a network: the instant is the device's word.
    in_key: str | None = None
    out_key: str | None = None
    # Which points of the list of the service were ticked at check-out, from 0; None where nothing was said of them.
    ticked: tuple[int, ...] | None = None

    @property
    def is_offline(self) -> bool:
        """Tell whether a device's word is all there is for when it began or ended."""
        return self.in_key is not None or self.out_key is not None

    @property
    def actual_minutes(self) -> int:
        """Return the minutes served, 0 until checked out."""
        if self.checked_in_at is None or self.checked_out_at is None:
            return 0
        return int((self.checked_out_at - self.checked_in_at).total_seconds()) // 60


@dataclass(frozen=True)
class Terms:
    """What was asked for, under which rules, and what it costs."""

    service_code: str
    catalogue_version: int
    policy_version: int
    planned_minutes: int
    start_at: datetime
    persons: int
    coefficient_percent: int
    price_minutes: int

    @property
    def end_at(self) -> datetime:
        """Return the planned end."""
        return self.start_at + timedelta(minutes=self.planned_minutes)


@dataclass(frozen=True)
class Placement:
    """Who asked, when, for whom and with which consent; or which slip it was entered from."""

    by: UUID
    at: datetime
    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str = ""
    slip_number: int | None = None
    # Whose hours it adds to or records anew, where an objection was upheld.
    corrects: UUID | None = None


@dataclass(frozen=True)
class Door:
    """Which code opens the door, how many wrong ones were said since it was made, and who was told or renewed one."""

    code_number: int = 0
    wrong_codes: int = 0
    known_to: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Submission:
    """What is handed in when a service has ended: under which rules, what makes one look twice, who called back."""

    policy_version: int | None = None
    # The instant at which the service was ended, which is later than its end where the platform did it.
    ended_at: datetime | None = None
    flags: frozenset[str] = frozenset()
    called_back_by: UUID | None = None
    called_back_at: datetime | None = None


@dataclass(frozen=True)
class Confirmation:
    """The recipient's word; `by` None with an instant = her silence, or a slip."""

    by: UUID | None = None
    at: datetime | None = None
    device: str = ""
    rating: int | None = None


@dataclass(frozen=True)
class Decision:
    """Fewer minutes of settled hours, to be signed by the second person whom the decider named."""

    minutes: int
    second_id: UUID
    proposal: Proposal


@dataclass(frozen=True)
class Dispute:
    """What the recipient's side says it was, and how that was decided."""

    from_state: State | None = None
    says_minutes: int | None = None
    decided_by: UUID | None = None
    why: str = ""
    waiting: Decision | None = None

    def awaits_second(self, now: datetime) -> bool:
        """Tell whether a decision waits for its second person."""
        return self.waiting is not None and self.waiting.proposal.state_at(now) is ProposalState.PROPOSED


@dataclass(frozen=True)
class Approval:
    """Who signed the hours, for which settlement, and what came of it."""

    approvers: tuple[UUID, ...] = ()
    settlement: int = 0
    issued_minutes: int = 0
    decided_minutes: int | None = None


@dataclass(frozen=True)
class Ending:
    """How an order ended that was not served."""

    declined_code: str = ""
    fallback: str = ""
    late_cancelled: bool = False


@dataclass(frozen=True)
class Order:
    """One piece of help asked for, then given."""

    order_id: UUID
    district_id: UUID
    unit_id: UUID
    recipient_id: UUID | None
    funding: Funding
    terms: Terms
    placement: Placement
    payer_id: UUID | None = None
    state: State = State.DRAFT
    publication: Publication = NOT_PUBLISHED
    offers: Offers = NO_OFFERS
    assignments: tuple[Assignment, ...] = ()
    door: Door = Door()
    submission: Submission = Submission()
    confirmation: Confirmation = Confirmation()
    dispute: Dispute = Dispute()
    approval: Approval = Approval()
    ending: Ending = Ending()
    occasion: Occasion = NO_OCCASION

    @property
    def kind(self) -> Kind:
        """Return what it is: who has no recipient serves at an activity, or goes round."""
        if self.recipient_id is not None:
            return Kind.HELP
        return Kind.ROUND if self.occasion.activity_id is None else Kind.SEAT

    @property
    def is_late_entry(self) -> bool:
        """Tell whether it was entered after it was served: from a paper slip, or because an objection was upheld."""
        return self.is_from_slip or self.placement.corrects is not None

    @property
    def is_from_slip(self) -> bool:
        """Tell whether it was entered from a paper slip."""
        return self.placement.slip_number is not None

    @property
    def bound_by(self) -> int:
        """Return the version of the rules that bind it: of the day its service began, before that of its placing."""
        return self.submission.policy_version or self.terms.policy_version

    @property
    def volunteer_ids(self) -> tuple[UUID, ...]:
        """Return who took it, in order."""
        return tuple(assignment.volunteer_id for assignment in self.assignments)

    @property
    def served(self) -> tuple[Assignment, ...]:
        """Return the parts that were checked in and out."""
        return tuple(assignment for assignment in self.assignments if assignment.checked_out_at)

    @property
    def reported_minutes(self) -> int:
        """Return the most that one volunteer reported."""
        return max((assignment.actual_minutes for assignment in self.served), default=0)

    @property
    def began_at(self) -> datetime | None:
        """Return the first check-in."""
        return min((a.checked_in_at for a in self.assignments if a.checked_in_at), default=None)

    @property
    def finished_at(self) -> datetime | None:
        """Return the last check-out."""
        return max((a.checked_out_at for a in self.served if a.checked_out_at), default=None)

    @property
    def word_awaited_from(self) -> datetime | None:
        """Return from when on the recipient's word is awaited: the instant at which the service was ended."""
        return self.submission.ended_at or self.finished_at

    @property
    def spoke_for_recipient(self) -> frozenset[UUID]:
        """Return who placed it, confirmed it, or was told or renewed its door code."""
        named = (self.placement.by, self.confirmation.by, *self.door.known_to)
        return frozenset(person_id for person_id in named if person_id is not None)

    def counted_minutes(self, assignment: Assignment) -> int:
        """Return the minutes that count of a volunteer's part: the served ones, or fewer when so decided."""
        decided = self.approval.decided_minutes
        return assignment.actual_minutes if decided is None else min(decided, assignment.actual_minutes)

    def assignment_of(self, volunteer_id: UUID) -> Assignment:
        """Return the part of a volunteer.

        Raises:
            NotAssignedError: they did not take this order.
        """
        for assignment in self.assignments:
            if assignment.volunteer_id == volunteer_id:
                return assignment
        raise NotAssignedError

    def moved(self, verb: Verb, state: State | None = None) -> Order:
        """Return the order in the state that the verb leads to (the only one, unless named).

        Raises:
            WrongOrderStateError: the table does not allow the verb now.
        """
        transition = refuse_unless_allowed(verb, self.state)
        if state is None:
            assert len(transition.leads_to) == 1, f"{verb} leads to several states: name one"
            (state,) = transition.leads_to
        assert state in transition.leads_to, f"{verb} does not lead from {self.state} to {state}"
        return replace(self, state=state)

    def published(self, verb: Verb, *, at: datetime, no_taker_at: datetime) -> Order:
        """Return the order open to be taken, with its deadlines set anew."""
        opened = self.moved(verb, State.PUBLISHED)
        return replace(opened, publication=Publication(at, no_taker_at), offers=NO_OFFERS)

    def declined(self, verb: Verb, code: str) -> Order:
        """Return the order refused before it was published."""
        return replace(self.moved(verb, State.DECLINED), ending=Ending(declined_code=code))

    def taken(self, verb: Verb, assignment: Assignment) -> Order:
        """Return the order with one more volunteer; taken when it has those it needs."""
        assignments = (*self.assignments, assignment)
        state = State.TAKEN if len(assignments) >= self.terms.persons else State.PUBLISHED
        offers = self.offers.without(assignment.volunteer_id) if state is State.PUBLISHED else NO_OFFERS
        return replace(self.moved(verb, state), assignments=assignments, offers=offers)

    def without(self, volunteer_id: UUID) -> Order:
        """Return the order without a volunteer's part; the state is the caller's."""
        kept = tuple(a for a in self.assignments if a.volunteer_id != volunteer_id)
        return replace(self, assignments=kept)

    def with_part(self, part: Assignment) -> Order:
        """Return the order with a volunteer's part replaced."""
        parts = tuple(part if a.volunteer_id == part.volunteer_id else a for a in self.assignments)
        return replace(self, assignments=parts)

    def checked_in(self, part: Assignment, *, policy_version: int) -> Order:
        """Return the order with a volunteer at work; the rules of the first check-in's day bind it.

        Raises:
            WrongOrderStateError: the volunteer has checked in before.
        """
        started = self.moved(Verb.CHECK_IN, State.IN_SERVICE)
        self.refuse_checked_in(part.volunteer_id)
        submission = replace(self.submission, policy_version=self.submission.policy_version or policy_version)
        return replace(started.with_part(part), submission=submission)

    def refuse_checked_in(self, volunteer_id: UUID) -> None:
        """Refuse to check a volunteer in twice.

        Raises:
            WrongOrderStateError: they have been.
        """
        if self.assignment_of(volunteer_id).checked_in_at is not None:
            raise WrongOrderStateError(state=self.state.value)

    def refuse_unless_at_work(self, volunteer_id: UUID) -> None:
        """Refuse to check out somebody who is not at work.

        Raises:
            NotAssignedError: they did not take this order.
            WrongOrderStateError: they are not at work.
        """
        refuse_unless_allowed(Verb.CHECK_OUT, self.state)
        part = self.assignment_of(volunteer_id)
        if part.checked_in_at is None or part.checked_out_at is not None:
            raise WrongOrderStateError(state=self.state.value)

    def checked_out(self, part: Assignment, *, at: datetime) -> Order:
        """Return the order with a volunteer's service ended; finished when all have ended.

        Raises:
            WrongOrderStateError: the volunteer is not at work.
        """
        self.refuse_unless_at_work(part.volunteer_id)
        ended = self.with_part(part)
        if len(ended.served) < len(ended.assignments):
            return ended.moved(Verb.CHECK_OUT, State.IN_SERVICE)
        return ended.ended(at)

    def ended_by_clock(self, *, at: datetime) -> Order:
        """Return the order ended at its planned end for all who are still checked in; who never came is left out."""
        parts = tuple(
            a
            if a.checked_out_at
            else replace(a, checked_out_at=max(self.terms.end_at, a.checked_in_at), was_ended=True)
            for a in self.assignments
            if a.checked_in_at is not None
        )
        return replace(self, assignments=parts).ended(at)

    def ended(self, at: datetime) -> Order:
        """Return the order with its service ended: its recipient's word is awaited, where it has one."""
        if self.recipient_id is not None:
            return self.moved(Verb.CHECK_OUT, State.FINISHED).submitted(ended_at=at)
        agreed = replace(self.moved(Verb.CHECK_OUT, State.CONFIRMED), confirmation=Confirmation(at=at))
        return agreed.submitted(ended_at=at)

    def with_new_door_code(self, renewed_by: UUID) -> Order:
        """Return the order with another door code, of which no wrong one has been said."""
        door = replace(self.door, code_number=self.door.code_number + 1, wrong_codes=0)
        return replace(self.moved(Verb.NEW_DOOR_CODE, self.state), door=door).with_door_code_told(renewed_by)

    def with_door_code_told(self, person_id: UUID) -> Order:
        """Return the order with one more person who knows its door code."""
        known_to = self.door.known_to
        return (
            self if person_id in known_to else replace(self, door=replace(self.door, known_to=(*known_to, person_id)))
        )

    def approved(self, verb: Verb, approver_id: UUID) -> Order:
        """Return the order with its hours approved for good."""
        moved = self.moved(verb, State.APPROVED)
        approvers = (*self.approval.approvers, approver_id)
        return moved.with_approval(approvers=approvers, settlement=self.approval.settlement + 1)

    def submitted(self, *, ended_at: datetime) -> Order:
        """Return the order with its service ended at an instant."""
        return replace(self, submission=replace(self.submission, ended_at=ended_at))

    def flagged(self, flags: Iterable[str]) -> Order:
        """Return the order with these flags, and no others."""
        return replace(self, submission=replace(self.submission, flags=frozenset(flags)))

    def with_approval(self, *, approvers: tuple[UUID, ...], settlement: int) -> Order:
        """Return the order signed by these people for a settlement."""
        return replace(self, approval=replace(self.approval, approvers=approvers, settlement=settlement))

    def without_dispute(self) -> Order:
        """Return the order with its dispute decided; who decided it, and why, stays."""
        return replace(self, dispute=replace(self.dispute, from_state=None, waiting=None))
