"""The steps of a welfare check: call, contact person, door; what each act does, and what silence does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.policy import Policy
from libs.programme.words import Role

TOLD_MAX = 6
"""How many are told of one step: more would leave it to each other."""


class Rung(StrEnum):
    """What is tried."""

    CALL = "call"
    CONTACT = "contact"
    DOOR = "door"


RUNGS = tuple(Rung)
AFTER: Mapping[Rung, Rung] = {Rung.CALL: Rung.CONTACT, Rung.CONTACT: Rung.DOOR, Rung.DOOR: Rung.DOOR}
"""What follows what; at the door it is tried again, with somebody higher."""


class CheckState(StrEnum):
    """How far a welfare check has come."""

    WAITING = "waiting"
    TAKEN = "taken"
    NEEDS_HELP = "needs_help"
    REACHED = "reached"
    UNANSWERED = "unanswered"
    ENDED = "ended"


class StepOutcome(StrEnum):
    """What came of a step; the last two where nobody said."""

    REACHED_WELL = "reached_well"
    NEEDS_HELP = "needs_help"
    NOT_REACHED = "not_reached"
    NOT_TAKEN = "not_taken"
    NOT_REPORTED = "not_reported"


class Ending(StrEnum):
    """How an alarm ended."""

    WELL = "well"
    HELP_CALLED = "help_called"
    EMERGENCY_120 = "emergency_120"
    FALSE_ALARM = "false_alarm"


class WhyAbove(StrEnum):
    """Why somebody who stands above is told of a check."""

    SILENCE = "silence"
    NEEDS_HELP = "needs_help"


SAID = (StepOutcome.REACHED_WELL, StepOutcome.NEEDS_HELP, StepOutcome.NOT_REACHED)
"""What a person may say came of a step."""
MAY_TAKE = frozenset({CheckState.WAITING, CheckState.UNANSWERED})
MAY_REPORT = frozenset({CheckState.WAITING, CheckState.TAKEN, CheckState.UNANSWERED})
TICKING = frozenset({CheckState.WAITING, CheckState.TAKEN, CheckState.NEEDS_HELP})
"""States in which silence does something."""
ABOVE: tuple[frozenset[Role], ...] = (
    frozenset({Role.COORDINATOR}),
    frozenset({Role.CHECKER}),
    frozenset({Role.DISTRICT_ADMIN}),
    frozenset({Role.CITY_ADMIN}),
)
"""Who is told when nobody does anything, one after the other: the coordinator, then who stands above."""
DESK = frozenset({Role.OPERATOR, Role.COORDINATOR})


MINUTES: Mapping[Rung, int] = {Rung.CALL: 10, Rung.CONTACT: 20, Rung.DOOR: 45}
"""Where a district has no rules yet, somebody is looked after all the same."""


@dataclass(frozen=True)
class Check:
    """How far a welfare check has come: its step (1, 2 …), and how many of `ABOVE` were told."""

    state: CheckState
    rung: Rung
    number: int
    above: int


@dataclass(frozen=True)
class Step:
    """One step of a check: until when it is waited for, who took it, and what came of it."""

    number: int
    rung: Rung
    began_at: datetime
    answer_by: datetime
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    outcome: StepOutcome | None = None
    reported_by: UUID | None = None
    reported_at: datetime | None = None
    told_ids: tuple[UUID, ...] = ()
    above_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class WelfareCheck:
    """A welfare check as it is kept, with all its steps."""

    incident_id: UUID
    unit_id: UUID
    district_id: UUID
    person_id: UUID
    check: Check
    opened_at: datetime
    ended_at: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def step(self) -> Step:
        """Return the step that it is at."""
        return self.steps[-1]

    @property
    def told_ids(self) -> frozenset[UUID]:
        """Return who was told of it."""
        return frozenset(person_id for step in self.steps for person_id in (*step.told_ids, *step.above_ids))


FIRST = Check(CheckState.WAITING, Rung.CALL, 1, 0)


def taken(check: Check) -> Check:
    """Return the check when somebody says that they do its step."""
    assert check.state in MAY_TAKE
    return replace(check, state=CheckState.TAKEN)


def reported(check: Check, outcome: StepOutcome) -> Check:
    """Return the check when somebody says what came of its step; nobody at the door is nobody who can wait."""
    assert check.state in MAY_REPORT
    if outcome is StepOutcome.REACHED_WELL:
        return replace(check, state=CheckState.REACHED)
    if outcome is StepOutcome.NEEDS_HELP or check.rung is Rung.DOOR:
        return replace(check, state=CheckState.NEEDS_HELP, above=min(check.above + 1, len(ABOVE)))
    return _next_step(check)


def silent(check: Check) -> Check:
    """Return the check when nobody did anything in time: the next step, and one more above is told; after all, none."""
    assert goes_on(check)
    if check.above == len(ABOVE):
        return replace(check, state=CheckState.UNANSWERED)
    higher = replace(check, above=check.above + 1)
    return higher if _is_help_needed(check) else _next_step(higher)


def goes_on(check: Check) -> bool:
    """Tell whether silence does something more of a check."""
    return check.state in TICKING and not (_is_help_needed(check) and check.above == len(ABOVE))


def _is_help_needed(check: Check) -> bool:
    return check.state is CheckState.NEEDS_HELP


def _next_step(check: Check) -> Check:
    return replace(check, state=CheckState.WAITING, rung=AFTER[check.rung], number=check.number + 1)


def minutes_of(rung: Rung, policy: Policy) -> int:
    """Return how long a step is waited for."""
    if rung is Rung.CALL:
        return policy.welfare.call_minutes
    return policy.welfare.contact_minutes if rung is Rung.CONTACT else policy.welfare.door_minutes


def few_of(*groups: Iterable[UUID], without: UUID) -> tuple[UUID, ...]:
    """Return whom to tell, each once, at most TOLD_MAX, never whom it is about; the first groups go first."""
    in_order = dict.fromkeys(person_id for group in groups for person_id in group if person_id != without)
    return tuple(in_order)[:TOLD_MAX]
