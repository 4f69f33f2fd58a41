"""What is told of an urgent call, in the language of who reads it; in both where nobody said which."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.clock import PROGRAMME_ZONE
from libs.translation import in_both, message
from services.accounts.core.rules.identity import Language
from services.accounts.core.rules.notices import Line, filled, lines_for


class NoticeKind(StrEnum):
    """What somebody is told."""

    CALLED = "called"
    ANSWERED = "answered"
    NOBODY_ON_DUTY = "nobody_on_duty"
    UNANSWERED = "unanswered"
    WELFARE_CALL = "welfare_call"
    WELFARE_CONTACT = "welfare_contact"
    WELFARE_DOOR = "welfare_door"
    WELFARE_SILENCE = "welfare_silence"
    WELFARE_NEEDS_HELP = "welfare_needs_help"


class Way(StrEnum):
    """How somebody is told; their own pages show it too."""

    MESSAGE = "message"
    SPOKEN_CALL = "spoken_call"


@dataclass(frozen=True)
class Notice:
    """What somebody is to be told of an urgent call, and of whom it is."""

    notice_id: UUID
    incident_id: UUID
    person_id: UUID
    about_id: UUID | None
    kind: NoticeKind
    answer_by: datetime | None
    asked_at: datetime


WORDS = {
    NoticeKind.CALLED: message(
        "URGENT CALL. {who} Answer by {until} on the page “On duty”, or by calling the desk; then the next one is"
        " called. If a life is in danger, dial 120 first."
    ),
    NoticeKind.ANSWERED: message("Somebody on duty has answered your urgent call and is looking after it."),
    NoticeKind.NOBODY_ON_DUTY: message("Nobody is on duty for your urgent call. Dial 120 at once."),
    NoticeKind.UNANSWERED: message("Nobody on duty has answered your urgent call. Dial 120 at once."),
    NoticeKind.WELFARE_CALL: message(
        "WELFARE CHECK. {who} Nobody opened or answered. Call now, and say by {until} on the page “On duty” what came"
        " of it."
    ),
    NoticeKind.WELFARE_CONTACT: message(
        "WELFARE CHECK. {who} Nobody opened or answered. You are asked as a contact person: please call or look, and"
        " say by {until} on the page “On duty” what came of it."
    ),
    NoticeKind.WELFARE_DOOR: message(
        "WELFARE CHECK. {who} Nobody reached them by telephone. Please go to the door, and say by {until} on the page"
        " “On duty” what came of it. If a life is in danger, dial 120 first."
    ),
    NoticeKind.WELFARE_SILENCE: message(
        "WELFARE CHECK. {who} Nobody has said in time what came of it. Please see to it by {until}; then whoever stands"
        " above is told."
    ),
    NoticeKind.WELFARE_NEEDS_HELP: message(
        "WELFARE CHECK. {who} They need help, or nobody opens the door. If a life is in danger, dial 120 first. Please"
        " see to it by {until}; then whoever stands above is told."
    ),
}
_WHO = message("Help is needed by {name}, telephone {phone}, at {address}.")
_NOBODY_NAMED = message("Somebody needs help; the page says where.")
_NOT_SAID = message("(not recorded)")
_ZONE = ZoneInfo(PROGRAMME_ZONE)


def lines_of(
    notice: Notice,
    *,
    names: dict[str, str] | None,
    phone: str | None,
    address: str | None,
    reads: Language | str | None = None,
) -> list[Line]:
    """Return the lines of a notice in the language that is read; `names` are of whom it is about, by language."""
    until = notice.answer_by.astimezone(_ZONE).strftime("%H:%M") if notice.answer_by else ""
    unsaid = in_both(_NOT_SAID, module=__name__)
    places: dict[str, dict[str, str]] = {}
    for language, who in in_both(_WHO if names else _NOBODY_NAMED, module=__name__).items():
        values = {
            "name": (names or {}).get(language) or (names or {}).get("zh") or unsaid[language],
            "phone": phone or unsaid[language],
            "address": address or unsaid[language],
        }
        places[language] = {"who": who.format(**values), "until": until}
    return lines_for(filled(f"duty_{notice.kind.value}", WORDS[notice.kind], module=__name__, values=places), reads)
