"""The ledger in a hundred lines: balances in a dict, rules as `if`s; what the real one is compared with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

SPENDING = ("granted", "received", "earned")
DAY_CAP = 120
STEP = 30
GIFT_CAP = 600


@dataclass
class Settled:
    """What one settlement moved: who paid from which class, who got it, what left circulation."""

    paid: list[tuple[str, str, str, int]] = field(default_factory=list)
    """(payer, class, to, minutes); to is a volunteer or "redeemed"."""
    terms: tuple[str, int, int] = ("", 0, 0)
    """(volunteer, award, what recovery kept of it)"""
    is_reversed: bool = False


class Model:
    """One district."""

    def __init__(self) -> None:
        self.balance: dict[tuple[str, str], int] = defaultdict(int)
        self.held: dict[str, list[tuple[str, str, int]]] = {}
        self.had_hold: set[str] = set()
        self.settled: dict[str, Settled] = {}
        self.awarded: dict[str, int] = defaultdict(int)
        self.given: dict[str, int] = defaultdict(int)
        self.owed: dict[str, int] = defaultdict(int)

    def issue(self, who: str, wallet: str, minutes: int) -> str:
        """New credit."""
        self.balance[who, wallet] += minutes
        self.balance["district", "issuance"] -= minutes
        return "ok"

    def gift(self, giver: str, receiver: str, minutes: int) -> str:
        """Earned credit to another's received wallet."""
        if self.given[giver] + minutes > GIFT_CAP:
            return "gift_cap_exceeded"
        if self.balance[giver, "earned"] < minutes:
            enough = sum(self.balance[giver, wallet] for wallet in SPENDING) >= minutes
            return "credit_not_giftable" if enough else "insufficient_credits"
        self.balance[giver, "earned"] -= minutes
        self.balance[receiver, "received"] += minutes
        self.given[giver] += minutes
        return "ok"

    def hold(self, order: str, payer: str, minutes: int) -> str:
        """Set aside in spending order."""
        if order in self.had_hold:
            return "hold_exists"
        if sum(self.balance[payer, wallet] for wallet in SPENDING) < minutes:
            return "insufficient_credits"
        parts, left = [], minutes
        for wallet in SPENDING:
            taken = min(left, self.balance[payer, wallet])
            self.balance[payer, wallet] -= taken
            left -= taken
            if taken:
                parts.append((payer, wallet, taken))
        self.held[order] = parts
        self.had_hold.add(order)
        return "ok"

    def release(self, order: str) -> str:
        """Give back what is left."""
        parts = self.held.pop(order, [])
        for payer, wallet, minutes in parts:
            self.balance[payer, wallet] += minutes
        return "ok" if parts else "hold_closed"

    def settle(self, order: str, volunteer: str, actual: int, planned: int) -> str:
        """Pay, cap, release."""
        price = 0 if actual < STEP else min(actual, planned) // STEP * STEP
        parts = self.held.pop(order, [])
        if price > sum(minutes for _, _, minutes in parts):
            if parts:
                self.held[order] = parts
            return "capture_above_hold" if parts else "hold_closed"
        award = min(price, DAY_CAP, max(0, DAY_CAP - self.awarded[volunteer]))
        kept_back = min(award, self.owed[volunteer])
        goes = [(volunteer, award - kept_back), ("issuance", kept_back), ("redeemed", price - award)]
        settled = self.settled[order] = Settled()
        for payer, wallet, minutes in parts:
            left = minutes
            for number, (to, due) in enumerate(goes):
                taken = min(left, due)
                left -= taken
                goes[number] = (to, due - taken)
                if taken:
                    settled.paid.append((payer, wallet, to, taken))
                    self.balance[self._wallet(to)] += taken
            self.balance[payer, wallet] += left
        self.awarded[volunteer] += award
        self.owed[volunteer] -= kept_back
        settled.terms = (volunteer, award, kept_back)
        return "ok"

    @staticmethod
    def _wallet(to: str) -> tuple[str, str]:
        return ("district", to) if to in ("redeemed", "issuance") else (to, "earned")

    def reverse(self, order: str, *, recover: bool) -> str:
        """Opposite transfers; issuance makes good what is gone."""
        settled = self.settled[order]
        if settled.is_reversed:
            return "already_reversed"
        settled.is_reversed = True
        volunteer, award, kept_back = settled.terms
        for payer, wallet, to, minutes in settled.paid:
            key = self._wallet(to)
            there = minutes if to == "issuance" else min(minutes, max(0, self.balance[key]))
            self.balance[key] -= there
            self.balance["district", "issuance"] -= minutes - there
            self.balance[payer, wallet] += minutes
            if to == volunteer and recover:
                self.owed[volunteer] += minutes - there
        self.awarded[volunteer] -= award
        self.owed[volunteer] += kept_back
        return "ok"
