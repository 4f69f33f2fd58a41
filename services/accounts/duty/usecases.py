"""Tell, by every way a person has, what orders says of an urgent call. It waits for no quiet hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.clock import machine_now, monotonic
from libs.logs import get_logger
from libs.telling import describe
from services.accounts.core.gateways.codes import CodeSender
from services.accounts.core.messages import tell
from services.accounts.core.rules.notices import Line
from services.accounts.core.store.store import SealedStore
from services.accounts.duty import store as notices
from services.accounts.duty.messages import DutyNotReached
from services.accounts.duty.rules import Notice, NoticeKind, Way, lines_of

AT_ONCE = 50


@dataclass(frozen=True)
class _Sent:
    """What follows from a notice that was sent."""

    cause: UUID
    now: datetime


def tell_waiting(store: SealedStore, sender: CodeSender | None, *, now: datetime, until: float) -> int:
    """Tell everybody who waits to be told, up to a bound of number and of time (monotonic); return how many waited.

    The sender of an embedded platform writes files that a gateway, or the desk, takes on: what is told twice after a
    crash is better than what is told never.
    """
    waiting = notices.lock_unsent(store.connection, limit=AT_ONCE)
    for notice in waiting:
        if monotonic() > until:
            break  # The next transaction goes on.
        ways = _tell(store, sender, notice)
        notices.note_sent(store.connection, notice.notice_id, ways=ways, at=now)
        if notice.kind is NoticeKind.CALLED and sender is not None and not ways:
            lost = DutyNotReached(notice.person_id, notice.incident_id)
            tell(store.connection, _Sent(notice.notice_id, now), lost)
    return len(waiting)


def _tell(store: SealedStore, sender: CodeSender | None, notice: Notice) -> list[Way]:
    concerned = (notice.person_id, notice.about_id)
    people = store.identities.identities([person_id for person_id in concerned if person_id is not None])
    reader, about = people.get(notice.person_id), people.get(notice.about_id) if notice.about_id else None
    number = (reader.phone_number or reader.old_phone_number) if reader else None
    if sender is None or number is None:
        return []
    lines = lines_of(
        notice,
        names=about.names if about else None,
        phone=about.phone_number if about else None,
        address=about.address if about else None,
        reads=reader.language if reader else None,
    )
    sends = {Way.MESSAGE: sender.tell, Way.SPOKEN_CALL: sender.speak}
    return [way for way, send in sends.items() if _is_sent(send, number, lines)]


def _is_sent(send: Callable[..., UUID], number: str, lines: Sequence[Line]) -> bool:
    """Send by one way; where it fails, the others are tried, and whoever none reaches is told of to orders."""
    try:
        send(phone_number=number, lines=lines, now=machine_now())
    except OSError as error:
        get_logger().error("urgent_notice_not_sent", error=describe(error))
        return False
    return True
