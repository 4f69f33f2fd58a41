"""A posting: what a command asks of the journal, what it needs to know, and what it decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from libs.errors import Refusal
from libs.programme.refusals import InsufficientCreditsError, MinutesOutOfRangeError
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import OtherDistrictWithoutClearingError
from services.ledger.domain.reasons import Evidence, Reason
from services.ledger.domain.wallets import NO_ID, Id, WalletClass, WalletKey, district_wallet

TRANSFER_MINUTES_MAX = 60_000_000
"""No single transfer moves more: a million hours."""

LEGS_MAX = 10_000


class HoldNotYetKnownError(Exception):
    """A settlement names a hold the journal has not heard of: it waits, it is not refused."""


class Leg(NamedTuple):
    """One movement of a posting, or a note that moves nothing."""

    district_id: Id
    debit: WalletKey | None
    credit: WalletKey | None
    minutes: int
    reason: Reason
    is_note: bool = False
    evidence: Evidence = Evidence.NONE
    effective_at: int | None = None


class Terms(NamedTuple):
    """What all legs of a posting share."""

    cause: Id
    act_id: Id = NO_ID
    actor: Id = NO_ID
    checker: Id = NO_ID
    policy_version: int = 0
    effective_at: int | None = None
    """Microseconds UTC; None = when it is recorded."""


class Decision(NamedTuple):
    """What the rules made of a command: its legs, and the answer the others hear (None = the transfers say it all)."""

    legs: list[Leg]
    answer: object | None = None
    """Told with the last row in the answering district's book."""
    earlier_answer: object | None = None
    """Told with the first row there, where two things are to be said."""


@dataclass(slots=True)
class Needs:
    """What the commands of a batch must see before they decide."""

    districts: set[Id] = field(default_factory=set)
    wallets: set[WalletKey] = field(default_factory=set)
    acts: set[Id] = field(default_factory=set)
    notes: set[WalletKey] = field(default_factory=set)
    history: dict[WalletKey, int] = field(default_factory=dict)
    """Rows of a wallet recorded since this instant, in microseconds."""

    def since(self, key: WalletKey, instant_us: int) -> None:
        """Ask for the rows of a wallet recorded since an instant."""
        self.wallets.add(key)
        self.history[key] = min(instant_us, self.history.get(key, instant_us))


class View(Protocol):
    """The journal as a command sees it: under the lock, with everything earlier in the batch applied."""

    now_us: int

    def balance(self, key: WalletKey) -> int:
        """The wallet's balance."""

    def rows_of_act(self, act_id: Id) -> list[Entry]:
        """All rows of an order, gift …, oldest first."""

    def rows_since(self, key: WalletKey) -> list[Entry]:
        """The rows of a wallet that were asked for by `Needs.since`, oldest first."""

    def notes(self, key: WalletKey) -> list[Entry]:
        """The notes about a wallet, oldest first."""


class Asked(NamedTuple):
    """What a request asks for, beside its id: with other terms the same id is another request, and refused."""

    debit: WalletKey
    credit: WalletKey
    minutes: int
    reason: Reason


class NamedByItsId:
    """A command whose id says all: the same id again is the same request."""

    __slots__ = ()

    def asked(self) -> Asked | None:
        """Nothing is compared."""
        return None

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Nothing more."""


class Command(Protocol):
    """One posting that somebody asks for; the same request id is posted once."""

    @property
    def request_id(self) -> Id:
        """The id of the first leg; the others' are derived from it."""

    @property
    def district_id(self) -> Id:
        """The district whose book carries the answer."""

    @property
    def terms(self) -> Terms:
        """What all legs share."""

    def needs(self, needs: Needs) -> None:
        """Add what must be seen; called before the books are locked."""

    def needs_of_acts(self, view: View, needs: Needs) -> None:
        """Add the wallets that the rows of the acts name; called under the lock."""

    def decide(self, view: View) -> Decision:
        """Apply the rules.

        Raises:
            Refusal: a rule forbids it; the refusal becomes a row.
        """

    def asked(self) -> Asked | None:
        """The terms with which its id must come again; None where the id says all."""

    def refused(self, refusal: Refusal) -> object | None:
        """The answer the others hear when it is refused; None = TransferRefused."""


class LegSheet:
    """Collects the legs of a posting: one per wallet pair and reason, and balances as they would be."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._legs: dict[tuple[WalletKey | None, WalletKey | None, Reason, bool], Leg] = {}
        self._change: dict[WalletKey, int] = {}

    def balance(self, key: WalletKey) -> int:
        """The balance after the legs collected so far."""
        return self._view.balance(key) + self._change.get(key, 0)

    def move(
        self,
        debit: WalletKey,
        credit: WalletKey,
        minutes: int,
        reason: Reason,
        *,
        evidence: Evidence = Evidence.NONE,
        effective_at: int | None = None,
    ) -> None:
        """Move credit within a book; nothing when no minutes are due or both sides are the same wallet."""
        assert minutes >= 0
        assert debit.district_id == credit.district_id
        if minutes == 0 or debit == credit:
            return
        same = self._legs.get((debit, credit, reason, False))
        total = minutes + (same.minutes if same else 0)
        leg = Leg(debit.district_id, debit, credit, total, reason, False, evidence, effective_at)
        self._legs[debit, credit, reason, False] = same._replace(minutes=total) if same else leg
        self._change[debit] = self._change.get(debit, 0) - minutes
        self._change[credit] = self._change.get(credit, 0) + minutes

    def move_across(
        self,
        debit: WalletKey,
        credit: WalletKey,
        minutes: int,
        reason: Reason,
        *,
        evidence: Evidence = Evidence.NONE,
        effective_at: int | None = None,
    ) -> None:
        """Move credit, through the clearing wallets where the two sides are in different districts."""
        if debit.district_id == credit.district_id:
            self.move(debit, credit, minutes, reason, evidence=evidence, effective_at=effective_at)
            return
        out_of, into = clearing(debit.district_id), clearing(credit.district_id)
        self.move(debit, out_of, minutes, reason, effective_at=effective_at)
        self.move(into, credit, minutes, reason, evidence=evidence, effective_at=effective_at)

    def note(
        self, district_id: Id, debit: WalletKey | None, credit: WalletKey | None, minutes: int, reason: Reason,
        *, effective_at: int | None = None,
    ) -> None:  # fmt: skip
        """Record something that moves nothing."""
        same = self._legs.get((debit, credit, reason, True))
        total = minutes + (same.minutes if same else 0)
        self._legs[debit, credit, reason, True] = Leg(
            district_id, debit, credit, total, reason, True, Evidence.NONE, effective_at
        )

    def legs(self, district_id: Id, *, at_least: int = 1, nothing: Reason = Reason.NOTHING_DUE) -> list[Leg]:
        """The legs; those of the answering district carry the answers, so notes fill up what is missing of them."""
        legs = list(self._legs.values())
        missing = at_least - sum(leg.district_id == district_id for leg in legs)
        legs += [Leg(district_id, None, None, 0, nothing, True)] * max(0, missing)
        assert len(legs) <= LEGS_MAX
        return legs

    def moved(self, reasons: Iterable[Reason]) -> int:
        """The minutes moved for these reasons, counted once where they cross districts."""
        wanted = frozenset(reasons)
        return sum(
            leg.minutes
            for leg in self._legs.values()
            if leg.reason in wanted and not leg.is_note and leg.debit and leg.debit.wallet_class != WalletClass.CLEARING
        )


def clearing(district_id: Id) -> WalletKey:
    """The wallet through which credit crosses a district's border."""
    return district_wallet(district_id, WalletClass.CLEARING)


def issuance(district_id: Id) -> WalletKey:
    """Where a district's credit comes from."""
    return district_wallet(district_id, WalletClass.ISSUANCE)


def pool(district_id: Id) -> WalletKey:
    """A district's public pool."""
    return district_wallet(district_id, WalletClass.POOL)


def refuse_bad_minutes(minutes: object) -> None:
    """Refuse minutes that are not a whole number above zero within the limit."""
    if type(minutes) is not int or not 0 < minutes <= TRANSFER_MINUTES_MAX:
        raise MinutesOutOfRangeError(minutes=minutes if isinstance(minutes, (int, str)) else None)


def refuse_other_book(debit: WalletKey, credit: WalletKey) -> None:
    """Refuse a single transfer that spans two books."""
    if debit.district_id != credit.district_id:
        raise OtherDistrictWithoutClearingError


def refuse_shortage(view: View, debit: WalletKey, minutes: int) -> None:
    """Refuse to take more than is there."""
    if view.balance(debit) < minutes and not debit.may_overdraw():
        raise InsufficientCreditsError(available_minutes=view.balance(debit), asked_minutes=minutes)
