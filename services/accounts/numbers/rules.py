"""The number that opens an account: when a new one begins to, what both numbers are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.translation import message
from services.accounts.core.rules.notices import Line, Notice, filled, lines_for
from services.accounts.numbers.refusals import TooManyChangesError

OPENS_AFTER = timedelta(hours=24)
CHANGES_PER_DAY_MAX = 3
TRIES_MAX = 5
CODE_DIGITS = 6
_SHOWN_DIGITS = 4
WORDS = {
    "number_changed": message(
        "Your number is being changed to a number ending in {ends}; it takes effect in 24 hours. If it was you, "
        "the code {code} confirms it at once. If not, tell nobody this code: sign in with this number and change "
        "it back, or call the desk."
    ),
    "number_taken_away": message(
        "Your number is being taken away; it takes effect in 24 hours. If it was you, the code {code} confirms it"
        " at once. If not, tell nobody this code: sign in with this number and change it back, or call the desk."
    ),
    "number_new_beside_old": message(
        "This number was registered as the new number of an account. It can be used to sign in after 24 hours, or"
        " once the old number confirms it. If this was not you, call the desk."
    ),
    "number_new": message(
        "This number was registered as the new number of an account. It can be used to sign in after 24 hours. If"
        " this was not you, call the desk."
    ),
}


@dataclass(frozen=True)
class NumberChange:
    """A change of a number: until `opens_at` the old one goes on opening, unless it confirms the change before."""

    person_id: UUID
    changed_by: UUID
    changed_at: datetime
    opens_at: datetime
    digest: bytes | None


@dataclass(frozen=True)
class Opening:
    """A number by which an account is found when somebody signs in: from an instant, or until one."""

    number: str
    opens_from: datetime | None = None
    opens_until: datetime | None = None


def openings_after(old: str | None, new: str | None, *, at: datetime) -> list[Opening]:
    """Return what opens an account whose number changes: the old number until the new one does."""
    if new is not None and new == old:
        return [Opening(new)]
    kept = [Opening(old, opens_until=at + OPENS_AFTER)] if old else []
    return kept + ([Opening(new, opens_from=at + OPENS_AFTER)] if new else [])


def refuse_too_many(changes_today: int) -> None:
    """Refuse a number that was changed too often within a day: each change is told on two telephones.

    Raises:
        TooManyChangesError
    """
    if changes_today >= CHANGES_PER_DAY_MAX:
        raise TooManyChangesError


def notices(*, old: str | None, new: str | None, code: str) -> list[Notice]:
    """Return what the old number and the new are told."""
    to_old = [Notice(old, _to_old(new, code))] if old else []
    to_new = [Notice(new, _to_new(has_old=old is not None))] if new and new != old else []
    return to_old + to_new


def _to_old(new: str | None, code: str) -> list[Line]:
    if not new:
        return _in_both("number_taken_away", code=code)
    return _in_both("number_changed", ends=new[-_SHOWN_DIGITS:], code=code)


def _to_new(*, has_old: bool) -> list[Line]:
    return _in_both("number_new_beside_old" if has_old else "number_new")


def _in_both(template: str, **values: str) -> list[Line]:
    """Return the lines in both languages: whose telephone it is, the platform may not know yet."""
    lines = filled(template, WORDS[template], module=__name__, values={"zh": values, "en": values})
    return lines_for(lines, None)
