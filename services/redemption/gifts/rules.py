"""Credit that changes hands without help: gifts, donations, goods. The ledger decides whether it is there."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.programme.policy import Policy
from libs.programme.refusals import (
    GiftCapExceededError,
    GiftDisabledError,
    GoodsNotAllowedError,
    RelationNotVerifiedError,
)
from libs.programme.two_people import Proposal, Verdict
from services.redemption.core.rules.facts import PersonFacts
from services.redemption.core.rules.people import Asking, Person, Relation
from services.redemption.core.rules.policy import scope_names
from services.redemption.core.rules.proposals import stands_at
from services.redemption.core.rules.served import refuse_min_hours
from services.redemption.gifts.refusals import GiftOutsideScopeError

PROPOSAL_LAPSES_AFTER = timedelta(days=7)
"""How long what a member of staff asks for somebody waits for the second one."""


class CreditKind(StrEnum):
    """What the credit is for."""

    GIFT = "gift"
    DONATION = "donation"
    EXCHANGE = "exchange"


class RequestState(StrEnum):
    """Asked, and what the ledger answered; what staff ask for somebody waits as `proposed` for a second of them."""

    PROPOSED = "proposed"
    REQUESTED = "requested"
    DONE = "done"
    DECLINED = "declined"
    REVERSED = "reversed"
    TURNED_DOWN = "turned_down"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class CreditRequest:
    """One gift, donation or exchange."""

    request_id: UUID
    kind: CreditKind
    district_id: UUID
    giver_id: UUID
    giver_district_id: UUID
    receiver_id: UUID | None
    receiver_district_id: UUID | None
    amount_minutes: int
    policy_version: int
    month: date
    asked: Asking
    state: RequestState = RequestState.REQUESTED
    code: str | None = None
    lapses_at: datetime | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision_why: str | None = None

    def answered(self, state: RequestState, code: str | None = None) -> "CreditRequest":
        """Take the ledger's answer."""
        return dataclasses.replace(self, state=state, code=code)

    def proposed(self) -> "CreditRequest":
        """Let it wait for a second member of staff."""
        lapses_at = self.asked.at + PROPOSAL_LAPSES_AFTER
        return dataclasses.replace(self, state=RequestState.PROPOSED, lapses_at=lapses_at)

    def decided(self, verdict: Verdict) -> "CreditRequest":
        """Take the second member of staff's word: now the ledger is asked, or nothing is.

        Raises:
            MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
        """
        self._as_proposal().decide(verdict)
        state = RequestState.REQUESTED if verdict.ok else RequestState.TURNED_DOWN
        why = verdict.why or None
        return dataclasses.replace(self, state=state, decided_by=verdict.by, decided_at=verdict.at, decision_why=why)

    def _as_proposal(self) -> Proposal:
        """Return it as every act of two people is: what its giver asked for waits for nobody."""
        return Proposal(
            proposal_id=self.request_id,
            proposed_by=self.asked.by,
            proposed_at=self.asked.at,
            lapses_at=self.lapses_at or self.asked.at,
            state=stands_at(self.state),
        )


@dataclass(frozen=True)
class CreditFacts:
    """What a decision about a gift, donation or exchange depends on."""

    giver: PersonFacts
    receiver: Person | None
    close: frozenset[UUID]
    """Those of the two who are close to the caller."""
    relation: Relation | None
    """What the receiver is to the giver."""
    policy: Policy | None
    month_minutes: int
    served_minutes: int
    request: CreditRequest | None
    """What is kept under this id."""


def refuse_by_policy(request: CreditRequest, facts: CreditFacts, policy: Policy) -> None:
    """Refuse what the policy bars, counted in this month.

    Raises:
        RuleError: by that rule.
    """
    if request.receiver_id is not None:
        minutes = request.amount_minutes
        refuse_gift(policy, relation=facts.relation, amount_minutes=minutes, month_minutes=facts.month_minutes)
    elif request.kind is CreditKind.EXCHANGE:
        refuse_goods(policy)
        refuse_min_hours(policy, served_minutes=facts.served_minutes)


def refuse_gift(policy: Policy, *, relation: Relation | None, amount_minutes: int, month_minutes: int) -> None:
    """Gifts go to verified relations that the policy names, up to a cap per giver and month.

    Raises:
        GiftDisabledError, RelationNotVerifiedError, GiftOutsideScopeError, GiftCapExceededError: by that rule.
    """
    if not policy.transfer.gift_enabled:
        raise GiftDisabledError
    if relation is None or not relation.verified:
        raise RelationNotVerifiedError
    if not scope_names(policy.transfer.gift_scope, relation.kind):
        raise GiftOutsideScopeError(kinship=relation.kind)
    cap = policy.transfer.gift_monthly_cap_minutes
    if month_minutes + amount_minutes > cap:
        raise GiftCapExceededError(month_minutes=month_minutes, cap_minutes=cap)


def refuse_goods(policy: Policy) -> None:
    """Goods and benefits only where the policy allows them."""
    if not policy.redeem.goods_allowed:
        raise GoodsNotAllowedError
