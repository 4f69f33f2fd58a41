"""What accounts hears of urgent calls: whom to tell, and of what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.contracts.events import orders
from libs.db import Connection
from libs.events import EventContext, hears
from libs.ids import id_from_cause
from services.accounts.deputies.store import deputy_of
from services.accounts.duty import store
from services.accounts.duty.rules import Notice, NoticeKind
from services.accounts.privacy.store import DisclosureStore

SEEN_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class DutyCalled:
    """Somebody on duty is to be told at once."""

    incident_id: UUID
    person_id: UUID
    recipient_id: UUID | None
    answer_by_at: datetime


@dataclass(frozen=True)
class DutyAcknowledged:
    """Somebody on duty looks after it."""

    incident_id: UUID
    caller_id: UUID
    recipient_id: UUID | None


@dataclass(frozen=True)
class DutyUnanswered:
    """Nobody is on duty, or nobody has answered."""

    incident_id: UUID
    caller_id: UUID
    reason: str


@dataclass(frozen=True)
class WelfareStepOpened:
    """Somebody is looked after: who is to do the next step, and who above is told."""

    incident_id: UUID
    recipient_id: UUID
    rung: str
    told_ids: tuple[UUID, ...]
    above_ids: tuple[UUID, ...]
    why_above: str
    answer_by_at: datetime


@dataclass(frozen=True)
class IncidentClosed:
    """It is over."""

    incident_id: UUID


@hears(orders.DutyCalled)
def ask_to_tell_duty(connection: Connection, context: EventContext, called: DutyCalled) -> None:
    """Tell who is on duty, or who stands in for them; let these see whom it is about and where, for a day at most."""
    about_id = called.recipient_id
    reader_id = deputy_of(connection, called.person_id) or called.person_id
    _ask(connection, context, called.incident_id, reader_id, NoticeKind.CALLED, about_id, called.answer_by_at)
    _disclose(connection, context, called.incident_id, reader_id, about_id)


@hears(orders.WelfareStepOpened)
def ask_to_tell_step(connection: Connection, context: EventContext, opened: WelfareStepOpened) -> None:
    """Tell who is to do a step of a welfare check, and who above; all may see whom it is about, for a day at most."""
    whys = dict.fromkeys(opened.told_ids, NoticeKind(f"welfare_{opened.rung}"))
    if opened.why_above:
        whys |= dict.fromkeys(opened.above_ids, NoticeKind(f"welfare_{opened.why_above}"))
    for person_id, kind in whys.items():
        reader_id, about_id = deputy_of(connection, person_id) or person_id, opened.recipient_id
        _ask(connection, context, opened.incident_id, reader_id, kind, about_id, opened.answer_by_at)
        _disclose(connection, context, opened.incident_id, reader_id, about_id)


@hears(orders.DutyAcknowledged)
def ask_to_tell_answered(connection: Connection, context: EventContext, answered: DutyAcknowledged) -> None:
    """Tell the caller, and whom it is about, that somebody looks after it."""
    for person_id in dict.fromkeys((answered.caller_id, answered.recipient_id)):
        if person_id is not None:
            _ask(connection, context, answered.incident_id, person_id, NoticeKind.ANSWERED)


@hears(orders.DutyUnanswered)
def ask_to_tell_unanswered(connection: Connection, context: EventContext, left: DutyUnanswered) -> None:
    """Tell the caller to dial 120."""
    _ask(connection, context, left.incident_id, left.caller_id, NoticeKind(left.reason))


@hears(orders.IncidentClosed)
def end_disclosure(connection: Connection, _context: EventContext, closed: IncidentClosed) -> None:
    """Who was on duty sees whom it was about no more."""
    DisclosureStore(connection).end(closed.incident_id)


def _disclose(
    connection: Connection, context: EventContext, incident_id: UUID, reader_id: UUID, about_id: UUID | None
) -> None:
    if about_id is not None:
        DisclosureStore(connection).open(
            order_id=incident_id, volunteer_id=reader_id, recipient_id=about_id, until=context.now + SEEN_FOR
        )


def _ask(
    connection: Connection,
    context: EventContext,
    incident_id: UUID,
    person_id: UUID,
    kind: NoticeKind,
    about_id: UUID | None = None,
    answer_by: datetime | None = None,
) -> None:
    notice_id = id_from_cause(context.cause, str(person_id))
    store.add_notice(
        connection, Notice(notice_id, incident_id, person_id, about_id, kind, answer_by, asked_at=context.now)
    )
