"""Tell people what they are to be told, one message for all of it; and what came of it when the desk called."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from libs.clock import machine_now, monotonic
from libs.db import Connection
from libs.http.lists import Page
from libs.logs import get_logger
from libs.programme.refusals import RecordNotFoundError
from libs.telling import describe
from services.accounts.core.gateways.codes import CodeSender
from services.accounts.core.rules.notices import Line
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import has_power, require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.notices import store as notices
from services.accounts.notices.refusals import NotOnCallListError
from services.accounts.notices.rules import (
    CallOutcome,
    Delivery,
    Notice,
    NoticeState,
    after_call,
    after_delivery,
    lines_of,
    one_message,
)

POWER = "work_call_list"
PEOPLE_AT_ONCE = 100


def tell_due(store: SealedStore, sender: CodeSender | None, *, now: datetime, until: float) -> int:
    """Tell some people all that they are to be told by now, a message each; return how many notices were due.

    `until` is when to leave the others to the next transaction (monotonic): a gateway may be slow.

    What is told twice after a crash is better than what is told never. Whom nothing reaches the desk has to call.
    """
    due = notices.lock_due(store.connection, now, people_max=PEOPLE_AT_ONCE)
    for person_id, theirs in groupby(due, key=lambda one: one.person_id):
        if monotonic() > until:
            break
        _tell(store, sender, person_id, list(theirs), now)
    return len(due)


def _tell(store: SealedStore, sender: CodeSender | None, person_id: UUID, theirs: list[Notice], now: datetime) -> None:
    useless = [one.notice_id for one in theirs if one.is_useless_at(now)]
    useful = [one for one in theirs if one.notice_id not in useless]
    notices.save_told(store.connection, useless, NoticeState.DROPPED, now)
    if not useful:
        return
    ids = [one.notice_id for one in useful]
    others = [one.other_id for one in useful if one.other_id is not None]
    identities = store.identities.identities([person_id, *others])
    reader = identities.get(person_id)
    if reader is None:  # Their data have ended.
        notices.save_told(store.connection, ids, NoticeState.DROPPED, now)
        return
    number = reader.phone_number or reader.old_phone_number
    if sender is None or number is None:
        notices.save_told(store.connection, ids, NoticeState.TO_CALL, now)
        return
    named = {other_id: identities[other_id].names for other_id in others if other_id in identities}
    lines = [lines_of(one, names=named.get(one.other_id) if one.other_id else None) for one in useful]
    message_id = _sent(sender, number, one_message(lines, reader.language))
    state = NoticeState.SENT if message_id else NoticeState.TO_CALL
    notices.save_told(store.connection, ids, state, now, message_id=message_id)


def _sent(sender: CodeSender, number: str, lines: Sequence[Line]) -> UUID | None:
    """Send a message and return its id; None where it fails: then the desk calls."""
    try:
        return sender.tell(phone_number=number, lines=lines, now=machine_now())
    except OSError as error:
        get_logger().error("notice_not_sent", error=describe(error))
        return None


def note_delivery(connection: Connection, message_id: UUID, delivery: Delivery, *, now: datetime) -> None:
    """Note what a gateway says of a message; said twice it is said once.

    Raises:
        RecordNotFoundError: no notice was told by this message.
    """
    touched = notices.lock_told_by(connection, message_id)
    if not touched:
        raise RecordNotFoundError
    for each in touched:
        state = after_delivery(each, delivery, now=now)
        if state is not each.state:
            notices.save_state(connection, replace(each, state=state))


def call_list(store: SealedStore, context: CommandContext, query: Mapping[str, Any]) -> Page[Notice]:
    """Return whom the desk has to call at a unit, what begins first on top; nobody for what is of no use any more.

    Raises:
        UnitNotFoundError, OutOfScopeError, ForbiddenError
    """
    require_power(store, context, POWER, query["unit"])
    return notices.CALL_LIST.page(store.connection, query, now=context.now).map(notices.notice_of)


def told_to_me(store: SealedStore, context: CommandContext, query: Mapping[str, Any]) -> Page[Notice]:
    """Return what the caller was told, the last first."""
    return notices.TOLD.page(store.connection, query, person=context.caller_id).map(notices.notice_of)


def note_call(store: SealedStore, context: CommandContext, notice_id: UUID, outcome: CallOutcome) -> Notice:
    """Note what came of a call from the desk.

    Raises:
        RecordNotFoundError: there is none, or not where the caller may work.
        NotOnCallListError: somebody else has called, or it was told by another way.
    """
    seen = notices.find_notice(store.connection, notice_id)
    person = store.persons.find(seen.person_id) if seen else None
    if person is None or not has_power(store, context, POWER, person.home_unit_id):
        raise RecordNotFoundError  # And they held nobody up.
    notice = notices.lock_notice(store.connection, notice_id)
    if notice is None:
        raise RecordNotFoundError
    if notice.state is not NoticeState.TO_CALL:
        raise NotOnCallListError(state=notice.state)
    called = replace(notice, state=after_call(outcome), told_at=context.now, tries=notice.tries + 1)
    notices.save_call(store.connection, called)
    return called
