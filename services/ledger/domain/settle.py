"""What approved hours are worth, and the one linked posting that pays them: the list under "Settling", line by line."""

from __future__ import annotations

from dataclasses import dataclass

from libs.errors import Refusal
from libs.programme.policy import Policy
from libs.programme.words import Funding
from services.ledger.domain import outcomes
from services.ledger.domain.awards import awarded_on, due_for_recovery
from services.ledger.domain.days import day_of, day_start_us
from services.ledger.domain.errors import CaptureAboveHoldError, HoldClosedError
from services.ledger.domain.holds import (
    HeldPart,
    draw,
    give_back,
    need_parts,
    need_person,
    parts_of,
    was_held,
)
from services.ledger.domain.postings import (
    Decision,
    HoldNotYetKnownError,
    Leg,
    LegSheet,
    NamedByItsId,
    Needs,
    Terms,
    View,
    clearing,
    issuance,
    pool,
)
from services.ledger.domain.reasons import Evidence, Reason
from services.ledger.domain.wallets import Id, WalletClass, WalletKey, district_wallet, person_wallet

PERCENT = 100
TO_POOL = "public_pool"


@dataclass(frozen=True, slots=True)
class ServedHours:
    """One volunteer's part of an approval."""

    volunteer_id: Id
    volunteer_district_id: Id
    actual_minutes: int
    evidence: Evidence
    checked_in_at: int
    is_group: bool

    @property
    def wallet(self) -> WalletKey:
        """Where the award goes."""
        return person_wallet(self.volunteer_district_id, self.volunteer_id, WalletClass.EARNED)


@dataclass(frozen=True, slots=True)
class Worth:
    """What one volunteer's hours are worth, and where each minute of it goes."""

    price: int
    award: int
    kept_by_day_or_order_cap: int
    kept_by_balance_cap: int
    recovered: int


def price_of(hours: ServedHours, *, planned_minutes: int, coefficient_percent: int, policy: Policy) -> int:
    """What the payer pays: countable minutes by the coefficient, rounded down."""
    if hours.evidence == Evidence.ATTESTED and policy.earn.offline_class == "none":
        return 0
    if hours.actual_minutes < policy.time.min_countable_minutes:
        return 0
    whole = min(hours.actual_minutes, planned_minutes)
    countable = whole - whole % policy.time.rounding_step_minutes
    return countable * coefficient_percent // PERCENT


def worth_of(price: int, *, policy: Policy, awarded_today: int, earned_balance: int, due: int) -> Worth:
    """Apply the caps of order, day and balance, then what an earlier reversal is still owed."""
    after_day = price
    if policy.earn.per_order_cap_minutes is not None:
        after_day = min(after_day, policy.earn.per_order_cap_minutes)
    if policy.earn.daily_cap_minutes is not None:
        after_day = min(after_day, max(0, policy.earn.daily_cap_minutes - awarded_today))
    award = after_day
    if policy.earn.balance_cap_minutes is not None:
        award = min(after_day, max(0, policy.earn.balance_cap_minutes - earned_balance))
    return Worth(price, award, price - after_day, after_day - award, min(award, due))


@dataclass(frozen=True, slots=True)
class SettleHours(NamedByItsId):
    """Settle one order's approved hours whole."""

    request_id: Id
    district_id: Id
    terms: Terms
    approval_id: Id
    settlement: int
    funding: str
    planned_minutes: int
    coefficient_percent: int
    hours: tuple[ServedHours, ...]
    policy: Policy
    payer: tuple[Id, Id] | None = None
    """(district, person) whose wallets pay when hours are settled anew without a hold."""

    def needs(self, needs: Needs) -> None:
        """Ask for the hold, and for every volunteer's wallet with the awards of the day."""
        home = self.district_id
        needs.districts.add(home)
        needs.wallets.update((issuance(home), pool(home), clearing(home)))
        if self.funding == Funding.PURCHASED:
            return
        needs.acts.add(self.terms.act_id)
        for hours in self.hours:
            wallet, district_id = hours.wallet, hours.volunteer_district_id
            needs.wallets.update((wallet, wallet.twin()))
            if district_id != home:
                needs.districts.add(district_id)
                needs.wallets.update((clearing(district_id), issuance(district_id)))
            needs.since(wallet, day_start_us(day_of(hours.checked_in_at)))
            needs.notes.add(wallet)
        if self.payer and self.settlement > 1:
            need_person(needs, *self.payer)
            needs.wallets.add(clearing(self.payer[0]))
            needs.wallets.add(district_wallet(self.payer[0], WalletClass.REDEEMED))

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Ask for the wallets of the hold's parts."""
        parts = parts_of(view.rows_of_act(self.terms.act_id)) if self.funding != Funding.PURCHASED else []
        need_parts(needs, parts)
        for part in parts:
            district_id = part.source.district_id
            needs.wallets.update((clearing(district_id), district_wallet(district_id, WalletClass.REDEEMED)))

    def decide(self, view: View) -> Decision:
        """Pay every volunteer, send what caps keep back where the policy says, release the rest of the hold."""
        sheet = LegSheet(view)
        if self.funding == Funding.PURCHASED:
            return self._decision(sheet, view, [], released=0)
        prices = [self._price(hours) for hours in self.hours]
        purse = Purse(sheet, self._source(view, sum(prices)))
        awards = [self._pay(sheet, view, purse, hours, price) for hours, price in zip(self.hours, prices, strict=True)]
        released = give_back(sheet, view, purse.parts, grants_expire=self.policy.grant.expires_month_end)
        return self._decision(sheet, view, awards, released=released)

    def _price(self, hours: ServedHours) -> int:
        return price_of(
            hours,
            planned_minutes=self.planned_minutes,
            coefficient_percent=self.coefficient_percent,
            policy=self.policy,
        )

    def _source(self, view: View, price: int) -> list[HeldPart]:
        if self.funding == Funding.PROGRAMME:
            return [HeldPart(issuance(self.district_id), price, view.now_us)]
        rows = view.rows_of_act(self.terms.act_id)
        parts = parts_of(rows)
        if not was_held(rows) and price and self.settlement == 1:
            raise HoldNotYetKnownError
        if self.settlement > 1 and not parts and price:
            return self._anew(view, price)
        if price and not parts:
            raise HoldClosedError
        if price > sum(part.left_minutes for part in parts):
            raise CaptureAboveHoldError(price_minutes=price)
        return parts

    def _anew(self, view: View, price: int) -> list[HeldPart]:
        if self.funding == Funding.CREDIT and self.payer:
            return draw(view, *self.payer, price)
        available = min(price, view.balance(pool(self.district_id)))
        if available < price:
            raise CaptureAboveHoldError(price_minutes=price)
        return [HeldPart(pool(self.district_id), price, view.now_us)]

    def _pay(self, sheet: LegSheet, view: View, purse: Purse, hours: ServedHours, price: int) -> outcomes.Award:
        if hours.is_group and self.policy.earn.group_hours_to == TO_POOL:
            purse.pay(pool(self.district_id), price, Reason.GROUP_HOURS, at=hours.checked_in_at)
            return outcomes.Award(hours.volunteer_id, 0, 0, 0, price)
        wallet = hours.wallet
        worth = worth_of(
            price,
            policy=self.policy,
            awarded_today=awarded_on(view, wallet, hours.checked_in_at),
            earned_balance=sheet.balance(wallet) + sheet.balance(wallet.twin()),
            due=due_for_recovery(view.notes(wallet)),
        )
        purse.pay(
            wallet, worth.award - worth.recovered, self._award_reason, at=hours.checked_in_at,
            evidence=hours.evidence,
        )  # fmt: skip
        self._recover(sheet, purse, hours, worth)
        self._overflow(purse, worth.kept_by_day_or_order_cap, self.policy.earn.over_daily_cap_action, hours)
        self._overflow(purse, worth.kept_by_balance_cap, self.policy.earn.over_cap_action, hours)
        kept = worth.kept_by_day_or_order_cap + worth.kept_by_balance_cap
        return outcomes.Award(hours.volunteer_id, worth.award - worth.recovered, kept, worth.recovered, 0)

    @property
    def _award_reason(self) -> Reason:
        return Reason.REDEMPTION_CAPTURED if self.funding == Funding.CREDIT else Reason.HOURS_APPROVED

    def _recover(self, sheet: LegSheet, purse: Purse, hours: ServedHours, worth: Worth) -> None:
        if worth.recovered == 0:
            return
        home = hours.volunteer_district_id
        if self.funding == Funding.PROGRAMME:
            purse.drop(worth.recovered)
        else:
            purse.pay(issuance(home), worth.recovered, Reason.RECOVERY, at=hours.checked_in_at)
        sheet.note(
            home, issuance(home), hours.wallet, worth.recovered, Reason.RECOVERY, effective_at=hours.checked_in_at
        )

    def _overflow(self, purse: Purse, minutes: int, action: str, hours: ServedHours) -> None:
        if minutes == 0:
            return
        if action == TO_POOL:
            purse.pay(pool(self.district_id), minutes, Reason.CAP_OVERFLOW, at=hours.checked_in_at)
        elif self.funding == Funding.CREDIT:
            purse.pay_out_of_circulation(minutes, at=hours.checked_in_at)
        elif self.funding == Funding.PROGRAMME:
            purse.drop(minutes)

    def _decision(self, sheet: LegSheet, view: View, awards: list[outcomes.Award], *, released: int) -> Decision:
        paid = sheet.moved((self._award_reason, Reason.CAP_OVERFLOW, Reason.GROUP_HOURS, Reason.RECOVERY))
        answer = outcomes.HoursSettled(
            posting_id=self.request_id,
            order_id=self.terms.act_id,
            district_id=self.district_id,
            approval_id=self.approval_id,
            settlement=self.settlement,
            funding=self.funding,
            awards=tuple(awards),
            paid_minutes=paid,
            released_minutes=released,
            policy_version=self.policy.version,
            settled_at_us=view.now_us,
            issued_minutes=paid if self.funding == Funding.PROGRAMME else 0,
        )
        if paid == 0:
            # Where only the hold goes back, the journal would not show that the hours were settled.
            note = Leg(self.district_id, None, None, 0, Reason.NOTHING_DUE, True)
            return Decision([*sheet.legs(self.district_id, at_least=0), note], answer)
        if self.funding not in (Funding.CREDIT, Funding.POOL):
            return Decision(sheet.legs(self.district_id), answer)
        captured = outcomes.HoldCaptured(self.terms.act_id, self.district_id, paid, released)
        return Decision(sheet.legs(self.district_id, at_least=2, nothing=Reason.HOURS_SETTLED), answer, captured)

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""


class Purse:
    """What pays a settlement: the parts of the hold, issuance or the pool, drawn on in order."""

    def __init__(self, sheet: LegSheet, parts: list[HeldPart]) -> None:
        self._sheet = sheet
        self.parts = parts

    def pay(self, to: WalletKey, minutes: int, reason: Reason, *, at: int, evidence: Evidence = Evidence.NONE) -> None:
        """Pay minutes to a wallet; what would go back to the wallet it came from stays for the release."""
        if minutes == 0 or (self.parts and self.parts[0].base == to):
            return
        for part, taken in self._draw(minutes):
            self._sheet.move_across(part.source, to, taken, reason, evidence=evidence, effective_at=at)

    def pay_out_of_circulation(self, minutes: int, *, at: int) -> None:
        """Pay minutes to the payer's district's `redeemed`."""
        for part, taken in self._draw(minutes):
            redeemed = district_wallet(part.source.district_id, WalletClass.REDEEMED)
            self._sheet.move(part.source, redeemed, taken, Reason.CAP_OVERFLOW, effective_at=at)

    def drop(self, minutes: int) -> None:
        """Leave minutes unissued."""
        for _ in self._draw(minutes):
            pass

    def _draw(self, minutes: int) -> list[tuple[HeldPart, int]]:
        drawn, left = [], minutes
        for part in self.parts:
            taken = min(part.left_minutes, left)
            if taken:
                part.left_minutes -= taken
                left -= taken
                drawn.append((part, taken))
        assert left == 0, "a settlement never pays more than its source holds"
        return drawn
