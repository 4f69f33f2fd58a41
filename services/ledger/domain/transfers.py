"""Transfers that people or the programme ask for: gifts, donations, goods, fundings, old books, starting credit."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import Refusal
from libs.programme.policy import Policy
from libs.programme.refusals import (
    CreditNotGiftableError,
    CrossDistrictDisabledError,
    GiftCapExceededError,
    GiftDisabledError,
    GoodsNotAllowedError,
    InsufficientCreditsError,
    WalletFrozenError,
)
from services.ledger.domain import outcomes
from services.ledger.domain.days import month_start_us
from services.ledger.domain.errors import SameWalletError
from services.ledger.domain.holds import draw, is_frozen, need_person
from services.ledger.domain.postings import (
    Asked,
    Decision,
    Leg,
    LegSheet,
    NamedByItsId,
    Needs,
    Terms,
    View,
    clearing,
    pool,
    refuse_bad_minutes,
    refuse_other_book,
    refuse_shortage,
)
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import (
    SPENDING_ORDER,
    Id,
    WalletClass,
    WalletKey,
    district_wallet,
    person_wallet,
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One plain transfer within a book: fundings, opening balances, starting credit."""

    request_id: Id
    terms: Terms
    debit: WalletKey
    credit: WalletKey
    minutes: int
    reason: Reason

    @property
    def district_id(self) -> Id:
        """The book it is posted in."""
        return self.debit.district_id

    def needs(self, needs: Needs) -> None:
        """Ask for both wallets."""
        debit, credit = self.debit, self.credit
        needs.districts.add(debit.district_id)
        needs.wallets.add(debit)
        if credit.district_id == debit.district_id:
            needs.wallets.add(credit)

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Nothing more."""

    def decide(self, view: View) -> Decision:
        """Move the minutes, or refuse."""
        debit, credit, minutes = self.debit, self.credit, self.minutes
        refuse_bad_minutes(minutes)
        if debit == credit:
            raise SameWalletError
        refuse_other_book(debit, credit)
        refuse_shortage(view, debit, minutes)
        return Decision([Leg(debit.district_id, debit, credit, minutes, self.reason)])

    def asked(self) -> Asked:
        """The wallets, the minutes and the reason."""
        return Asked(self.debit, self.credit, self.minutes, self.reason)

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""


@dataclass(frozen=True, slots=True)
class Gift(NamedByItsId):
    """Earned credit to a relative's `received` wallet, which has no onward gift."""

    request_id: Id
    district_id: Id
    """The giver's district."""
    terms: Terms
    giver_id: Id
    receiver: WalletKey
    minutes: int
    policy: Policy

    @property
    def _wallet(self) -> WalletKey:
        return person_wallet(self.district_id, self.giver_id, WalletClass.EARNED)

    def needs(self, needs: Needs) -> None:
        """Ask for the giver's wallets, the month's gifts, and the receiver's wallet."""
        need_person(needs, self.district_id, self.giver_id)
        needs.districts.add(self.receiver.district_id)
        needs.wallets.add(self.receiver)
        needs.since(self._wallet, 1 << 62)
        if self.receiver.district_id != self.district_id:
            needs.wallets.update((clearing(self.district_id), clearing(self.receiver.district_id)))

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Ask for the gifts of this month."""
        needs.since(self._wallet, month_start_us(view.now_us))

    def decide(self, view: View) -> Decision:
        """Give, or refuse by policy, cap or what is there."""
        refuse_bad_minutes(self.minutes)
        if not self.policy.transfer.gift_enabled:
            raise GiftDisabledError
        if is_frozen(view, self.district_id, self.giver_id):
            raise WalletFrozenError
        if self.receiver.district_id != self.district_id and not self.policy.cross_district.enabled:
            raise CrossDistrictDisabledError
        given = sum(r.minutes for r in view.rows_since(self._wallet) if r.reason == Reason.GIFT and r.is_applied())
        if given + self.minutes > self.policy.transfer.gift_monthly_cap_minutes:
            raise GiftCapExceededError(given_minutes=given, cap_minutes=self.policy.transfer.gift_monthly_cap_minutes)
        refuse_ungiftable(view, self.district_id, self.giver_id, self.minutes)
        sheet = LegSheet(view)
        sheet.move_across(self._wallet, self.receiver, self.minutes, Reason.GIFT)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> outcomes.Refused:
        """Tell who asked."""
        return refused_for(self, refusal, self.giver_id)


@dataclass(frozen=True, slots=True)
class Donation(NamedByItsId):
    """Earned credit to the district's pool."""

    request_id: Id
    district_id: Id
    terms: Terms
    giver_id: Id
    minutes: int

    def needs(self, needs: Needs) -> None:
        """Ask for the giver's wallets and the pool."""
        need_person(needs, self.district_id, self.giver_id)
        needs.wallets.add(pool(self.district_id))

    def decide(self, view: View) -> Decision:
        """Donate, or refuse."""
        refuse_bad_minutes(self.minutes)
        if is_frozen(view, self.district_id, self.giver_id):
            raise WalletFrozenError
        refuse_ungiftable(view, self.district_id, self.giver_id, self.minutes)
        sheet = LegSheet(view)
        wallet = person_wallet(self.district_id, self.giver_id, WalletClass.EARNED)
        sheet.move(wallet, pool(self.district_id), self.minutes, Reason.DONATION)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> outcomes.Refused:
        """Tell who asked."""
        return refused_for(self, refusal, self.giver_id)


@dataclass(frozen=True, slots=True)
class Goods(NamedByItsId):
    """Credit for goods or benefits, where the policy allows it: out of circulation, in spending order."""

    request_id: Id
    district_id: Id
    terms: Terms
    payer_id: Id
    minutes: int
    policy: Policy

    def needs(self, needs: Needs) -> None:
        """Ask for the payer's wallets."""
        need_person(needs, self.district_id, self.payer_id)
        needs.wallets.add(district_wallet(self.district_id, WalletClass.REDEEMED))

    def decide(self, view: View) -> Decision:
        """Redeem, or refuse."""
        refuse_bad_minutes(self.minutes)
        if not self.policy.redeem.goods_allowed:
            raise GoodsNotAllowedError
        if is_frozen(view, self.district_id, self.payer_id):
            raise WalletFrozenError
        sheet = LegSheet(view)
        for part in draw(view, self.district_id, self.payer_id, self.minutes):
            redeemed = district_wallet(self.district_id, WalletClass.REDEEMED)
            sheet.move(part.source, redeemed, part.left_minutes, Reason.GOODS)
        return Decision(sheet.legs(self.district_id))

    def refused(self, refusal: Refusal) -> outcomes.Refused:
        """Tell who asked."""
        return refused_for(self, refusal, self.payer_id)


def refuse_ungiftable(view: View, district_id: Id, giver_id: Id, minutes: int) -> None:
    """Refuse to give more than the giver earned.

    Raises:
        CreditNotGiftableError: granted or received credit would cover it, but is the holder's own to use.
        InsufficientCreditsError: nothing would.
    """
    balances = {
        wallet_class: view.balance(person_wallet(district_id, giver_id, wallet_class))
        for wallet_class in SPENDING_ORDER
    }
    if balances[WalletClass.EARNED] >= minutes:
        return
    if sum(balances.values()) >= minutes:
        raise CreditNotGiftableError(earned_minutes=balances[WalletClass.EARNED], asked_minutes=minutes)
    raise InsufficientCreditsError(available_minutes=balances[WalletClass.EARNED], asked_minutes=minutes)


def refused_for(command: Gift | Donation | Goods, refusal: Refusal, person_id: Id) -> outcomes.Refused:
    """The answer to a refused act of a person."""
    return outcomes.Refused(
        command.request_id, command.district_id, command.terms.act_id, refusal.code, person_id
    )  # fmt: skip
