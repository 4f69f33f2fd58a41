"""The number that opens an account: when a new one begins to, what both numbers are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.translation import in_both, message
from services.accounts.core.rules.notices import Notice
from services.accounts.numbers.refusals import TooManyChangesError

OPENS_AFTER = timedelta(hours=24)
CHANGES_PER_DAY_MAX = 3
TRIES_MAX = 5
CODE_DIGITS = 6
_SHOWN_DIGITS = 4
_CHANGED = message(
    "Your number is being changed to a number ending in {ends}; it takes effect in 24 hours. If it was you, "
    "the code {code} confirms it at once. If not, tell nobody this code: sign in with this number and change "
    "it back, or call the desk."
)
_TAKEN_AWAY = message(
    "Your number is being taken away; it takes effect in 24 hours. If it was you, the code {code} confirms it"
    " at once. If not, tell nobody this code: sign in with this number and change it back, or call the desk."
)
_NEW_BESIDE_OLD = message(
    "This number was registered as the new number of an account. It can be used to sign in after 24 hours, or"
    " once the old number confirms it. If this was not you, call the desk."
)
_NEW = message(
    "This number was registered as the new number of an account. It can be used to sign in after 24 hours. If"
    " this was not you, call the desk."
)


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


def _to_old(new: str | None, code: str) -> str:
    return _in_both(_CHANGED if new else _TAKEN_AWAY, ends=new[-_SHOWN_DIGITS:] if new else "", code=code)


def _to_new(*, has_old: bool) -> str:
    return _in_both(_NEW_BESIDE_OLD if has_old else _NEW)


def _in_both(english: str, **values: str) -> str:
    """Return the text in both languages: whose telephone it is, the platform may not know yet."""
    return "\n".join(text.format(**values) for text in in_both(english, module=__name__).values())
