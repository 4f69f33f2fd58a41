"""The one runner of deadlines: each feature says here what it does when one of its kind falls due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from libs.db import Connection
from libs.programme.proposals import first_lapse, lapse_proposals
from services.orders.activities.usecases.plan_activity import end_waiting
from services.orders.activities.usecases.sign_up import move_up
from services.orders.approving.usecases.call_sample import give_up_sample
from services.orders.approving.usecases.confirm_order import take_silence
from services.orders.approving.usecases.leave_unsigned import leave_unsigned
from services.orders.catalogue.tables import catalogue_proposal
from services.orders.core.rules.deadlines import (
    ACTIVITY_ENDS,
    ASK,
    AUTO_CHECK_OUT,
    BEGIN,
    DECISION,
    EXPIRE,
    FUNDING,
    GATES,
    INCIDENT_PLACE,
    OFFERS,
    PLACES,
    REFERRAL,
    REVIEW,
    SAMPLE,
    SEAT_FREE,
    SIGNATURE,
    SILENCE,
)
from services.orders.core.store import deadline_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.tables import decision, reversal
from services.orders.disputes.usecases.leave_undecided import leave_undecided
from services.orders.duty.usecases import DUTY_ANSWER, call_next
from services.orders.incidents.usecases import forget_place_of_incident
from services.orders.indicators.usecases import close_month, next_close
from services.orders.objections.usecases.answer_objection import leave_objection
from services.orders.objections.usecases.make_objection import OBJECTION
from services.orders.placing.usecases.leave_unanswered import leave_unfunded, leave_unreviewed
from services.orders.scans.usecases import SCAN_DUE, delete_scan_due
from services.orders.series.usecases.end_series import SERIES_DAY
from services.orders.series.usecases.make_day import make_next_day
from services.orders.service_time.store import record_proposal
from services.orders.serving.usecases.forget_places import forget_places
from services.orders.serving.usecases.hold_gates import hold_gates
from services.orders.serving.usecases.leave_unbegun import leave_unbegun
from services.orders.serving.usecases.offer_lapses import tell_lapsed
from services.orders.serving.usecases.serve_order import end_forgotten_service
from services.orders.untaken.usecases.expire_order import ask_what_now, expire_order
from services.orders.untaken.usecases.follow_referral import leave_outcome
from services.orders.welfare.usecases import WELFARE_STEP, go_on

DUE_MAX = 200
OF_TWO_PEOPLE = (reversal, record_proposal, decision, catalogue_proposal)
"""Every table of acts of two people."""
Act = Callable[[Connection, Deadline], None]
ACTS: Mapping[str, Act] = {
    REVIEW: leave_unreviewed,
    FUNDING: leave_unfunded,
    ASK: ask_what_now,
    EXPIRE: expire_order,
    REFERRAL: leave_outcome,
    BEGIN: leave_unbegun,
    AUTO_CHECK_OUT: end_forgotten_service,
    SILENCE: take_silence,
    SIGNATURE: leave_unsigned,
    DECISION: leave_undecided,
    OBJECTION: leave_objection,
    GATES: hold_gates,
    OFFERS: tell_lapsed,
    SAMPLE: give_up_sample,
    DUTY_ANSWER: call_next,
    WELFARE_STEP: go_on,
    SCAN_DUE: delete_scan_due,
    ACTIVITY_ENDS: end_waiting,
    PLACES: forget_places,
    INCIDENT_PLACE: forget_place_of_incident,
}
LATE_ACTS: Mapping[str, Callable[[Connection, Deadline, datetime], None]] = {
    SERIES_DAY: make_next_day,
    SEAT_FREE: move_up,
}
"""What looks at how late it is done: a day that is past is not made, nor does anybody move up to what has begun."""


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return the earliest instant at which something falls due, also when it is past."""
    del now
    dues = (deadline_store.next_deadline_at(connection), first_lapse(connection, OF_TWO_PEOPLE), next_close(connection))
    return min((due for due in dues if due), default=None)


def run_due(connection: Connection, now: datetime) -> int:
    """Do what is due at or before `now`, in order of due time, each at its own instant; return how many.

    At most DUE_MAX in one transaction: the caller asks again while something is due.
    """
    for count in range(DUE_MAX):
        next_deadline = deadline_store.next_deadline(connection, now)
        if next_deadline is None:
            lapsed = lapse_proposals(connection, OF_TWO_PEOPLE, now=now)
            return count + lapsed + close_month(connection, now)
        _carry_out(connection, next_deadline, now)
    return DUE_MAX


def _carry_out(connection: Connection, due: Deadline, now: datetime) -> None:
    if due.kind in LATE_ACTS:
        LATE_ACTS[due.kind](connection, due, now)
    else:
        ACTS[due.kind](connection, due)
