"""Acts of two people: one proposes an adjustment or a reversal, another decides it; only then is it posted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from libs.clock import from_microseconds, to_microseconds
from libs.db import Connection
from libs.errors import IdReusedError
from libs.programme import two_people
from libs.programme.refusals import AlreadyDecidedError, ApproverRelatedError, SelfApprovalError
from libs.programme.two_people import Verdict, refuse_hand
from libs.programme.two_people_schemas import roles_to_decide
from services.ledger.domain.days import refuse_bad_date
from services.ledger.domain.entries import Entry
from services.ledger.domain.errors import NothingDueError, ProposalNotFoundError, ScanMissingError
from services.ledger.domain.postings import Command, Terms, issuance, pool, refuse_bad_minutes
from services.ledger.domain.reasons import Reason
from services.ledger.domain.request_ids import request_id_after
from services.ledger.domain.reverse import ReverseAct, refuse_unless_reversible
from services.ledger.domain.transfers import Transfer
from services.ledger.domain.wallets import PERSON_CLASSES, Id, WalletClass, person_wallet
from services.ledger.store import proposal_store
from services.ledger.store.journal import Posted
from services.ledger.store.proposal_facts import DecidingFacts
from services.ledger.store.proposal_store import Decided, Proposal


class Poster(Protocol):
    """Posts one command, and says what became of it."""

    def post(self, command: Command) -> Posted:
        """Post, and wait for the result."""


def propose(connection: Connection, proposal: Proposal, *, is_taken: bool, is_related: bool = False) -> dict[str, Any]:
    """Record a proposal; it moves nothing.

    Raises:
        MinutesOutOfRangeError, DateOutOfRangeError, ScanMissingError, SelfApprovalError, ApproverRelatedError
        IdReusedError: somebody else proposed something under this id.
    """
    if proposal.kind != "reversal":
        refuse_bad_minutes(proposal.minutes)
    refuse_bad_date(proposal.effective_at)
    if proposal.kind == "migration" and not proposal.has_scan:
        raise ScanMissingError
    if proposal.person_id is not None:
        refuse_interest(proposal.proposed_by, proposal.person_id, is_related=is_related)
    if is_taken:
        raise IdReusedError(proposal_id=proposal.proposal_id)
    proposal_store.add(connection, proposal)
    return as_answer(proposal, None, None, now=from_microseconds(proposal.proposed_at))


def refuse_interest(actor_id: UUID, person_id: UUID, *, is_related: bool) -> None:
    """Nobody proposes or decides about their own credit, or that of a relative or housemate.

    Raises:
        SelfApprovalError, ApproverRelatedError
    """
    if actor_id == person_id:
        raise SelfApprovalError
    if is_related:
        raise ApproverRelatedError


def refuse_reversal(rows: list[Entry], actor_id: UUID, *, related: Collection[UUID]) -> None:
    """Refuse to reverse what cannot be reversed here, or what concerns the actor's own credit.

    Raises:
        NothingDueError, AlreadyReversedError, SettlementThroughOrdersError, NotReversibleError, SelfApprovalError,
        ApproverRelatedError
    """
    refuse_unless_reversible([row for row in rows if row.is_applied()])
    for person_id in people_of(rows):
        refuse_interest(actor_id, person_id, is_related=person_id in related)


def people_of(rows: list[Entry]) -> list[UUID]:
    """The people whose wallets an act moved."""
    owners = {
        key.owner_id for row in rows for key in (row.debit, row.credit) if key and key.wallet_class in PERSON_CLASSES
    }
    return [UUID(bytes=owner) for owner in sorted(owners)]


def decide(
    connection: Connection, poster: Poster, *, facts: DecidingFacts, verdict: Verdict, related: Collection[UUID]
) -> dict[str, Any]:
    """Post what another person proposed, or turn it down; `related` are those of an act who are near the decider.

    Raises:
        ProposalNotFoundError, MakerIsCheckerError, AlreadyDecidedError, SelfApprovalError, ApproverRelatedError
        ProposalLapsedError: nobody decided it in time.
        Refusal: the ledger's rules refuse it; that is final for this proposal.
    """
    proposal, rows = facts.proposal, facts.rows
    if proposal is None:
        raise ProposalNotFoundError
    refuse_hand(verdict.hands, {proposal.proposed_by})
    for hand in verdict.hands:
        if proposal.person_id:
            refuse_interest(hand, proposal.person_id, is_related=facts.place.is_related)
        for person_id in people_of(rows):
            refuse_interest(hand, person_id, is_related=person_id in related)
    if facts.decided is None and facts.posted is not None:
        # The credit moved, and the word on it was lost with its transaction: it is kept now, or nothing is changed.
        decided = decided_by_posting(facts.posted)
        if not verdict.ok:
            raise AlreadyDecidedError(state=two_people.ProposalState.ACCEPTED)
    else:
        decided = decision_after(facts.decided, proposal, verdict)
    if verdict.ok and facts.posted is None:
        poster.post(command_of(proposal, verdict.by.bytes, rows)).raise_refusal()
    proposal_store.add_decision(connection, proposal.proposal_id, decided)
    return as_answer(proposal, decided, None, now=verdict.at)


def decision_on(connection: Connection, proposal: Proposal, verdict: Verdict) -> Decided:
    """The second person's word on a proposal, as it is kept.

    Raises:
        MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
    """
    return decision_after(proposal_store.find_decision(connection, proposal.proposal_id), proposal, verdict)


def decision_after(earlier: Decided | None, proposal: Proposal, verdict: Verdict) -> Decided:
    """The same, where it is known whether somebody decided before."""
    as_proposal(proposal, earlier).decide(verdict)
    return Decided(verdict.ok, verdict.by, to_microseconds(verdict.at), verdict.why or None)


def decided_by_posting(posted: Entry) -> Decided:
    """The decision that a posting carries: credit moved, so somebody said yes, whatever became of the note of it."""
    return Decided(is_approved=True, decided_by=UUID(bytes=posted.checker), decided_at=posted.recorded_at)


def as_proposal(proposal: Proposal, decided: Decided | None) -> two_people.Proposal:
    """A proposal as every act of two people is; rows are only ever added, so where it stands is reckoned."""
    proposed_at = from_microseconds(proposal.proposed_at)
    made = two_people.propose(proposal_id=proposal.proposal_id, by=proposal.proposed_by, now=proposed_at)
    if decided is None:
        return made
    state = two_people.ProposalState.ACCEPTED if decided.is_approved else two_people.ProposalState.DECLINED
    at = from_microseconds(decided.decided_at)
    return replace(made, state=state, decided_by=decided.decided_by, decided_at=at, why=decided.why or "")


def request_id_of(proposal_id: UUID) -> Id:
    """The id of the posting that a proposal becomes."""
    return request_id_after(proposal_id.bytes, "post")


def command_of(proposal: Proposal, checker: Id, rows: list[Entry]) -> Command:
    """The posting that a proposal becomes."""
    district_id = proposal.district_id.bytes
    terms = Terms(
        cause=proposal.proposal_id.bytes,
        act_id=proposal.proposal_id.bytes,
        actor=proposal.proposed_by.bytes,
        checker=checker,
        effective_at=proposal.effective_at,
    )
    request_id = request_id_of(proposal.proposal_id)
    if proposal.kind == "reversal":
        if proposal.reverses is None or not rows:
            raise NothingDueError
        return ReverseAct(
            request_id=request_id,
            district_id=rows[0].district_id,
            terms=terms._replace(act_id=proposal.reverses.bytes),
            districts=tuple({row.district_id for row in rows}),
        )
    assert proposal.minutes is not None
    to, reason = pool(district_id), Reason.POOL_FUNDED
    if proposal.kind == "migration":
        assert proposal.person_id is not None
        wallet_class = WalletClass[(proposal.wallet_class or "earned").upper()]
        to, reason = person_wallet(district_id, proposal.person_id.bytes, wallet_class), Reason.MIGRATION
    return Transfer(request_id, terms, issuance(district_id), to, proposal.minutes, reason)


_STATES = {
    two_people.ProposalState.ACCEPTED: "done",
    two_people.ProposalState.DECLINED: "declined",
    two_people.ProposalState.LAPSED: "lapsed",
}


def state_of(of: two_people.Proposal, *, now: datetime) -> str:
    """Where a proposal stands at an instant, in the ledger's words."""
    return _STATES.get(of.state_at(now), "proposed")


def as_answer(proposal: Proposal, decided: Decided | None, code: str | None, *, now: datetime) -> dict[str, Any]:
    """A proposal with what became of it."""
    of = as_proposal(proposal, decided)
    return {
        "proposal_id": str(proposal.proposal_id),
        "kind": proposal.kind,
        "state": "refused" if code else state_of(of, now=now),
        "code": code,
        "district_id": str(proposal.district_id),
        "person_id": str(proposal.person_id) if proposal.person_id else None,
        "class": proposal.wallet_class,
        "minutes": proposal.minutes,
        "cause_id": str(proposal.reverses) if proposal.reverses else None,
        "why": proposal.reason,
    } | second_word(of, f"decide_{proposal.kind}")


def second_word(of: two_people.Proposal, power: str) -> dict[str, Any]:
    """Who proposed it, who may decide it and until when, and what was decided."""
    return {
        "proposed_by": str(of.proposed_by),
        "proposed_at": of.proposed_at.isoformat(),
        "lapses_at": of.lapses_at.isoformat(),
        "roles_to_decide": roles_to_decide(power),
        "decided_by": str(of.decided_by) if of.decided_by else None,
        "decided_at": of.decided_at.isoformat() if of.decided_at else None,
        "decision_why": of.why or None,
    }
