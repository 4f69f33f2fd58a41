"""Monthly grants to key elders, and their return to the pool at the end of the month."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import Refusal
from libs.programme.refusals import PoolInsufficientError
from services.ledger.domain import outcomes
from services.ledger.domain.days import month_start_us
from services.ledger.domain.postings import (
    Decision,
    LegSheet,
    NamedByItsId,
    Needs,
    Terms,
    View,
    pool,
    refuse_bad_minutes,
)
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import NO_ID, Id, WalletClass, WalletKey, person_wallet


def granted(district_id: Id, person_id: Id) -> WalletKey:
    """A person's granted wallet."""
    return person_wallet(district_id, person_id, WalletClass.GRANTED)


@dataclass(frozen=True, slots=True)
class GrantMonth(NamedByItsId):
    """One run of grants: everybody on the list who had none this month, or nobody."""

    request_id: Id
    district_id: Id
    terms: Terms
    lines: tuple[tuple[Id, int], ...]
    """(person, minutes)"""

    def needs(self, needs: Needs) -> None:
        """Ask for the pool and the granted wallets."""
        needs.districts.add(self.district_id)
        needs.wallets.add(pool(self.district_id))
        needs.wallets.update(granted(self.district_id, person_id) for person_id, _ in self.lines)

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Ask for this month's grants."""
        start = month_start_us(view.now_us)
        for person_id, _ in self.lines:
            needs.since(granted(self.district_id, person_id), start)

    def decide(self, view: View) -> Decision:
        """Grant to all who are due, or refuse the whole run."""
        due = [(person_id, minutes) for person_id, minutes in self.lines if not self._had_it(view, person_id)]
        for _, minutes in due:
            refuse_bad_minutes(minutes)
        total = sum(minutes for _, minutes in due)
        available = view.balance(pool(self.district_id))
        if total > available:
            raise PoolInsufficientError(available_minutes=available, asked_minutes=total)
        sheet = LegSheet(view)
        for person_id, minutes in due:
            sheet.move(pool(self.district_id), granted(self.district_id, person_id), minutes, Reason.GRANT)
        return Decision(sheet.legs(self.district_id, nothing=Reason.GRANT))

    def _had_it(self, view: View, person_id: Id) -> bool:
        rows = view.rows_since(granted(self.district_id, person_id))
        return any(row.reason == Reason.GRANT and row.is_applied() for row in rows)

    def refused(self, refusal: Refusal) -> outcomes.Refused:
        """Tell redemption why the run granted nothing."""
        return outcomes.Refused(self.request_id, self.district_id, self.terms.act_id, refusal.code, NO_ID)


@dataclass(frozen=True, slots=True)
class ReturnGrants(NamedByItsId):
    """Send what was granted before this month and is still available back to the pool."""

    request_id: Id
    district_id: Id
    terms: Terms
    person_ids: tuple[Id, ...]
    month_start: int
    """The instant at which the new month began, in microseconds."""

    def needs(self, needs: Needs) -> None:
        """Ask for the granted wallets, and what came into them since the month began."""
        needs.districts.add(self.district_id)
        needs.wallets.add(pool(self.district_id))
        for person_id in self.person_ids:
            needs.since(granted(self.district_id, person_id), self.month_start)

    def decide(self, view: View) -> Decision:
        """Return each available rest of earlier months."""
        sheet = LegSheet(view)
        for person_id in self.person_ids:
            key = granted(self.district_id, person_id)
            fresh = sum(row.minutes for row in view.rows_since(key) if row.credit == key and row.is_applied())
            stale = max(0, view.balance(key) - fresh)
            sheet.move(key, pool(self.district_id), stale, Reason.GRANT_RETURNED)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""
