"""What happens to a person's credit when they die, are erased, or move to another district."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import Refusal
from libs.programme.refusals import EstateSettledError
from services.ledger.domain import outcomes
from services.ledger.domain.days import month_start_us, same_month
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import WalletsNotFrozenError
from services.ledger.domain.grants import granted
from services.ledger.domain.holds import freeze_of
from services.ledger.domain.postings import (
    Decision,
    LegSheet,
    NamedByItsId,
    Needs,
    Terms,
    View,
    clearing,
    issuance,
    pool,
)
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import (
    SPENDING_ORDER,
    Id,
    WalletClass,
    WalletKey,
    person_wallet,
)


def need_all_wallets(needs: Needs, district_id: Id, person_id: Id) -> None:
    """Ask for a person's wallets with their held twins, and the pool."""
    needs.districts.add(district_id)
    needs.wallets.add(pool(district_id))
    for wallet_class in SPENDING_ORDER:
        key = person_wallet(district_id, person_id, wallet_class)
        needs.wallets.update((key, key.twin()))


@dataclass(frozen=True, slots=True)
class FreezeWallets(NamedByItsId):
    """A person died: granted credit goes back to the pool, and nothing more is spent."""

    request_id: Id
    district_id: Id
    terms: Terms
    person_id: Id

    def needs(self, needs: Needs) -> None:
        """Ask for the wallets."""
        need_all_wallets(needs, self.district_id, self.person_id)

    def decide(self, view: View) -> Decision:
        """Return the granted credit and note the freeze."""
        sheet = LegSheet(view)
        key = granted(self.district_id, self.person_id)
        sheet.move(key, pool(self.district_id), view.balance(key), Reason.GRANT_RETURNED)
        earned = person_wallet(self.district_id, self.person_id, WalletClass.EARNED)
        sheet.note(self.district_id, earned, None, 0, Reason.WALLETS_FROZEN)
        return Decision(sheet.legs(self.district_id), outcomes.WalletsFrozen(self.person_id, self.district_id))

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""


@dataclass(frozen=True, slots=True)
class UnfreezeWallets(NamedByItsId):
    """A death was found mistaken: the person spends again, and gets back the grant that death took.

    Only what was taken, and while the month of the grant lasts. What the pool has spent since, issuance makes good.
    """

    request_id: Id
    district_id: Id
    terms: Terms
    person_id: Id
    grants_expire: bool = True

    def needs(self, needs: Needs) -> None:
        """Ask for the wallets, whether they are frozen, and what has moved since."""
        need_all_wallets(needs, self.district_id, self.person_id)
        needs.wallets.add(issuance(self.district_id))
        needs.notes.add(self._wallet(WalletClass.EARNED))
        for wallet_class in SPENDING_ORDER:
            needs.since(self._wallet(wallet_class), 0)

    def decide(self, view: View) -> Decision:
        """Give back the grant and note the end of the freeze.

        Raises:
            WalletsNotFrozenError, EstateSettledError
        """
        freeze = freeze_of(view, self.district_id, self.person_id)
        if freeze is None:
            raise WalletsNotFrozenError
        if self._is_settled(view, freeze):
            raise EstateSettledError
        sheet, key = LegSheet(view), granted(self.district_id, self.person_id)
        taken = self._taken(view, freeze)
        from_pool = min(taken, max(0, view.balance(pool(self.district_id))))
        sheet.move(pool(self.district_id), key, from_pool, Reason.REVERSAL)
        sheet.move(issuance(self.district_id), key, taken - from_pool, Reason.REVERSAL_SHORTFALL)
        sheet.note(self.district_id, self._wallet(WalletClass.EARNED), None, 0, Reason.WALLETS_UNFROZEN)
        answer = outcomes.WalletsUnfrozen(self.person_id, self.district_id, self.terms.act_id, taken)
        return Decision(sheet.legs(self.district_id), answer)

    def _wallet(self, wallet_class: WalletClass) -> WalletKey:
        return person_wallet(self.district_id, self.person_id, wallet_class)

    def _is_settled(self, view: View, freeze: Entry) -> bool:
        rows = [row for wallet_class in SPENDING_ORDER for row in view.rows_since(self._wallet(wallet_class))]
        rows += view.notes(self._wallet(WalletClass.EARNED))
        return any(row.reason == Reason.ESTATE_SETTLED and row.recorded_at >= freeze.recorded_at for row in rows)

    def _taken(self, view: View, freeze: Entry) -> int:
        """What went from the granted wallet to the pool because of the death, and would still be the person's."""
        if self.grants_expire and not same_month(freeze.recorded_at, view.now_us):
            return 0
        key = granted(self.district_id, self.person_id)
        rows = view.rows_since(key)
        since = month_start_us(view.now_us) if self.grants_expire else 0
        # Of what a hold gave back later, only what was set aside in this month; the rest had expired anyway.
        held = {row.act_id for row in rows if row.reason == Reason.HOLD and row.recorded_at >= since}
        return sum(
            row.minutes
            for row in rows
            if row.reason == Reason.GRANT_RETURNED
            and row.debit == key
            and (row.cause == freeze.cause or (row.recorded_at >= freeze.recorded_at and row.act_id in held))
        )

    def refused(self, refusal: Refusal) -> outcomes.Refused:
        """Tell accounts why not."""
        return outcomes.Refused(
            self.request_id, self.district_id, self.terms.act_id, refusal.code, self.person_id
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmptyWallets(NamedByItsId):
    """Move all that is available of a person to one wallet: an heir's, or the pool (estate, erasure).

    An estate is that of somebody dead: when the death was found mistaken in the meantime, nothing moves.
    """

    request_id: Id
    district_id: Id
    terms: Terms
    person_id: Id
    to: WalletKey
    reason: Reason

    def needs(self, needs: Needs) -> None:
        """Ask for the wallets and where the credit goes."""
        need_all_wallets(needs, self.district_id, self.person_id)
        needs.notes.add(person_wallet(self.district_id, self.person_id, WalletClass.EARNED))
        needs.districts.add(self.to.district_id)
        needs.wallets.update((self.to, clearing(self.district_id), clearing(self.to.district_id)))

    def decide(self, view: View) -> Decision:
        """Move every wallet's available credit; that there was none is noted.

        Raises:
            WalletsNotFrozenError: the estate of somebody who lives.
        """
        if self.reason is Reason.ESTATE_SETTLED and freeze_of(view, self.district_id, self.person_id) is None:
            raise WalletsNotFrozenError
        sheet = LegSheet(view)
        for wallet_class in SPENDING_ORDER:
            key = person_wallet(self.district_id, self.person_id, wallet_class)
            sheet.move_across(key, self.to, view.balance(key), self.reason)
        if not sheet.moved([self.reason]):
            earned = person_wallet(self.district_id, self.person_id, WalletClass.EARNED)
            sheet.note(self.district_id, earned, None, 0, self.reason)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> outcomes.Refused:
        """Tell who asked."""
        return outcomes.Refused(
            self.request_id, self.district_id, self.terms.act_id, refusal.code, self.person_id
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveDistrict(NamedByItsId):
    """A person moved: what is available goes to wallets of the same class in the new district, through clearing."""

    request_id: Id
    district_id: Id
    terms: Terms
    person_id: Id
    new_district_id: Id

    def needs(self, needs: Needs) -> None:
        """Ask for the wallets of both districts."""
        need_all_wallets(needs, self.district_id, self.person_id)
        need_all_wallets(needs, self.new_district_id, self.person_id)
        needs.wallets.update((clearing(self.district_id), clearing(self.new_district_id)))

    def decide(self, view: View) -> Decision:
        """Move class by class."""
        sheet = LegSheet(view)
        for wallet_class in SPENDING_ORDER:
            old = person_wallet(self.district_id, self.person_id, wallet_class)
            new = person_wallet(self.new_district_id, self.person_id, wallet_class)
            sheet.move_across(old, new, view.balance(old), Reason.DISTRICT_MOVE)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""
