"""Reversals: once per act, as new opposite transfers; what the credit no longer covers, issuance makes good."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import Refusal
from libs.programme.refusals import AlreadyReversedError, InsufficientCreditsError
from services.ledger.domain import outcomes
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import NothingDueError, NotReversibleError, SettlementThroughOrdersError
from services.ledger.domain.holds import HeldPart, return_stale_grant
from services.ledger.domain.postings import Decision, LegSheet, NamedByItsId, Needs, Terms, View, issuance, pool
from services.ledger.domain.reasons import SETTLING, Evidence, Reason
from services.ledger.domain.wallets import Id, WalletClass, WalletKey, person_wallet

REVERSIBLE_HERE = frozenset((Reason.GIFT, Reason.DONATION, Reason.POOL_FUNDED, Reason.MIGRATION))
REVERSALS = frozenset((Reason.REVERSAL, Reason.REVERSAL_SHORTFALL))


def settlements_of(rows: list[Entry]) -> list[list[Entry]]:
    """The settlements of an order, oldest first; each is the rows that one approval caused."""
    by_cause: dict[Id, list[Entry]] = {}
    for row in rows:
        if row.reason in SETTLING and row.outcome <= 1:
            by_cause.setdefault(row.cause, []).append(row)
    return list(by_cause.values())


def placed_at(rows: list[Entry], base: WalletKey, otherwise: int) -> int:
    """When the part of a hold that came from this wallet was set aside."""
    return next((row.recorded_at for row in rows if row.reason == Reason.HOLD and row.debit == base), otherwise)


@dataclass(frozen=True, slots=True)
class ReverseHours(NamedByItsId):
    """Reverse one settlement of an order whole."""

    request_id: Id
    district_id: Id
    terms: Terms
    settlement: int
    funding: str
    recover: bool
    reversal_id: Id
    grants_expire: bool = True

    def needs(self, needs: Needs) -> None:
        """Ask for the order's rows."""
        needs.districts.add(self.district_id)
        needs.acts.add(self.terms.act_id)

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Ask for both sides of every transfer of the settlement."""
        for row in view.rows_of_act(self.terms.act_id):
            for key in (row.debit, row.credit):
                if key is None:
                    continue
                needs.wallets.update((key, key.base(), pool(key.district_id), issuance(key.district_id)))
                if key.base().wallet_class == WalletClass.GRANTED:
                    needs.notes.add(person_wallet(key.district_id, key.owner_id, WalletClass.EARNED))

    def decide(self, view: View) -> Decision:
        """Post the opposite of each transfer of the settlement; nothing when nothing had been due."""
        rows = view.rows_of_act(self.terms.act_id)
        settled = self._settled(rows)
        sheet = LegSheet(view)
        for row in settled:
            self._undo(sheet, view, rows, row)
        answer = outcomes.Reversed(
            posting_id=self.request_id,
            district_id=self.district_id,
            cause_id=self.reversal_id,
            order_id=self.terms.act_id,
            settlement=self.settlement,
            shortfall_minutes=sheet.moved((Reason.REVERSAL_SHORTFALL,)),
        )
        return Decision(sheet.legs(self.district_id), answer)

    def _settled(self, rows: list[Entry]) -> list[Entry]:
        """The rows of the last settlement; an approval under which nothing was due left none.

        Raises:
            AlreadyReversedError: a reversal stands after it.
        """
        settlements = settlements_of(rows)
        settled = settlements[-1] if settlements else []
        last = max((row.recorded_at for row in settled), default=0)
        if any(row.reason in REVERSALS and row.recorded_at > last and row.is_applied() for row in rows):
            raise AlreadyReversedError
        return settled

    def _undo(self, sheet: LegSheet, view: View, rows: list[Entry], row: Entry) -> None:
        if row.credit is None or row.debit is None:
            return
        if row.is_noted():
            sheet.note(
                row.district_id, row.credit, row.debit, row.minutes, Reason.REVERSAL, effective_at=row.effective_at
            )
            return
        payee, payer = row.credit, row.debit.base()
        there = row.minutes if payee.may_overdraw() else min(row.minutes, max(0, sheet.balance(payee)))
        sheet.move(payee, payer, there, Reason.REVERSAL, evidence=Evidence(row.evidence), effective_at=row.effective_at)
        self._make_good(sheet, payee, payer, row.minutes - there, row.effective_at)
        part = HeldPart(payer, row.minutes, placed_at(rows, payer, row.recorded_at))
        return_stale_grant(sheet, view, part, row.minutes, grants_expire=self.grants_expire)

    def _make_good(self, sheet: LegSheet, payee: WalletKey, payer: WalletKey, shortfall: int, at: int) -> None:
        if shortfall == 0:
            return
        source = issuance(payee.district_id)
        sheet.move(source, payer, shortfall, Reason.REVERSAL_SHORTFALL, effective_at=at)
        if payee.wallet_class == WalletClass.EARNED:
            reason = Reason.SHORTFALL_OWED if self.recover else Reason.SHORTFALL_BORNE
            sheet.note(payee.district_id, payee, source, shortfall, reason, effective_at=at)

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""


@dataclass(frozen=True, slots=True)
class ReverseAct(NamedByItsId):
    """Reverse a gift, a donation, a pool funding or a migration, while the credit is still available there."""

    request_id: Id
    district_id: Id
    terms: Terms
    districts: tuple[Id, ...]
    """All districts the act touched."""

    def needs(self, needs: Needs) -> None:
        """Ask for the act's rows."""
        needs.districts.update((self.district_id, *self.districts))
        needs.acts.add(self.terms.act_id)

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Ask for both sides of every transfer of the act."""
        for row in view.rows_of_act(self.terms.act_id):
            needs.wallets.update(key for key in (row.debit, row.credit) if key)

    def decide(self, view: View) -> Decision:
        """Post the opposite transfers, or refuse when the credit is no longer there."""
        rows = [row for row in view.rows_of_act(self.terms.act_id) if row.is_applied()]
        refuse_unless_reversible(rows)
        sheet = LegSheet(view)
        for row in reversed(rows):
            assert row.debit
            assert row.credit
            if not row.credit.may_overdraw() and sheet.balance(row.credit) < row.minutes:
                raise InsufficientCreditsError(asked_minutes=row.minutes)
            sheet.move(row.credit, row.debit, row.minutes, Reason.REVERSAL, effective_at=row.effective_at)
        answer = outcomes.Reversed(
            posting_id=self.request_id,
            district_id=self.district_id,
            cause_id=self.terms.act_id,
            order_id=self.terms.act_id,
            settlement=0,
            shortfall_minutes=0,
        )
        return Decision(sheet.legs(self.district_id), answer)

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""


def refuse_unless_reversible(rows: list[Entry]) -> None:
    """Refuse what cannot be reversed here: nothing, settlements, holds, reversals, what was reversed before.

    Raises:
        AlreadyReversedError, SettlementThroughOrdersError, NotReversibleError, NothingDueError
    """
    if not rows:
        raise NothingDueError
    reasons = {Reason(row.reason) for row in rows}
    if reasons & REVERSALS:
        raise AlreadyReversedError() if reasons & REVERSIBLE_HERE else NotReversibleError()
    if reasons & SETTLING:
        raise SettlementThroughOrdersError
    if not reasons <= REVERSIBLE_HERE:
        raise NotReversibleError
