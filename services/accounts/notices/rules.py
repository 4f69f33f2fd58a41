"""When somebody is told something, in which words, and what becomes of it when nothing reaches them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from libs.clock import PROGRAMME_ZONE
from libs.translation import in_both, message
from services.accounts.core.rules.identity import Language
from services.accounts.core.rules.notices import Line, filled, lines_for

ZONE = ZoneInfo(PROGRAMME_ZONE)
QUIET_FROM, QUIET_UNTIL = time(21), time(7)
"""Nobody's telephone rings between these, local time, but for what is of no use afterwards."""
DIGEST_AT = time(18)
"""What is not pressing comes once a day, together."""


class Purpose(StrEnum):
    """What somebody is told."""

    OFFERED = "offered"
    OFFER_LAPSED = "offer_lapsed"
    VISIT_TAKEN = "visit_taken"
    VISIT_LOST = "visit_lost"
    WHAT_NOW = "what_now"
    PROVIDER_NAMED = "provider_named"
    VISIT_UNTAKEN = "visit_untaken"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_RELEASED = "visit_released"
    VISIT_NOT_MADE = "visit_not_made"
    VISIT_NOT_BEGUN = "visit_not_begun"
    REQUEST_CLOSED = "request_closed"
    WORD_WANTED = "word_wanted"
    SEAT_GIVEN = "seat_given"
    ACTIVITY_CANCELLED = "activity_cancelled"
    HOURS_REFUSED = "hours_refused"
    OBJECTION_MADE = "objection_made"
    OBJECTION_ANSWERED = "objection_answered"
    WORK_TAKEN_OVER = "work_taken_over"
    WORK_HANDED_OVER = "work_handed_over"


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    TO_CALL = "to_call"
    CALLED = "called"
    DROPPED = "dropped"


class Delivery(StrEnum):
    """What a gateway says of a message that it had taken."""

    DELIVERED = "delivered"
    FAILED = "failed"


class CallOutcome(StrEnum):
    """What came of a call from the desk."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    NOT_NEEDED = "not_needed"


NOT_PRESSING = frozenset(
    {Purpose.HOURS_REFUSED, Purpose.OFFER_LAPSED, Purpose.OBJECTION_MADE, Purpose.OBJECTION_ANSWERED}
)
NEVER_AT_NIGHT = NOT_PRESSING | {Purpose.OFFERED}
"""What rings in no quiet hours, though it is of no use after them: nobody has to answer an offer."""
_AFTER = {
    CallOutcome.REACHED: NoticeState.CALLED,
    CallOutcome.NO_ANSWER: NoticeState.TO_CALL,
    CallOutcome.NOT_NEEDED: NoticeState.DROPPED,
}


@dataclass(frozen=True)
class Notice:
    """What somebody is to be told of an order; its words are made when it is told."""

    notice_id: UUID
    person_id: UUID
    purpose: Purpose
    order_id: UUID
    start_at: datetime
    other_id: UUID | None
    useless_after: datetime | None
    due_at: datetime
    state: NoticeState = NoticeState.WAITING
    told_at: datetime | None = None
    tries: int = 0
    message_id: UUID | None = None

    def is_useless_at(self, now: datetime) -> bool:
        """Tell whether it helps nobody any more."""
        return self.useless_after is not None and self.useless_after <= now


def due_at(purpose: Purpose, *, now: datetime, useless_after: datetime | None) -> datetime:
    """Return when somebody is told: at once, after the quiet hours, or with the day's others; never too late."""
    local = now.astimezone(ZONE)
    if purpose in NOT_PRESSING:
        due = _next(local, DIGEST_AT)
    elif local.time() >= QUIET_FROM or local.time() < QUIET_UNTIL:
        due = _next(local, QUIET_UNTIL)
    else:
        return now
    is_late = useless_after is not None and useless_after <= due and purpose not in NEVER_AT_NIGHT
    return now if is_late else due


def _next(local: datetime, at: time) -> datetime:
    today = datetime.combine(local.date(), at, ZONE)
    return today if today > local else today + timedelta(days=1)


def after_delivery(notice: Notice, delivery: Delivery, *, now: datetime) -> NoticeState:
    """Return where a notice stands once the gateway says what became of its message.

    What did not arrive has to be called, while it is of use; what arrived after all need not be. Nothing takes back
    that the desk has called, or that the message arrived.
    """
    if delivery is Delivery.DELIVERED:
        is_open = notice.state in (NoticeState.SENT, NoticeState.TO_CALL)
        return NoticeState.DELIVERED if is_open else notice.state
    if notice.state is not NoticeState.SENT:
        return notice.state
    return NoticeState.DROPPED if notice.is_useless_at(now) else NoticeState.TO_CALL


def after_call(outcome: CallOutcome) -> NoticeState:
    """Return where a notice stands after a call from the desk; nobody answering leaves it on the list."""
    return _AFTER[outcome]


WORDS: Mapping[Purpose, str] = {
    Purpose.OFFERED: message(
        "Could you help on {when}? Your page says with what, and until when you may answer. You may say no."
    ),
    Purpose.OFFER_LAPSED: message(
        "The time to answer whether you help on {when} is over. Nothing is held against you."
    ),
    Purpose.VISIT_TAKEN: message("{who} comes to you on {when}. At the door, read out the code of your page or slip."),
    Purpose.VISIT_LOST: message("{who} cannot come on {when}. Somebody else is looked for; you are told who comes."),
    Purpose.WHAT_NOW: message(
        "Nobody has taken your visit on {when} yet. Say on your page or to the desk: wait, another time, or other help."
    ),
    Purpose.PROVIDER_NAMED: message(
        "Other help was found for {when}. Your page says who comes; please say afterwards how it was."
    ),
    Purpose.VISIT_UNTAKEN: message(
        "Nobody was found for your visit on {when}. Call the desk: another time, or other help."
    ),
    Purpose.VISIT_CANCELLED: message("The visit on {when} is cancelled."),
    Purpose.VISIT_RELEASED: message("You do not go to the visit on {when}: your page says what is missing now."),
    Purpose.VISIT_NOT_MADE: message(
        "Your weekly visit on {when} could not be arranged. Your page says why; the desk looks into it."
    ),
    Purpose.VISIT_NOT_BEGUN: message(
        "Nobody checked in to the visit on {when}; it is closed, and nothing is paid. If it took place, tell the desk."
    ),
    Purpose.REQUEST_CLOSED: message(
        "Your request for {when} was not answered in time and is closed; nothing is set aside. Please call the desk."
    ),
    Purpose.WORD_WANTED: message("Your visit of {when} is over. Please say on your page, or to the desk, how it was."),
    Purpose.SEAT_GIVEN: message("A place has become free: you are signed up for the activity on {when}."),
    Purpose.ACTIVITY_CANCELLED: message("The activity on {when} is cancelled."),
    Purpose.HOURS_REFUSED: message("The hours of {when} were not recognised. Your page says why, and how to object."),
    Purpose.OBJECTION_MADE: message(
        "Somebody objects to the hours of {when}. Your page says to what, and until when it is answered."
    ),
    Purpose.OBJECTION_ANSWERED: message("The objection to the hours of {when} is over. Your page says how, and why."),
    Purpose.WORK_TAKEN_OVER: message(
        "Since {when} you have taken over work from {who}: the page “Handover” says which, times on duty among it."
    ),
    Purpose.WORK_HANDED_OVER: message(
        "Since {when} {who} looks after what waited for you. What you have signed stays signed by you."
    ),
}
_SOMEBODY = message("Your volunteer")
_COLLEAGUE = message("a colleague")
_LOCALES = {"zh": "zh_CN", "en": "en_GB"}


def lines_of(notice: Notice, *, names: Mapping[str, str] | None = None) -> dict[str, Line]:
    """Return the line of a notice by language; `names` are those of who is named in it, nobody without them."""
    is_of_staff = notice.purpose in (Purpose.WORK_TAKEN_OVER, Purpose.WORK_HANDED_OVER)
    nobody = in_both(_COLLEAGUE if is_of_staff else _SOMEBODY, module=__name__)
    values = {
        language: {
            "who": (names or {}).get(language) or (names or {}).get("zh") or nobody[language],
            "when": _when(notice.start_at, language),
        }
        for language in nobody
    }
    return filled(notice.purpose.value, WORDS[notice.purpose], module=__name__, values=values)


def words_of(notice: Notice) -> dict[str, str]:
    """Return the words of a notice by language; they name nobody."""
    return {language: line.text for language, line in lines_of(notice).items()}


def _when(instant: datetime, language: str) -> str:
    local, locale = instant.astimezone(ZONE), _LOCALES[language]
    return " ".join(format_skeleton(skeleton, local, locale=locale) for skeleton in ("MMMEd", "Hm"))


def one_message(notices: Iterable[Mapping[str, Line]], language: Language | str | None = None) -> list[Line]:
    """Return one message of several notices to one person: in her language; in both where she said none."""
    lines = [lines_for(notice, language) for notice in notices]
    return [line for several in zip(*lines, strict=True) for line in several]
