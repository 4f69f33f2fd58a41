"""The life of an order as one table: which verb is allowed in which state, where it leads, and who does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.orders.core.refusals import WrongOrderStateError


class State(StrEnum):
    """Where an order stands; names are those of the scenarios."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    AWAITING_FUNDING = "awaiting_funding"
    PUBLISHED = "published"
    TAKEN = "taken"
    IN_SERVICE = "in_service"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
    DISPUTED = "disputed"
    REVERSED = "reversed"
    DECLINED = "declined"


class Verb(StrEnum):
    """What is done to an order."""

    PLACE = "place"
    REVIEW = "review"
    LEAVE_UNREVIEWED = "leave_unreviewed"
    FUND = "fund"
    REFUSE_FUNDING = "refuse_funding"
    LEAVE_UNFUNDED = "leave_unfunded"
    OFFER = "offer"
    DECLINE_OFFER = "decline_offer"
    SIGN_UP = "sign_up"
    RECALL_OFFER = "recall_offer"
    TAKE = "take"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    CANCEL = "cancel"
    EXPIRE = "expire"
    ASK_WHAT_NOW = "ask_what_now"
    WAIT = "wait"
    CHANGE_TIME = "change_time"
    BE_REFERRED = "be_referred"
    GO_WITH_FEWER = "go_with_fewer"
    REFER = "refer"
    NAME_PROVIDER = "name_provider"
    RECORD_OUTCOME = "record_outcome"
    LEAVE_OUTCOME = "leave_outcome"
    NO_SHOW = "no_show"
    LEAVE_UNBEGUN = "leave_unbegun"
    NEW_DOOR_CODE = "new_door_code"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    CALL_BACK = "call_back"
    SAMPLE_CALL = "sample_call"
    CONFIRM = "confirm"
    FALL_SILENT = "fall_silent"
    DISPUTE = "dispute"
    DECIDE = "decide"
    LEAVE_UNDECIDED = "leave_undecided"
    OBJECT = "object"
    ANSWER_OBJECTION = "answer_objection"
    LEAVE_OBJECTION = "leave_objection"
    APPROVE = "approve"
    SECOND_CHECK = "second_check"
    REJECT = "reject"
    LEAVE_UNSIGNED = "leave_unsigned"
    ENTER_LATE = "enter_late"
    CORRECT = "correct"
    SETTLE = "settle"
    PROPOSE_REVERSAL = "propose_reversal"
    REFUSE_REVERSAL = "refuse_reversal"
    REVERSE = "reverse"


@dataclass(frozen=True)
class Transition:
    """From one state a verb leads to one of some states, done by these people."""

    leads_to: frozenset[State]
    who: str


S = State
_VOLUNTEER = "the volunteer, or someone acting for them"
_RECIPIENT = "the recipient, or someone acting for them"
_CLOCK = "the clock"
_ASKED = f"{_RECIPIENT}, or a coordinator"


def _row(who: str, moves: Mapping[State, tuple[State, ...]]) -> dict[State, Transition]:
    return {state: Transition(frozenset(leads_to), who) for state, leads_to in moves.items()}


_OVER = (S.SETTLED, S.REJECTED, S.REVERSED)


def _same(states: tuple[State, ...]) -> dict[State, tuple[State, ...]]:
    return {state: (state,) for state in states}


TRANSITIONS: Mapping[Verb, Mapping[State, Transition]] = {
    Verb.PLACE: _row(
        "the recipient, someone acting for them, or a coordinator",
        {S.DRAFT: (S.UNDER_REVIEW, S.AWAITING_FUNDING, S.PUBLISHED, S.DECLINED)},
    ),
    Verb.REVIEW: _row("a coordinator", {S.UNDER_REVIEW: (S.AWAITING_FUNDING, S.PUBLISHED, S.DECLINED)}),
    Verb.LEAVE_UNREVIEWED: _row(_CLOCK, {S.UNDER_REVIEW: (S.DECLINED,)}),
    Verb.FUND: _row("redemption or the ledger", {S.AWAITING_FUNDING: (S.PUBLISHED, S.CONFIRMED)}),
    Verb.REFUSE_FUNDING: _row("redemption or the ledger", {S.AWAITING_FUNDING: (S.DECLINED,)}),
    Verb.LEAVE_UNFUNDED: _row(_CLOCK, {S.AWAITING_FUNDING: (S.CANCELLED,)}),
    Verb.OFFER: _row("a coordinator", {S.PUBLISHED: (S.PUBLISHED,)}),
    Verb.DECLINE_OFFER: _row(_VOLUNTEER, {S.PUBLISHED: (S.PUBLISHED,)}),
    Verb.SIGN_UP: _row("a volunteer, for a seat at an activity", {S.DRAFT: (S.TAKEN,)}),
    Verb.RECALL_OFFER: _row(_RECIPIENT, {S.PUBLISHED: (S.PUBLISHED,)}),
    Verb.TAKE: _row(_VOLUNTEER, {S.PUBLISHED: (S.PUBLISHED, S.TAKEN)}),
    Verb.ACCEPT: _row(_VOLUNTEER, {S.PUBLISHED: (S.PUBLISHED, S.TAKEN)}),
    Verb.WITHDRAW: _row(_VOLUNTEER, {S.PUBLISHED: (S.PUBLISHED,), S.TAKEN: (S.PUBLISHED, S.CANCELLED)}),
    Verb.RELEASE: _row(
        "the platform, when a gate shuts on who took it",
        {S.PUBLISHED: (S.PUBLISHED,), S.TAKEN: (S.PUBLISHED, S.CANCELLED)},
    ),
    Verb.CANCEL: _row(
        "the recipient, the payer, a coordinator, or an operator acting for them",
        dict.fromkeys((S.UNDER_REVIEW, S.AWAITING_FUNDING, S.PUBLISHED, S.TAKEN), (S.CANCELLED,)),
    ),
    Verb.EXPIRE: _row(_CLOCK, {S.PUBLISHED: (S.EXPIRED,)}),
    Verb.GO_WITH_FEWER: _row(_CLOCK, {S.PUBLISHED: (S.TAKEN,)}),
    Verb.ASK_WHAT_NOW: _row(_CLOCK, {S.PUBLISHED: (S.PUBLISHED,)}),
    Verb.WAIT: _row(f"{_ASKED}, or {_CLOCK} by the rules", {S.PUBLISHED: (S.PUBLISHED,)}),
    Verb.CHANGE_TIME: _row(_ASKED, {S.PUBLISHED: (S.PUBLISHED, S.AWAITING_FUNDING)}),
    Verb.BE_REFERRED: _row(_ASKED, {S.PUBLISHED: (S.EXPIRED,)}),
    Verb.REFER: _row("redemption", {S.EXPIRED: (S.EXPIRED,)}),
    Verb.NAME_PROVIDER: _row("an operator or a coordinator", {S.EXPIRED: (S.EXPIRED,)}),
    Verb.RECORD_OUTCOME: _row(f"{_RECIPIENT}, an operator or a coordinator", {S.EXPIRED: (S.EXPIRED,)}),
    Verb.LEAVE_OUTCOME: _row(_CLOCK, {S.EXPIRED: (S.EXPIRED,)}),
    Verb.NO_SHOW: _row("a coordinator, an operator, or the other side", {S.TAKEN: (S.NO_SHOW,)}),
    Verb.LEAVE_UNBEGUN: _row(_CLOCK, {S.TAKEN: (S.CANCELLED,)}),
    Verb.NEW_DOOR_CODE: _row(_RECIPIENT, {state: (state,) for state in (S.PUBLISHED, S.TAKEN, S.IN_SERVICE)}),
    Verb.CHECK_IN: _row(_VOLUNTEER, {S.TAKEN: (S.IN_SERVICE,), S.IN_SERVICE: (S.IN_SERVICE,)}),
    Verb.CHECK_OUT: _row(f"{_VOLUNTEER}, or {_CLOCK}", {S.IN_SERVICE: (S.IN_SERVICE, S.FINISHED, S.CONFIRMED)}),
    Verb.CALL_BACK: _row(
        "an operator who neither placed, confirmed nor works on it",
        {state: (state,) for state in (S.IN_SERVICE, S.FINISHED, S.CONFIRMED)},
    ),
    Verb.SAMPLE_CALL: _row(
        "an operator of another office than that which signs",
        {
            S.FINISHED: (S.FINISHED, S.DISPUTED),
            S.CONFIRMED: (S.CONFIRMED, S.DISPUTED),
            S.APPROVED: (S.APPROVED,),
            S.SETTLED: (S.SETTLED, S.DISPUTED),
        },
    ),
    Verb.CONFIRM: _row(_RECIPIENT, {S.FINISHED: (S.CONFIRMED,)}),
    Verb.FALL_SILENT: _row(_CLOCK, {S.FINISHED: (S.CONFIRMED,)}),
    Verb.DISPUTE: _row(_RECIPIENT, dict.fromkeys((S.FINISHED, S.CONFIRMED, S.SETTLED), (S.DISPUTED,))),
    Verb.DECIDE: _row(
        "a checker who did not approve it, with a second person once it is settled",
        {S.DISPUTED: (S.DISPUTED, S.APPROVED, S.REJECTED, S.SETTLED, S.REVERSED)},
    ),
    Verb.LEAVE_UNDECIDED: _row(_CLOCK, {S.DISPUTED: (S.CONFIRMED, S.REJECTED, S.SETTLED)}),
    Verb.OBJECT: _row(
        "a volunteer of it, the recipient where a dispute was decided, or someone acting for them", _same(_OVER)
    ),
    Verb.ANSWER_OBJECTION: _row(
        "a checker, or of an appeal a district administrator, who had no hand in it",
        {**_same(_OVER), S.SETTLED: (S.SETTLED, S.DISPUTED)},
    ),
    Verb.LEAVE_OBJECTION: _row(_CLOCK, _same(_OVER)),
    Verb.APPROVE: _row("a coordinator or checker", {S.CONFIRMED: (S.CONFIRMED, S.APPROVED)}),
    Verb.SECOND_CHECK: _row("a checker who did not sign it before", {S.CONFIRMED: (S.APPROVED, S.REJECTED)}),
    Verb.REJECT: _row("a coordinator or checker", {S.CONFIRMED: (S.REJECTED,)}),
    Verb.LEAVE_UNSIGNED: _row(_CLOCK, {S.CONFIRMED: (S.REJECTED,)}),
    Verb.ENTER_LATE: _row("a coordinator", {S.DRAFT: (S.CONFIRMED, S.AWAITING_FUNDING)}),
    Verb.CORRECT: _row("who upheld an objection to it", {S.DRAFT: (S.CONFIRMED, S.AWAITING_FUNDING)}),
    Verb.SETTLE: _row("the ledger", {S.APPROVED: (S.SETTLED,)}),
    Verb.PROPOSE_REVERSAL: _row("a coordinator, checker or district administrator", {S.SETTLED: (S.SETTLED,)}),
    Verb.REFUSE_REVERSAL: _row("a second checker or district administrator", {S.SETTLED: (S.SETTLED,)}),
    Verb.REVERSE: _row("a second checker or district administrator", {S.SETTLED: (S.REVERSED,)}),
}
# Ends that give back what was set aside, and those in which nothing was served.
CLOSED = frozenset({S.SETTLED, S.REJECTED, S.CANCELLED, S.EXPIRED, S.NO_SHOW, S.REVERSED, S.DECLINED})
BEFORE_SERVICE = frozenset({S.UNDER_REVIEW, S.AWAITING_FUNDING, S.PUBLISHED, S.TAKEN})
OPEN = frozenset(State) - CLOSED - {S.DRAFT}
# States in which the planned time of an order is taken up.
OCCUPYING = BEFORE_SERVICE | {S.IN_SERVICE}


def refuse_unless_allowed(verb: Verb, state: State) -> Transition:
    """Return the transition of a verb from a state.

    Raises:
        WrongOrderStateError: the table has none.
    """
    transition = TRANSITIONS[verb].get(state)
    if transition is None:
        raise WrongOrderStateError(state=state.value, verb=verb.value)
    return transition
