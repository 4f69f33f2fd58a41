"""A month of a district's book is closed: what was recorded in it, stated once, and its digest a row of the book.

Closing moves nothing and stops nothing. After its row no other can be recorded in the month, because recorded times
only grow; hours that come later are settled in the open month, and shown in the month of their service all the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from libs.clock import local_midnight
from libs.errors import Refusal
from services.ledger.domain.errors import DateOutOfRangeError
from services.ledger.domain.postings import Decision, LegSheet, NamedByItsId, Needs, Terms, View
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import Id

MONTH_DAYS_MAX = 31
FIRST_MONTH, LAST_MONTH = "2000-01", "2100-12"


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of the programme's zone."""

    first_day: date

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "2026-03".

        Raises:
            ValueError: it is no month.
            DateOutOfRangeError: it is none of the years 2000 to 2100.
        """
        if not FIRST_MONTH <= text <= LAST_MONTH:
            raise DateOutOfRangeError(month=text)
        return cls(date.fromisoformat(f"{text}-01"))

    @property
    def begins_at(self) -> datetime:
        """Its first instant."""
        return local_midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return local_midnight(self.next_day)

    @property
    def next_day(self) -> date:
        """The first day after it."""
        return (self.first_day + timedelta(days=MONTH_DAYS_MAX)).replace(day=1)

    def __str__(self) -> str:
        """Return "2026-03"."""
        return f"{self.first_day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved for one reason."""

    reason: str
    entries: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A month's closing statement; positions and balances are by recorded time."""

    district_id: str
    month: str
    begins_at: str
    ends_at: str
    first_position: int
    """The first row recorded in the month; one beyond the last if there is none."""
    last_position: int
    opening: dict[str, int]
    """Balance of all wallets of a class together; the sum is 0."""
    closing: dict[str, int]
    moved: list[Moved]
    late_entries: int
    """Rows recorded in this month for service in earlier ones."""
    late_minutes: int
    checkpoint_size: int
    """The first signed head of the log that covers the last row."""
    checkpoint_root: str

    def text(self) -> str:
        """Its one canonical form."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> bytes:
    """The SHA-256 of a statement; its first 16 bytes stand in the journal as the closing row's cause."""
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class ClosePeriod(NamedByItsId):
    """The row that makes a statement part of the log: its cause is the statement's digest."""

    request_id: Id
    district_id: Id
    terms: Terms

    def needs(self, needs: Needs) -> None:
        """Ask for the book."""
        needs.districts.add(self.district_id)

    def decide(self, view: View) -> Decision:
        """Note it; nothing moves."""
        sheet = LegSheet(view)
        sheet.note(self.district_id, None, None, 0, Reason.PERIOD_CLOSED)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""
