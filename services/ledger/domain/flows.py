"""What a month's figures of credit count: rows of the journal by their reason and the classes they move between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.ledger.domain.reasons import AWARDS, Reason
from services.ledger.domain.wallets import PERSON_CLASSES, WalletClass

POOL = frozenset((WalletClass.POOL, WalletClass.POOL_HELD))
SAVING = frozenset((*AWARDS, Reason.GROUP_HOURS))
SPENDING = frozenset((Reason.REDEMPTION_CAPTURED, Reason.CAP_OVERFLOW, Reason.GOODS))
ALL_CLASSES = frozenset(WalletClass)


@dataclass(frozen=True)
class Flow:
    """Rows for these reasons, from wallets of some classes to wallets of some classes."""

    reasons: frozenset[Reason]
    debit: frozenset[WalletClass] = ALL_CLASSES
    credit: frozenset[WalletClass] = ALL_CLASSES

    def fits(self, *, reason: int, debit: int, credit: int) -> bool:
        """Tell whether rows of this reason between these classes are of it."""
        return reason in self.reasons and debit in self.debit and credit in self.credit


def _of(*reasons: Reason, credit: Iterable[WalletClass] = ALL_CLASSES) -> Flow:
    return Flow(frozenset(reasons), credit=frozenset(credit))


FLOWS = {
    "saved": Flow(SAVING, credit=frozenset({WalletClass.EARNED})),
    "spent": Flow(SPENDING, debit=PERSON_CLASSES | POOL),
    "gifts": Flow(frozenset({Reason.GIFT}), debit=PERSON_CLASSES),
    "donated": _of(Reason.DONATION),
    "group_hours": _of(Reason.GROUP_HOURS, credit=POOL),
    "overflow": _of(Reason.CAP_OVERFLOW),
    "granted": _of(Reason.GRANT),
    "lapsed": _of(Reason.GRANT_RETURNED),
    "taken_back": _of(Reason.REVERSAL),
}
AGES_YEARS = {"age_under_1": (0, 1), "age_1_to_2": (1, 2), "age_2_to_5": (2, 5), "age_over_5": (5, 100)}
"""How long ago minutes were saved that are not used yet: from so many years to less than so many."""
CREDIT_FIGURES = (*FLOWS, *AGES_YEARS)
