"""What happens to a person's credit when they die, are erased, or move to another district."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import Refusal
from services.ledger.domain import answers
from services.ledger.domain.grants import granted
from services.ledger.domain.postings import Decision, LegSheet, Needs, Terms, View, clearing, pool
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
class FreezeWallets:
    """A person died: granted credit goes back to the pool, and nothing more is spent."""

    request_id: Id
    district_id: Id
    terms: Terms
    person_id: Id

    def needs(self, needs: Needs) -> None:
        """Ask for the wallets."""
        need_all_wallets(needs, self.district_id, self.person_id)

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Nothing more."""

    def decide(self, view: View) -> Decision:
        """Return the granted credit and note the freeze."""
        sheet = LegSheet(view)
        key = granted(self.district_id, self.person_id)
        sheet.move(key, pool(self.district_id), view.balance(key), Reason.GRANT_RETURNED)
        earned = person_wallet(self.district_id, self.person_id, WalletClass.EARNED)
        sheet.note(self.district_id, earned, None, 0, Reason.WALLETS_FROZEN)
        return Decision(sheet.legs(self.district_id), answers.WalletsFrozen(self.person_id, self.district_id))

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""


@dataclass(frozen=True, slots=True)
class EmptyWallets:
    """Move all that is available of a person to one wallet: an heir's, or the pool (estate, erasure)."""

    request_id: Id
    district_id: Id
    terms: Terms
    person_id: Id
    to: WalletKey
    reason: Reason

    def needs(self, needs: Needs) -> None:
        """Ask for the wallets and where the credit goes."""
        need_all_wallets(needs, self.district_id, self.person_id)
        needs.districts.add(self.to.district_id)
        needs.wallets.update((self.to, clearing(self.district_id), clearing(self.to.district_id)))

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Nothing more."""

    def decide(self, view: View) -> Decision:
        """Move every wallet's available credit."""
        sheet = LegSheet(view)
        for wallet_class in SPENDING_ORDER:
            key = person_wallet(self.district_id, self.person_id, wallet_class)
            sheet.move_across(key, self.to, view.balance(key), self.reason)
        return Decision(sheet.legs(self.district_id, nothing=self.reason))

    def refused(self, refusal: Refusal) -> answers.Refused:
        """Tell who asked."""
        return answers.Refused(
            self.request_id, self.district_id, self.terms.act_id, refusal.code, self.person_id
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveDistrict:
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

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Nothing more."""

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
