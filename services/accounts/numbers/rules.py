"""The number that opens an account: when a new one begins to, what both numbers are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.accounts.core.rules.notices import Notice
from services.accounts.numbers.refusals import TooManyChangesError

OPENS_AFTER = timedelta(hours=24)
CHANGES_PER_DAY_MAX = 3
TRIES_MAX = 5
CODE_DIGITS = 6
_SHOWN_DIGITS = 4


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
    told = []
    if old:
        told.append(Notice(old, _to_old(new, code)))
    if new and new != old:
        told.append(Notice(new, _to_new(has_old=old is not None)))
    return told


def _to_old(new: str | None, code: str) -> str:
    ends = f"尾号{new[-_SHOWN_DIGITS:]}" if new else "（无号码）"
    ends_en = f"a number ending in {new[-_SHOWN_DIGITS:]}" if new else "no number"
    return (
        f"您的登录号码正在变更为{ends}，24小时后生效。如是本人操作，可用确认码{code}立即生效；"
        "如非本人操作，请勿告知他人此码，用本号码登录改回，或致电社区。\n"
        f"Your number is being changed to {ends_en}; it takes effect in 24 hours. If it was you, the code {code} "
        "confirms it at once. If not, tell nobody this code: sign in with this number and change it back, "
        "or call the desk."
    )


def _to_new(*, has_old: bool) -> str:
    sooner, sooner_en = ("，或经原号码确认后立即生效", ", or once the old number confirms it") if has_old else ("", "")
    return (
        f"本号码已登记为一个账号的新号码，24小时后可用于登录{sooner}。如非本人操作，请致电社区。\n"
        "This number was registered as the new number of an account. "
        f"It can be used to sign in after 24 hours{sooner_en}. If this was not you, call the desk."
    )
