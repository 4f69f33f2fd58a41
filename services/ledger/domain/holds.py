"""Holds: credit set aside by moving it to the wallet's held twin, in spending order; ended by capture or release."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from libs.errors import Refusal
from libs.programme.refusals import InsufficientCreditsError, PoolInsufficientError, WalletFrozenError
from libs.programme.words import Funding
from services.ledger.domain import outcomes
from services.ledger.domain.days import same_month
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import HoldClosedError, HoldExistsError
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
from services.ledger.domain.reasons import Outcome, Reason
from services.ledger.domain.wallets import (
    NO_ID,
    SPENDING_ORDER,
    Id,
    WalletClass,
    WalletKey,
    person_wallet,
    wallet_id,
)

# As plain numbers: they are compared with every row of every act.
APPLIED, HOLD = int(Outcome.APPLIED), int(Reason.HOLD)


@dataclass(slots=True)
class HeldPart:
    """What is left of one part of a hold: in the held twin, or not held at all when drawn from the wallet itself."""

    source: WalletKey
    """Where it is taken from."""
    left_minutes: int
    placed_at: int

    @property
    def base(self) -> WalletKey:
        """The wallet it belongs to."""
        return self.source.base()


def parts_of(rows: list[Entry]) -> list[HeldPart]:
    """What is still held for an act, in the order in which it was set aside."""
    parts: dict[WalletKey | None, HeldPart] = {}
    for row in rows:
        if row.outcome != APPLIED:
            continue
        if row.reason == HOLD and row.credit:
            part = parts.get(row.credit)
            if part is None:
                part = parts[row.credit] = HeldPart(row.credit, 0, row.recorded_at)
            part.left_minutes += row.minutes
        elif row.debit in parts:
            parts[row.debit].left_minutes -= row.minutes
    return [part for part in parts.values() if part.left_minutes > 0]


def was_held(rows: list[Entry]) -> bool:
    """Whether credit was ever set aside for an act."""
    return any(row.reason == HOLD and row.outcome == APPLIED for row in rows)


def is_frozen(view: View, district_id: Id, person_id: Id) -> bool:
    """Whether the person's wallets in this district are frozen."""
    return freeze_of(view, district_id, person_id) is not None


def freeze_of(view: View, district_id: Id, person_id: Id) -> Entry | None:
    """The note that froze the person's wallets in this district; None: they are not frozen, or no more."""
    freeze = None
    for note in view.notes(person_wallet(district_id, person_id, WalletClass.EARNED)):
        if note.reason == Reason.WALLETS_FROZEN:
            freeze = note
        elif note.reason == Reason.WALLETS_UNFROZEN:
            freeze = None
    return freeze


def draw(view: View, district_id: Id, payer_id: Id, minutes: int) -> list[HeldPart]:
    """Divide minutes over a person's wallets in spending order.

    Raises:
        InsufficientCreditsError: the three wallets together do not cover it.
    """
    parts, left = [], minutes
    for wallet_class in SPENDING_ORDER:
        key = person_wallet(district_id, payer_id, wallet_class)
        taken = min(view.balance(key), left)
        if taken:
            parts.append(HeldPart(key, taken, view.now_us))
        left -= taken
    if left:
        raise InsufficientCreditsError(available_minutes=minutes - left, asked_minutes=minutes)
    return parts


def need_person(needs: Needs, district_id: Id, person_id: Id) -> None:
    """Ask for the three wallets of a person and whether they are frozen."""
    needs.districts.add(district_id)
    needs.wallets.update(person_wallet(district_id, person_id, wallet_class) for wallet_class in SPENDING_ORDER)
    needs.notes.add(person_wallet(district_id, person_id, WalletClass.EARNED))


@dataclass(frozen=True, slots=True)
class PlaceHold(NamedByItsId):
    """Set credit aside for an order: a person's, or the pool's when nobody pays."""

    request_id: Id
    district_id: Id
    """The payer's district, whose book keeps the hold."""
    terms: Terms
    minutes: int
    payer_id: Id | None
    order_district_id: Id

    @property
    def funding(self) -> str:
        """Who pays: credit of a person, or the pool."""
        return Funding.CREDIT if self.payer_id else Funding.POOL

    def needs(self, needs: Needs) -> None:
        """Ask for the payer's wallets."""
        needs.acts.add(self.terms.act_id)
        if self.payer_id:
            need_person(needs, self.district_id, self.payer_id)
            needs.wallets.update(
                person_wallet(self.district_id, self.payer_id, wallet_class).twin() for wallet_class in SPENDING_ORDER
            )
        else:
            needs.districts.add(self.district_id)
            needs.wallets.update((pool(self.district_id), pool(self.district_id).twin()))

    def decide(self, view: View) -> Decision:
        """Set the minutes aside in spending order, or refuse."""
        refuse_bad_minutes(self.minutes)
        if was_held(view.rows_of_act(self.terms.act_id)):
            raise HoldExistsError
        parts = self._parts(view)
        sheet = LegSheet(view)
        for part in parts:
            sheet.move(part.source, part.source.twin(), part.left_minutes, Reason.HOLD)
        held = tuple(
            outcomes.HeldPart(wallet_id(p.source), WalletClass(p.source.wallet_class).name.lower(), p.left_minutes)
            for p in parts
        )
        answer = outcomes.HoldPlaced(
            hold_id=self.terms.act_id,
            district_id=self.order_district_id,
            payer_id=self.payer_id or NO_ID,
            minutes=self.minutes,
            parts=held,
            funding=self.funding,
        )
        return Decision(sheet.legs(self.district_id), answer)

    def _parts(self, view: View) -> list[HeldPart]:
        if self.payer_id:
            if is_frozen(view, self.district_id, self.payer_id):
                raise WalletFrozenError
            return draw(view, self.district_id, self.payer_id, self.minutes)
        available = view.balance(pool(self.district_id))
        if available < self.minutes:
            raise PoolInsufficientError(available_minutes=available, asked_minutes=self.minutes)
        return [HeldPart(pool(self.district_id), self.minutes, view.now_us)]

    def refused(self, refusal: Refusal) -> outcomes.HoldRefused:
        """Tell who waits for the hold."""
        return outcomes.HoldRefused(self.terms.act_id, self.order_district_id, refusal.code, self.funding)


def give_back(sheet: LegSheet, view: View, parts: list[HeldPart], *, grants_expire: bool) -> int:
    """Release what is left of a hold; a grant of a past month, or of someone who died, goes on to the pool."""
    for part in parts:
        if part.source == part.base:
            continue
        sheet.move(part.source, part.base, part.left_minutes, Reason.HOLD_RELEASED)
        return_stale_grant(sheet, view, part, part.left_minutes, grants_expire=grants_expire)
    return sum(part.left_minutes for part in parts if part.source != part.base)


def return_stale_grant(
    sheet: LegSheet, view: View, part: HeldPart, minutes: int, *, grants_expire: bool
) -> None:  # fmt: skip
    """Send granted credit that came back too late on to its pool."""
    base = part.base
    if base.wallet_class != WalletClass.GRANTED:
        return
    is_stale = grants_expire and not same_month(part.placed_at, view.now_us)
    if is_stale or is_frozen(view, base.district_id, base.owner_id):
        sheet.move(base, pool(base.district_id), minutes, Reason.GRANT_RETURNED)


def need_parts(needs: Needs, parts: Iterable[HeldPart]) -> None:
    """Ask for the wallets that a hold's parts may come back to."""
    for part in parts:
        district_id = part.source.district_id
        needs.wallets.update((part.source, part.base, pool(district_id)))
        if part.base.wallet_class == WalletClass.GRANTED:
            needs.notes.add(person_wallet(district_id, part.base.owner_id, WalletClass.EARNED))


@dataclass(frozen=True, slots=True)
class ReleaseHold(NamedByItsId):
    """Give back what is left of a hold."""

    request_id: Id
    district_id: Id
    terms: Terms
    order_district_id: Id
    grants_expire: bool = True

    def needs(self, needs: Needs) -> None:
        """Ask for the hold."""
        needs.districts.add(self.district_id)
        needs.acts.add(self.terms.act_id)

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Ask for the wallets of its parts."""
        need_parts(needs, parts_of(view.rows_of_act(self.terms.act_id)))

    def decide(self, view: View) -> Decision:
        """Release every part, or refuse when nothing is held."""
        parts = parts_of(view.rows_of_act(self.terms.act_id))
        if not parts:
            raise HoldClosedError
        sheet = LegSheet(view)
        minutes = give_back(sheet, view, parts, grants_expire=self.grants_expire)
        answer = outcomes.HoldReleased(self.terms.act_id, self.order_district_id, minutes)
        return Decision(sheet.legs(self.district_id), answer)

    def refused(self, refusal: Refusal) -> None:
        """TransferRefused says it."""
